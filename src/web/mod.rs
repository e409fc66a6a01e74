//! The web room: pages, their texts and assets, sessions, and how a problem is answered.
//!
//! Everything that a browser asks for is inside the binary; nothing is loaded
//! from another host. Pages hold display fields alone: the handlers in [`rooms`] ask
//! the rooms, and what a reader may not know never reaches a page.
//!
//! No route exists without saying what it needs: [`routes`] registers each with a
//! right, and the guard lets nobody else through. Unknown and forbidden give the
//! same answer.

pub mod api;
pub mod assets;
mod headers;
pub mod pages;
pub mod problem_page;
mod refusal;
mod rooms;
mod routes;
mod session;
mod shown;
pub mod texts;

pub use routes::{Needs, Started, router, table};
