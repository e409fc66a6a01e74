//! People and their rights. The shapes are those of the API.

mod departments;
mod grants;
mod posts;
mod tokens;
mod users;

pub(super) use departments::run as department;
pub(super) use grants::run as grant;
pub(super) use posts::run as post;
pub(super) use tokens::run as token;
pub(super) use users::run as user;

use super::Answer;
use crate::{
    access::{self, AccessError, Guest, People},
    app::App,
    kernel::Secrecy,
    web::{given::Unread, refused, texts::Lang},
};

/// Why a command on people was not carried out.
enum Refused {
    Room(AccessError),
    Word(Unread),
    Nobody(String),
    Failed(anyhow::Error),
}

impl From<AccessError> for Refused {
    fn from(error: AccessError) -> Self {
        Self::Room(error)
    }
}

impl From<Unread> for Refused {
    fn from(unread: Unread) -> Self {
        Self::Word(unread)
    }
}

impl Refused {
    /// The refusal in words; a failure stays one.
    fn answer(self, app: &App, guest: &Guest) -> anyhow::Result<Answer> {
        let error = match self {
            Self::Room(error) => error,
            Self::Word(unread) => {
                let said = refused::unread(Lang::Zh, &unread);
                return Ok(Answer::refused(said.detail, said.remedy));
            }
            Self::Nobody(name) => return Ok(Answer::refused(format!("没有名为 {name} 的人"), "核对姓名")),
            Self::Failed(error) => return Err(error),
        };
        if let Some(said) = refused::words(app, Lang::Zh, &error) {
            return Ok(Answer::refused(said.detail, said.remedy));
        }
        match error {
            AccessError::Denied(_) if guest.person().is_none() => {
                Ok(Answer::refused("已有人登录过，不能再以 operator 办理", "先运行 lantai login，以安全保密员办理"))
            }
            AccessError::Denied(name) => {
                Ok(Answer::refused(format!("{name} 不能办理此事"), "请另一位安全保密员办理；自己的权限不能自己改"))
            }
            AccessError::Missing => Ok(Answer::refused("没有这一项，或已不在", "核对代码或编号")),
            error => Err(error.into()),
        }
    }
}

/// Somebody by name.
async fn person(app: &App, name: &str) -> Result<People, Refused> {
    access::by_name(&app.db, name).await?.ok_or_else(|| Refused::Nobody(name.to_owned()))
}

/// Somebody by name, where one is named.
async fn of(app: &App, name: Option<&str>) -> Result<Option<People>, Refused> {
    match name {
        Some(name) => Ok(Some(person(app, name).await?)),
        None => Ok(None),
    }
}

/// The rank of a mark of secrecy.
fn rank(field: &'static str, mark: &str) -> Result<i64, Unread> {
    Secrecy::parse(mark).map(Secrecy::rank).ok_or_else(|| Unread { field, given: mark.to_owned() })
}
