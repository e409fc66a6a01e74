//! The token of whoever works at this command line.

use super::{Answer, remote};
use crate::{
    access::{self, AccessError, Kind},
    app::{App, AppError, Place},
    config::Config,
    kernel::Sha256,
};
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

/// Signs `name` in with a password from the terminal or, where there is none, from
/// the first line of standard input. With `json` the token is printed, else kept.
pub(super) async fn login(place: &Place, name: &str, json: bool) -> anyhow::Result<Answer> {
    if !place.exists() {
        return Err(AppError::Missing(place.data.clone()).into());
    }
    let password = password()?;
    let signed = match place.lock() {
        Ok(_lock) => {
            let config = Config::load(&place.config(), crate::config::environment())?;
            let app = App::open(place.clone(), config).await?;
            let signed = access::sign_in(&app.db, app.clock.as_ref(), name, &password, Kind::Token).await;
            app.close().await;
            match signed {
                Ok(signed) => json!({ "token": signed.token, "until": signed.until.to_string() }),
                Err(AccessError::Unknown) => return Ok(Answer::refused("姓名或密码不对", "核对后再试")),
                Err(error) => return Err(error.into()),
            }
        }
        Err(AppError::Locked(_)) if remote::serving(place).await => {
            match remote::login(place, name, &password).await? {
                Some(signed) => signed,
                None => return Ok(Answer::refused("姓名或密码不对", "核对后再试")),
            }
        }
        Err(error) => return Err(error.into()),
    };
    if json {
        return Ok(Answer::done(signed));
    }
    let path = keep(place, signed["token"].as_str().unwrap_or_default())?;
    Ok(Answer::done(json!({ "kept": path.display().to_string(), "until": signed["until"] })))
}

fn password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("密码: ")?);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
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
