//! The arguments of catalogues.

use clap::Subcommand;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueCommand {
    /// Show its first ten rows, and what each column is taken for
    Preview {
        /// The file, or a folder with one
        file: PathBuf,
        #[command(flatten)]
        told: ToldArgs,
    },
    /// Presets (预设): what the headers of a sender's catalogues mean
    #[command(subcommand)]
    Presets(PresetCommand),
    /// Write the empty catalogue of a category; needs no archive
    Template {
        /// WS, KJ, KU …
        category: String,
        /// The file to write [default: named after the category]
        #[arg(short, long, value_name = "FILE.xlsx")]
        out: Option<PathBuf>,
    },
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresetCommand {
    /// List them
    List,
    /// Keep one; of the same name it says this from now on
    Save {
        name: String,
        /// Whose catalogues it is for
        #[arg(long)]
        sender: Option<String>,
        /// HEADER=FIELD, as in 物品号=code; HEADER=- keeps the column under its own header
        #[arg(long = "map", value_name = "HEADER=FIELD", required = true)]
        map: Vec<String>,
    },
    /// Remove one
    Remove { name: String },
}

/// What the headers of a catalogue mean.
#[derive(Clone, Debug, Default, clap::Args, Serialize, Deserialize)]
pub struct ToldArgs {
    /// What a header means: code, title, responsible, docno, date, retention, secrecy, pages, note, file, fonds,
    /// category, year, department, carrier, box, place; - keeps the column under its own header
    #[arg(long = "map", value_name = "HEADER=FIELD")]
    pub map: Vec<String>,
    /// As a preset says; --map goes before it
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
}
