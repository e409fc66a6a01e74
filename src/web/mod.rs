//! The web room: pages, their texts and assets, sessions, and how a problem is answered.
//!
//! Everything that a browser asks for is inside the binary; nothing is loaded
//! from another host. Pages hold display fields alone: the handlers in [`rooms`] ask
//! the rooms, and what a reader may not know never reaches a page.
//!
//! No route exists without saying what it needs: [`routes`] registers each with a
//! right, and the guard lets nobody else through. Unknown and forbidden give the
//! same answer.
//!
//! What comes in passes, in this order: [`peer`] finds out who asks and whether over
//! HTTPS, `headers` dresses the answer, `refusal` gives a no its words, `limits` counts.
//! A handler that takes a password takes a `limits::Confidential`.

pub mod api;
pub mod assets;
pub mod given;
mod headers;
mod limits;
pub mod pages;
mod peer;
pub mod problem_page;
mod refusal;
pub mod refused;
mod rooms;
mod routes;
mod session;
mod shown;
mod site;
pub mod texts;

pub use peer::{Connection, Peer, Relayed};
pub use rooms::handover::{YearlyAsked, words as handover_words, yearly_of};
pub use rooms::trail::{
    Asked as TrailAsked, Export as TrailExport, Format as TrailFormat, Wrong as TrailWrong, field_words, verb_words,
};
pub use rooms::versions::words as version_words;
pub use rooms::wayback::words as wayback_words;
pub use routes::{Needs, Started, router, table};
