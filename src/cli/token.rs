//! The token of whoever works at this command line.

use super::{Answer, remote};
use crate::{
    access::{AccessError, Entering, Kind, Proof, Signed},
    app::{App, AppError, Place},
    config::Config,
    kernel::Sha256,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    io::{IsTerminal as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
};

/// The token to use: `LANTAI_TOKEN`, else the one kept by `login`.
pub(super) fn find(place: &Place) -> anyhow::Result<Option<String>> {
    if let Some(token) = std::env::var("LANTAI_TOKEN").ok().filter(|token| !token.is_empty()) {
        return Ok(Some(token));
    }
    let Some(path) = kept_at(place) else { return Ok(None) };
    match std::fs::read_to_string(path) {
        Ok(token) => Ok(Some(token.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What somebody types to sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Typed {
    pub name: String,
    pub password: String,
    /// In the place of a first password.
    pub new_password: Option<String>,
    /// Of the app, where a second factor is owed.
    pub code: Option<String>,
}

/// How signing in ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    Signed {
        token: String,
        until: String,
    },
    Unknown,
    Shut {
        until: String,
    },
    /// A second factor is owed, and no code was given.
    CodeOwed,
    /// The code is wrong, or was used before.
    CodeWrong,
    /// A first password, and no new one was given.
    PasswordDue,
    /// The new password is not good enough, in words.
    NotGood(String),
}

/// Signs in for the command line. A first password opens nothing: without a new one in
/// its place the session is ended again.
pub(super) async fn sign_in(app: &App, typed: &Typed) -> Result<Ended, AccessError> {
    let entering = Entering {
        name: &typed.name,
        password: &typed.password,
        kind: Kind::Token,
        address: "socket",
        agent: "lantai login",
    };
    let signed = match enter(app, entering, typed).await {
        Ok(Ok(signed)) => signed,
        Ok(Err(ended)) => return Ok(ended),
        Err(AccessError::Proof) => return Ok(Ended::CodeWrong),
        Err(AccessError::Unknown) => return Ok(Ended::Unknown),
        Err(AccessError::Shut { until }) => return Ok(Ended::Shut { until: until.to_string() }),
        Err(error) => return Err(error),
    };
    let Some(guest) = app.gate.of_token(&signed.token).await? else { return Ok(Ended::Unknown) };
    if guest.password_due() {
        let changed = match &typed.new_password {
            None => Ended::PasswordDue,
            Some(new) => match app.gate.change_password(&guest, &signed.token, "socket", &typed.password, new).await {
                Ok(()) => return Ok(Ended::Signed { token: signed.token, until: signed.until.to_string() }),
                Err(AccessError::Password(rules)) => Ended::NotGood(format!(
                    "新密码须有 {} 个字以上，含 {} 类字符，且不含姓名",
                    rules.shortest, rules.kinds
                )),
                Err(error) => return Err(error),
            },
        };
        app.gate.sign_out(&guest, &signed.token).await?;
        return Ok(changed);
    }
    Ok(Ended::Signed { token: signed.token, until: signed.until.to_string() })
}

/// Name and password, then the code where one is owed. A code counts once: it is not
/// spent on a first password that cannot be changed.
async fn enter(app: &App, entering: Entering<'_>, typed: &Typed) -> Result<Result<Signed, Ended>, AccessError> {
    let signed = app.gate.sign_in(entering).await?;
    if !signed.pending {
        return Ok(Ok(signed));
    }
    let due = app.gate.pending(&signed.token).await?.is_some_and(|pending| pending.password_due);
    match &typed.code {
        _ if due && typed.new_password.is_none() => Ok(Err(Ended::PasswordDue)),
        None => Ok(Err(Ended::CodeOwed)),
        Some(code) => Ok(Ok(app.gate.prove(&signed.token, Proof::Code(code), entering).await?)),
    }
}

/// Signs `name` in with a password from the terminal or, where there is none, from
/// the first line of standard input; a second line is the new password that a first one
/// is changed to (or empty), a third the code of a second factor. With `json` the token is printed, else kept.
pub(super) async fn login(place: &Place, name: &str, json: bool) -> anyhow::Result<Answer> {
    if !place.exists() {
        return Err(AppError::Missing(place.data.clone()).into());
    }
    let terminal = std::io::stdin().is_terminal();
    let password = if terminal { rpassword::prompt_password("密码: ")? } else { line()?.unwrap_or_default() };
    let new_password = if terminal { None } else { line()? };
    let code = if terminal { None } else { line()? };
    let mut typed = Typed { name: name.to_owned(), password, new_password, code };
    let mut ended = try_to(place, &typed).await?;
    while let (true, Ended::PasswordDue | Ended::NotGood(_) | Ended::CodeOwed) = (terminal, &ended) {
        if let Ended::CodeOwed = &ended {
            typed.code = Some(rpassword::prompt_password("动态口令（六位数字）: ")?);
            ended = try_to(place, &typed).await?;
            continue;
        }
        if let Ended::NotGood(why) = &ended {
            eprintln!("{why}。");
        }
        eprintln!("这是初始密码，请换一个只有自己知道的。");
        let new = rpassword::prompt_password("新密码: ")?;
        if new.is_empty() {
            break;
        }
        if rpassword::prompt_password("再输一次: ")? != new {
            eprintln!("两次输入不同。");
            continue;
        }
        // The code of before was spent with the password that was not good enough.
        (typed.new_password, typed.code) = (Some(new), None);
        ended = try_to(place, &typed).await?;
    }
    let (token, until) = match ended {
        Ended::Signed { token, until } => (token, until),
        Ended::Unknown => return Ok(Answer::refused("姓名或密码不对", "核对后再试")),
        Ended::Shut { until } => {
            return Ok(Answer::refused(
                format!("失败次数太多，{until} 之前不能再试"),
                "到时再试，或请安全保密员重置密码",
            ));
        }
        Ended::CodeOwed => {
            return Ok(Answer::refused(
                "还须出示第二因素",
                "在终端上运行 lantai login，或在标准输入的第三行给出动态口令；只有通行密钥的，请先在网页登记动态口令",
            ));
        }
        Ended::CodeWrong => {
            return Ok(Answer::refused("动态口令不对或已用过", "等应用显示下一个六位数字，再试一次"));
        }
        Ended::PasswordDue => {
            return Ok(Answer::refused(
                "这是初始密码，须先更换",
                "在终端上运行 lantai login，或在标准输入的第二行给出新密码",
            ));
        }
        Ended::NotGood(why) => return Ok(Answer::refused(why, "换一个新密码再试")),
    };
    if json {
        return Ok(Answer::done(json!({ "token": token, "until": until })));
    }
    let path = keep(place, &token)?;
    Ok(Answer::done(json!({ "kept": path.display().to_string(), "until": until })))
}

/// Signs in here, holding the archive's lock, or through the running server.
async fn try_to(place: &Place, typed: &Typed) -> anyhow::Result<Ended> {
    match place.lock() {
        Ok(_lock) => {
            let config = Config::load(&place.config(), crate::config::environment())?;
            let app = App::open(place.clone(), config).await?;
            let ended = sign_in(&app, typed).await;
            app.close().await;
            Ok(ended?)
        }
        Err(AppError::Locked(_)) if remote::serving(place).await => remote::login(place, typed).await,
        Err(error) => Err(error.into()),
    }
}

/// The next line of standard input without its end; `None` where there is none.
fn line() -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    Ok(Some(line.to_owned()).filter(|line| !line.is_empty()))
}

/// Writes the token where only this account reads it.
fn keep(place: &Place, token: &str) -> anyhow::Result<PathBuf> {
    let path =
        kept_at(place).ok_or_else(|| anyhow::anyhow!("there is no home folder to keep the token in; use --json"))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    writeln!(file, "{token}")?;
    Ok(path)
}

/// One file an archive, named by the digest of its place.
fn kept_at(place: &Place) -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    let name = Sha256::of(place.data.as_os_str().as_encoded_bytes()).to_string();
    Some(base.join("lantai").join(format!("{}.token", &name[..16])))
}
