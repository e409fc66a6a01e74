//! Taking in: batches and what did not pass.

mod batch;
mod batches;
mod catalogue;
mod catalogues;
mod handover;
mod send;
mod way;
mod yearly;

pub use batch::{BatchPage, Picked, RowLine, Stage, StageName, Tally};
pub use batches::{BatchLine, BatchesPage};
pub use catalogue::{CatalogueLine, CataloguePage};
pub use catalogues::{CataloguesPage, ColumnShown, Looked, PresetLine, RowShown, TemplateLine};
pub use handover::{HandoverPage, QuantityLine, SideLine};
pub use send::{SendPage, SendStage, Sending, SentFile, Telling};
pub use way::{DecisionLine, Way, WithdrawPage};
pub use yearly::{DeadlineLine, PickLine, YearPick, YearlyLine, YearlyPage};
