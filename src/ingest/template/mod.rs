//! Empty catalogues (目录模板) to be filled in: the columns of a category, drop-downs of the
//! codes there are, and on a second sheet what belongs into each column and by which clause.
//!
//! What is filled in by it reads back without a defect of its form: a test fills one in for
//! every category.

mod sheet;

pub use sheet::{TemplateError, file_name, write};
