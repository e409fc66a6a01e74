//! The room `ingest`.

pub mod catalogue;
pub mod defects;
pub mod folder;
