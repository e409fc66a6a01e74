//! Arguments about people and their rights. Somebody is named by his name.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserCommand {
    /// Add somebody; prints a first password
    Add {
        name: String,
        /// archivist, staff, sysadmin, security or auditor
        #[arg(long)]
        role: String,
        #[arg(long)]
        department: Option<String>,
        /// 公开, 内部, 秘密, 机密, 绝密
        #[arg(long)]
        clearance: Option<String>,
    },
    /// List people by name
    List {
        /// A part of the name
        #[arg(long, default_value = "")]
        name: String,
        #[arg(long)]
        role: Option<String>,
        #[arg(long)]
        department: Option<String>,
        /// Those who left too
        #[arg(long)]
        left: bool,
        #[arg(long, default_value_t = 500)]
        limit: usize,
        /// Go on after this one, as the last list said
        #[arg(long)]
        next: Option<String>,
    },
    /// What somebody is, may and holds
    Show { name: String },
    /// Change role, department or clearance
    Change {
        name: String,
        #[arg(long)]
        role: Option<String>,
        /// Code; empty for none
        #[arg(long)]
        department: Option<String>,
        /// 公开, 内部, 秘密, 机密, 绝密
        #[arg(long)]
        clearance: Option<String>,
    },
    /// Clear somebody who leaves (离职清理); refused while something is in his hands
    Leave { name: String },
    /// Give somebody a new first password
    Reset { name: String },
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentCommand {
    /// Open one
    Add {
        code: String,
        name: String,
        /// Code of the one it stands below
        #[arg(long)]
        parent: Option<String>,
    },
    /// List them
    List,
    /// Give one another name, or another place in the tree
    Change {
        code: String,
        #[arg(long)]
        name: Option<String>,
        /// Code; empty for none
        #[arg(long)]
        parent: Option<String>,
    },
    /// Close one; it stays in codes and records
    Close { code: String },
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostCommand {
    /// Who holds what, today and before
    List {
        /// Of this person only
        name: Option<String>,
    },
    /// Put somebody into a post
    Give(PostArgs),
    /// End a holding by its id, those who stand in for it too
    End { id: String },
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct PostArgs {
    /// Whom
    pub name: String,
    /// Code, from the profile's posts
    pub post: String,
    /// Code; for a post of a department
    #[arg(long)]
    pub department: Option<String>,
    /// First day, YYYY-MM-DD [default: today]
    #[arg(long)]
    pub since: Option<String>,
    /// Last day
    #[arg(long)]
    pub until: Option<String>,
    /// Id of the holding it stands in for
    #[arg(long)]
    pub acts_for: Option<String>,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantCommand {
    /// Grants, ended ones too
    List {
        /// Of this person only
        name: Option<String>,
    },
    /// Give one; what is left out is any
    Give(Box<GrantArgs>),
    /// Take one away by its id
    End { id: String },
}

#[derive(Clone, Debug, Args, Serialize, Deserialize)]
pub struct GrantArgs {
    /// To whom
    pub name: String,
    /// search, read, ingest, arrange
    #[arg(required = true)]
    pub functions: Vec<String>,
    /// Code
    #[arg(long)]
    pub fonds: Option<String>,
    /// Code
    #[arg(long)]
    pub category: Option<String>,
    /// Records of his own department and all below it
    #[arg(long, conflicts_with = "department")]
    pub own: bool,
    /// Records of this department and all below it
    #[arg(long)]
    pub department: Option<String>,
    /// First year
    #[arg(long)]
    pub year_from: Option<i64>,
    /// Last year
    #[arg(long)]
    pub year_to: Option<i64>,
    /// Highest secrecy: 公开, 内部, 秘密, 机密, 绝密 [default: as far as cleared]
    #[arg(long)]
    pub secrecy: Option<String>,
    /// open, controlled, deferred or unreviewed
    #[arg(long)]
    pub opening: Option<String>,
    /// First day, YYYY-MM-DD [default: today]
    #[arg(long)]
    pub since: Option<String>,
    /// Last day
    #[arg(long)]
    pub until: Option<String>,
    #[arg(long)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenCommand {
    /// One's own tokens; everybody's, or somebody's, for who administers people
    List { name: Option<String> },
    /// Allow somebody a token; its owner draws the secret
    Allow {
        name: String,
        label: String,
        #[arg(required = true)]
        functions: Vec<String>,
        /// Last day, YYYY-MM-DD
        #[arg(long)]
        until: String,
    },
    /// Draw the secret of one's own token, once
    Draw { id: String },
    /// End one for good
    End { id: String },
}
