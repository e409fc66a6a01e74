//! The web room: pages, their texts and assets, and how a problem is answered.
//!
//! Everything that a browser asks for is inside the binary; nothing is loaded
//! from another host. Pages hold display fields alone: rooms are asked by the
//! handlers, and what a reader may not know never reaches a page.

pub mod assets;
pub mod pages;
pub mod problem_page;
pub mod texts;
