//! Taking in (收集): what senders hand in becomes records, and what was filed wrong is put
//! right or taken back.
//!
//! Owns `batch`, `batch_finding`, `batch_decision`, `handover_signature`, `catalogue_preset`
//! and `upload`. Promises that the same batch handed in twice
//! changes nothing, that a row that is not filed says why, and that of a row above
//! 公开 nothing is kept but its number, its 档号 and its mark.

pub mod batch;
pub mod catalogue;
pub mod defects;
pub mod extract;
pub mod folder;
pub mod handover;
pub mod identify;
pub mod package;
mod pour;
pub mod preset;
pub mod template;
pub mod upload;
pub mod version;
pub mod watched;
pub mod wayback;
