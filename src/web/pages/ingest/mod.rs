//! Taking in: batches and what did not pass.

mod batch;
mod batches;
mod way;

pub use batch::{BatchPage, Picked, RowLine, Stage, StageName, Tally};
pub use batches::{BatchLine, BatchesPage};
pub use way::{DecisionLine, Way, WithdrawPage};
