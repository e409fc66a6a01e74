//! The arguments.

mod catalogue;
mod people;

pub use catalogue::{CatalogueCommand, PresetCommand, ToldArgs};
pub use people::{DepartmentCommand, GrantCommand, PostCommand, TokenCommand, UserCommand};

use crate::web::TrailAsked;
use clap::{Parser, Subcommand};
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, path::PathBuf};

/// 兰台: an archive repository server.
#[derive(Clone, Debug, Parser)]
#[command(name = "lantai", version, about, propagate_version = true)]
pub struct Line {
    /// The archive's folder
    #[arg(long, global = true, env = "LANTAI_DATA", default_value = "lantai-data", value_name = "DIR")]
    pub data: PathBuf,
    /// The folder of its keys [default: <DIR>-keys]
    #[arg(long, global = true, env = "LANTAI_KEYS", value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Whose token must be in use; refused where it is another's, or none
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub person: Option<String>,
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

/// What can be asked for.
#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Make an archive with defaults, and its first accounts
    Init {
        /// Code of a first fonds (全宗号)
        #[arg(long, requires = "fonds_name")]
        fonds: Option<String>,
        /// Its name
        #[arg(long)]
        fonds_name: Option<String>,
        /// A PostgreSQL to keep the rows in, postgres://user@host/name; kept in the configuration
        #[arg(long, value_name = "URL", env = "LANTAI__DATABASE__URL", hide_env_values = true)]
        database: Option<String>,
    },
    /// Serve the archive
    Serve {
        /// Address and port [default: as configured, 127.0.0.1:8080]
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Sign in on the command line: asks for the password, keeps a token
    Login { name: String },
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Departments (机构)
    #[command(subcommand)]
    Department(DepartmentCommand),
    /// Posts (岗位)
    #[command(subcommand)]
    Post(PostCommand),
    /// Grants (授权): which part of the holdings somebody's functions reach
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Tokens for programs
    #[command(subcommand)]
    Token(TokenCommand),
    /// Fonds (全宗)
    #[command(subcommand)]
    Fonds(FondsCommand),
    /// Take in a batch: a folder of files with its catalogue
    Ingest(IngestArgs),
    /// Withdraw (撤回) a filed batch whose handover is not signed: records, files and text go for good
    Withdraw {
        /// Its id, name or folder
        batch: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Catalogues (目录): looked at before they are handed in, presets, empty ones
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Return (退回) a filed batch to its sender: mended, it comes again as its next round
    Return {
        /// Its id, name or folder
        batch: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// What a batch hands over, by category and retention, and who signed; signing is done at a browser
    Handover {
        /// Its id, name or folder
        batch: String,
    },
    /// Which department handed over which year, and who is late; status 1 where somebody is
    Handovers {
        /// owed, late, not-due, untold or in-time [default: all]
        #[arg(long)]
        state: Option<String>,
        /// Of the records
        #[arg(long)]
        year: Option<String>,
        /// Its code or name
        #[arg(long)]
        department: Option<String>,
    },
    /// Search titles, fields and full text
    Search {
        query: String,
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[arg(long, default_value_t = 0)]
        offset: usize,
    },
    /// Show one record by its code (档号)
    Show { code: String },
    /// Correct a record's description: a new version, with the reason
    Correct {
        /// Its code (档号) or id
        record: String,
        /// title, responsible, docno, date, retention, pages, note, carrier, box, place or extra:NAME; blank takes it away
        #[arg(long = "set", value_name = "FIELD=TEXT", required = true)]
        set: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Refuse where the newest version is not this one
        #[arg(long, value_name = "VERSION")]
        seen: Option<i64>,
    },
    /// Put another file in the place of one of a record's: a new version, with the reason
    Replace {
        /// Its code (档号) or id
        record: String,
        /// The number of the file that goes
        #[arg(long, value_name = "NUMBER")]
        file: i64,
        /// The new file
        path: PathBuf,
        /// What it is called from now on [default: as it is called]
        #[arg(long)]
        name: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Refuse where the newest version is not this one
        #[arg(long, value_name = "VERSION")]
        seen: Option<i64>,
    },
    /// Put the files of a record in another order: a new version, with the reason
    Reorder {
        /// Its code (档号) or id
        record: String,
        /// The numbers that they have now, in the order that they shall have: 2,1,3
        #[arg(value_delimiter = ',', required = true)]
        order: Vec<i64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Refuse where the newest version is not this one
        #[arg(long, value_name = "VERSION")]
        seen: Option<i64>,
    },
    /// List the versions of a record: who, when, why, what changed
    Versions {
        /// Its code (档号) or id
        record: String,
    },
    /// Check every stored byte against inventory and database
    Verify {
        /// Check only this percentage of the records
        #[arg(long, value_name = "P", value_parser = clap::value_parser!(u8).range(1..=100))]
        sample: Option<u8>,
    },
    /// Build the index again; with --from-store the database too, from the store alone
    Rebuild {
        #[arg(long)]
        from_store: bool,
    },
    /// Codes (档号)
    #[command(subcommand)]
    Code(CodeCommand),
    /// Tell which formats files have, by their bytes (PRONOM); needs no archive
    Identify {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// The trail (审计记录): looked at, taken away
    #[command(subcommand)]
    Trail(TrailCommand),
    /// Bring the database up to this program
    Migrate,
    /// Look at the health of configuration, store, index and jobs
    Doctor,
    /// Make an archive, take in the sample batch, serve it
    Demo {
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// The sample batch
        #[arg(long, default_value = "tests/fixtures/sample")]
        sample: PathBuf,
    },
    /// Open files for the archive, with limits; spoken to by the archive alone
    #[command(hide = true)]
    ExtractChild,
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FondsCommand {
    /// Add a fonds
    Add { code: String, name: String },
    /// List them
    List,
    /// Give one another name from a day on; its code stays
    Rename {
        code: String,
        name: String,
        /// YYYY-MM-DD
        #[arg(long)]
        since: String,
    },
    /// Serials that were passed over (断号)
    Gaps { code: String },
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeCommand {
    /// Parse a code
    Parse {
        code: String,
        /// A preset: DAT22-2015, DAT13-2022 …
        #[arg(long)]
        scheme: Option<String>,
    },
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrailCommand {
    /// List lines, newest first
    List {
        #[command(flatten)]
        asked: TrailArgs,
        /// Go on after a page: its `next`
        #[arg(long)]
        after: Option<String>,
        /// Lines, 1 to 500 [default: 50]
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Write all lines, oldest first, to a new file; noted in the trail
    Export {
        /// .jsonl, which a stranger can check, or .xlsx
        file: PathBuf,
        #[command(flatten)]
        asked: TrailArgs,
    },
}

/// Which lines of the trail.
#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub struct TrailArgs {
    /// A record's code (档号), a fonds' code, or the id of anything
    #[arg(long)]
    pub subject: Option<String>,
    /// A name, or an actor's id: person:<id>, operator, machine:<name>
    #[arg(long)]
    pub actor: Option<String>,
    /// A verb, or with a point at its end all that begin so: person.
    #[arg(long)]
    pub verb: Option<String>,
    /// A day of the archive's zone, or an instant
    #[arg(long)]
    pub from: Option<String>,
    /// A day, that day included, or an instant
    #[arg(long)]
    pub to: Option<String>,
}

impl TrailArgs {
    pub(super) fn said(self, after: Option<String>, limit: Option<usize>) -> TrailAsked {
        let Self { subject, actor, verb, from, to } = self;
        TrailAsked {
            person: actor.unwrap_or_default(),
            actor: String::new(),
            subject: subject.unwrap_or_default(),
            verb: verb.unwrap_or_default(),
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            after: after.unwrap_or_default(),
            limit: limit.map(|limit| limit.to_string()).unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, clap::Args, Serialize, Deserialize)]
pub struct IngestArgs {
    /// A folder or ZIP file with catalogue.xlsx or 目录.xlsx; .ods, .xls and .csv too
    pub batch: PathBuf,
    /// Send the folder's files to this server, https://…, with the token of LANTAI_TOKEN; broken off, the
    /// same command goes on
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    #[command(flatten)]
    pub told: ToldArgs,
    /// Check every row and file, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Make the fonds and schemes that the catalogue names and the archive lacks
    #[arg(long)]
    pub yes: bool,
    /// File the good rows although others have defects
    #[arg(long)]
    pub accept_good: bool,
    /// Give up the broken-off batch of this folder, of which nothing is visible yet
    #[arg(long, conflicts_with_all = ["dry_run", "yes", "accept_good"])]
    pub abandon: bool,
    /// Write the defects, with reason and remedy a row, as an Excel sheet
    #[arg(long, value_name = "FILE.xlsx")]
    pub report: Option<PathBuf>,
    /// Do not read the text
    #[arg(long)]
    pub no_text: bool,
    /// Do not read pictures; pictures are not read yet
    #[arg(long)]
    pub no_ocr: bool,
    /// Come back when all is filed and visible, sealed, findable, or read
    #[arg(long, value_enum, default_value = "indexed")]
    pub wait: Wait,
}

/// How far a batch must be when the command comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    Filed,
    Sealed,
    Indexed,
    Read,
}
