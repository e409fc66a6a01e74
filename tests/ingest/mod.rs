//! Taking in, by the real binary, on both databases.

mod kill;
mod sample;
mod state;
mod stream;
