//! The command line. A command is a value: it is carried out here, holding the
//! archive's lock, or by the running server for the person whose token came with it.
//! Either way it gives one JSON document and an exit status; how that looks to a
//! person is decided last.

mod answer;
mod archive;
mod args;
mod carry_out;
mod catalogue;
mod code;
mod fonds;
mod handovers;
mod human;
mod identify;
mod ingest;
mod people;
mod records;
mod remote;
mod sending;
mod serve;
mod token;
mod trail;
mod versions;
mod wayback;

pub use answer::{Answer, Status};
pub use args::{Command, Line};

use crate::app::Place;
use clap::Parser as _;
use std::process::ExitCode;

/// Reads the arguments, carries the command out, prints its answer.
pub async fn run() -> ExitCode {
    let line = Line::parse();
    let place = Place::new(&line.data, line.keys.as_deref());
    let answer = match carry_out::decide(&place, line.command.clone(), line.person.as_deref(), line.json).await {
        Ok(answer) => answer,
        Err(error) => answer::of_error(&error),
    };
    answer.print(&line.command, line.json);
    answer.status.into()
}
