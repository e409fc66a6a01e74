//! What every test stands on: a database of its own on either engine, an archive of
//! its own, time of its own.

mod archive;
mod clock;
mod cluster;
mod database;
mod provider;
mod server;

pub use archive::{Archive, judges, sample};
pub use clock::TestClock;
pub use database::TestDb;
pub(crate) use database::on_both_databases;
pub use provider::Provider;
pub use server::{Asked, Heard, Server, encoded};
