//! Taking in: batches and what did not pass.

mod batch;
mod batches;

pub use batch::{BatchPage, Picked, RowLine, Stage, StageName, Tally};
pub use batches::{BatchLine, BatchesPage};
