//! Reference codes (档号): which shape a fonds and category use, reading a code
//! by that shape, giving the next one.
//!
//! A [`Code`] exists only when a [`Scheme`] has parsed its text or [`Serial`] has
//! made it, and it holds the text and the parts together: nothing splits a code
//! whose scheme it does not know. On write only canonical text is accepted; what
//! looks alike is answered with a proposal. Import and search call [`fold`] first.
//!
//! # Why
//!
//! The shape is data because several are live at once: the same file is
//! `Z109-WS·2011-Y-BGS-0001` under DA/T 22-2015 and `Z109-WS·2011·Y·办公室-0001`
//! under DA/T 13-2022, and `X033-ZP·2008-001` is an item under one scheme and a
//! volume under another. Only the stored scheme decides.
//!
//! The parser is written by hand: split at `-`, then at `·`, then the elements in
//! order, an optional one taken where it fits. It says which part is wrong.

mod error;
mod explain;
mod fold;
mod parse;
mod propose;
mod reference;
mod scheme;
mod serial;

pub use error::{CodeError, Fault, Place, SchemeError};
pub use explain::{Explained, explain, explain_by};
pub use fold::fold;
pub use propose::{Proposal, propose, propose_counted, widen};
pub use reference::{Code, Part, Parts};
pub use scheme::Scheme;
pub use serial::{Serial, gaps};

#[cfg(test)]
mod tests;
