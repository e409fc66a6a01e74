//! Who carries a command out, and as whom.

use super::{
    Answer, Command, archive,
    args::{CatalogueCommand, FondsCommand, TokenCommand, TrailCommand},
    catalogue, code, fonds, handovers, identify, ingest, people, records, remote, sending, serve, token, trail,
    versions, wayback,
};
use crate::{
    access::{self, Guest, Right},
    app::{self, App, AppError, Place},
    config::Config,
    db::Db,
    ingest::wayback::DecisionKind,
    vault::Source,
    web::YearlyAsked,
};
use std::sync::Arc;

/// Carries `command` out here or through the running server.
///
/// `person` is who must be acting: a guard against the wrong token, never a way to become
/// somebody.
pub(super) async fn decide(
    place: &Place,
    command: Command,
    person: Option<&str>,
    json: bool,
) -> anyhow::Result<Answer> {
    if let (Some(person), Command::Init { .. } | Command::Serve { .. } | Command::Demo { .. }) = (person, &command) {
        return Ok(Answer::wrong(format!("此命令不以 {person} 的身份办理"), "去掉 --as"));
    }
    match command {
        Command::Init { fonds, fonds_name, database } => {
            return archive::init(place, fonds.zip(fonds_name), database.as_deref().unwrap_or_default()).await;
        }
        Command::Serve { listen } => return serve::serve(place, listen).await,
        Command::Demo { listen, sample } => return serve::demo(place, listen, &sample, json).await,
        Command::Login { name } => return token::login(place, &name, json).await,
        Command::Code(command) => return code::run(place, &command).await,
        Command::Identify { files } => return identify::run(place, files).await,
        Command::Catalogue(CatalogueCommand::Template { category, out }) => {
            return catalogue::write_template(place, &category, out.as_deref()).await;
        }
        Command::Migrate => return archive::migrate(place).await,
        Command::Ingest(ref args) if let Some(server) = &args.server => {
            return sending::run(args, server, person).await;
        }
        Command::ExtractChild => anyhow::bail!("extract-child is spoken to by the archive alone"),
        _ => {}
    }
    let command = command.absolute();
    if !place.exists() {
        return Err(AppError::Missing(place.data.clone()).into());
    }
    let token = token::find(place)?;
    let _lock = match place.lock() {
        Ok(lock) => lock,
        Err(AppError::Locked(_)) if remote::serving(place).await => {
            let Some(token) = token else {
                return Ok(Answer::refused("服务器正在运行，命令行还没有登录", "先运行 lantai login 姓名"));
            };
            return match &command {
                // The server never opens a path of the caller's: it is sent the bytes.
                Command::Replace { path, .. } => remote::replace(place, &token, person, &command, path).await,
                command => remote::ask(place, &token, person, command).await,
            };
        }
        Err(error) => return Err(error.into()),
    };
    if let Command::Rebuild { from_store: true } = command {
        // Whose token it is, is asked before anything is made room for.
        if let Some(token) = &token
            && let Some(refused) = not_maintaining(place, token).await?
        {
            return Ok(refused);
        }
        if let Some(refused) = not_to_be_rebuilt(place).await? {
            return Ok(refused);
        }
        archive::make_room_for_rebuild(place).await?;
    }
    let config = Config::load(&place.config(), crate::config::environment())?;
    let opened = match command {
        Command::Rebuild { from_store: true } => App::open_or_found(place.clone(), config).await,
        _ => App::open(place.clone(), config).await,
    };
    let app = Arc::new(opened?);
    match &command {
        Command::Ingest(args) if args.dry_run => {}
        Command::Ingest(_)
        | Command::Rebuild { .. }
        | Command::Withdraw { .. }
        | Command::Return { .. }
        | Command::Correct { .. }
        | Command::Replace { .. }
        | Command::Reorder { .. } => app.settle().await?,
        // Only the index is brought up: whoever asks changes nothing else.
        _ => app::catch_up(&app).await,
    }
    let guest = match token {
        None => Guest::operator(),
        Some(token) => match app.gate.of_token(&token).await? {
            Some(guest) => guest,
            None => {
                return Ok(Answer::refused("令牌无效或已过期", "再运行一次 lantai login 姓名，或去掉 LANTAI_TOKEN"));
            }
        },
    };
    let answer = match other_person(&guest, person) {
        Some(refused) => Ok(refused),
        None => carry_out(&app, &guest, command).await,
    };
    app.close().await;
    answer
}

/// The refusal where the owner of `token` may not rebuild, or is nobody.
async fn not_maintaining(place: &Place, token: &str) -> anyhow::Result<Option<Answer>> {
    let config = Config::load(&place.config(), crate::config::environment())?;
    let app = App::open_or_found(place.clone(), config).await?;
    let guest = app.gate.of_token(token).await;
    app.close().await;
    Ok(match guest? {
        None => Some(Answer::refused("令牌无效或已过期", "再运行一次 lantai login 姓名，或去掉 LANTAI_TOKEN")),
        Some(guest) if !guest.may(Right::Maintain) => {
            Some(Answer::refused(format!("{} 没有办理此事的权限", guest.actor().name()), "请有权限的人办理"))
        }
        Some(_) => None,
    })
}

/// The refusal where the database, if there is one, holds what no rebuild may stand beside.
async fn not_to_be_rebuilt(place: &Place) -> anyhow::Result<Option<Answer>> {
    let config = Config::load(&place.config(), crate::config::environment())?;
    if config.database.url.is_empty() && !place.database().exists() {
        return Ok(None);
    }
    let db = Db::open(&app::database_url(place, &config)).await?;
    let refused = archive::not_to_be_rebuilt(&db).await;
    db.close().await;
    refused
}

/// The refusal where `guest` is not the `person` that `--as` asked for.
pub(super) fn other_person(guest: &Guest, person: Option<&str>) -> Option<Answer> {
    let wanted = person?;
    let is = guest.person().is_some() && guest.actor().name() == wanted;
    let remedy = format!("先运行 lantai login {wanted}；--as 只核对是谁，不能代人办理");
    (!is).then(|| Answer::refused(format!("现在办理的是 {}，不是 {wanted}", guest.actor().name()), remedy))
}

/// Carries a command out in an open archive.
pub(crate) async fn carry_out(app: &Arc<App>, guest: &Guest, command: Command) -> anyhow::Result<Answer> {
    if let Some(refused) = refused(app, guest, &command).await? {
        return Ok(refused);
    }
    match command {
        Command::User(command) => people::user(app, guest, command).await,
        Command::Department(command) => people::department(app, guest, command).await,
        Command::Post(command) => people::post(app, guest, command).await,
        Command::Grant(command) => people::grant(app, guest, command).await,
        Command::Token(command) => people::token(app, guest, command).await,
        Command::Fonds(command) => fonds::run(app, guest, command).await,
        Command::Catalogue(command) => catalogue::run(app, guest, command).await,
        Command::Ingest(args) => ingest::run(app, guest, args).await,
        Command::Handover { batch } => wayback::handover(app, guest, &batch).await,
        Command::Handovers { state, year, department } => {
            handovers::run(app, guest, YearlyAsked { state, year, department, page: None }).await
        }
        Command::Withdraw { batch, reason } => {
            wayback::go_back(app, guest, &batch, &reason, DecisionKind::Withdrawn).await
        }
        Command::Return { batch, reason } => {
            wayback::go_back(app, guest, &batch, &reason, DecisionKind::Returned).await
        }
        Command::Search { query, limit, offset } => records::search(app, guest, &query, limit, offset).await,
        Command::Show { code } => records::show(app, guest, &code).await,
        Command::Correct { record, set, reason, seen } => {
            versions::correct(app, guest, &record, &set, &reason, seen).await
        }
        Command::Replace { record, file, path, name, reason, seen } => {
            let name = name.unwrap_or_else(|| versions::name_of(&path));
            versions::replace(app, guest, &record, (file, &name, Source::Plain(path)), &reason, seen).await
        }
        Command::Reorder { record, order, reason, seen } => {
            versions::reorder(app, guest, &record, &order, &reason, seen).await
        }
        Command::Versions { record } => versions::list(app, guest, &record).await,
        Command::Verify { sample } => archive::verify(app, guest, sample).await,
        Command::Rebuild { from_store } => archive::rebuild(app, guest, from_store).await,
        Command::Doctor => archive::doctor(app).await,
        Command::Trail(command) => trail::run(app, guest, command).await,
        other => anyhow::bail!("{other:?} is not for an open archive"),
    }
}

/// The refusal where `guest` may not have `command` carried out.
pub(super) async fn refused(app: &App, guest: &Guest, command: &Command) -> anyhow::Result<Option<Answer>> {
    if guest.password_due() {
        return Ok(Some(Answer::refused("初始密码还没有更换", "先运行 lantai login 姓名，并设新密码")));
    }
    if app.gate.owes_factor(guest).await? {
        return Ok(Some(Answer::refused("本馆要求第二因素，你还没有登记", "先在浏览器“我的账号”登记")));
    }
    let may = match needed(command) {
        Some(right) => guest.may(right) || operators(app, guest, right).await?,
        None => true,
    };
    let name = guest.actor().name();
    Ok((!may).then(|| Answer::refused(format!("{name} 没有办理此事的权限"), "请有权限的人办理")))
}

/// What the operator may beyond an archivist's work: check the trail, and set people up
/// until somebody has signed in (*Decisions*: the command line's identity).
async fn operators(app: &App, guest: &Guest, right: Right) -> anyhow::Result<bool> {
    if guest.person().is_some() {
        return Ok(false);
    }
    Ok(match right {
        Right::Trail => true,
        Right::People => access::first(&app.db).await?,
        _ => false,
    })
}

/// The right a command needs of whoever asks.
fn needed(command: &Command) -> Option<Right> {
    Some(match command {
        Command::Search { .. }
        | Command::Show { .. }
        | Command::Versions { .. }
        | Command::Fonds(FondsCommand::List) => Right::Search,
        // One's own tokens are one's own affair.
        Command::Token(TokenCommand::List { .. } | TokenCommand::Draw { .. } | TokenCommand::End { .. }) => {
            return None;
        }
        Command::User(_) | Command::Department(_) | Command::Post(_) | Command::Grant(_) | Command::Token(_) => {
            Right::People
        }
        Command::Fonds(_) | Command::Correct { .. } | Command::Replace { .. } | Command::Reorder { .. } => {
            Right::Arrange
        }
        Command::Ingest(_)
        | Command::Withdraw { .. }
        | Command::Catalogue(_)
        | Command::Return { .. }
        | Command::Handover { .. }
        | Command::Handovers { .. } => Right::Ingest,
        Command::Verify { .. } | Command::Rebuild { .. } => Right::Maintain,
        Command::Doctor => Right::Health,
        Command::Trail(_) => Right::Trail,
        _ => return None,
    })
}

impl Command {
    /// The same command with its paths absolute, so that a server with another
    /// working folder means the same.
    fn absolute(mut self) -> Self {
        let paths = match &mut self {
            Self::Ingest(args) => std::iter::once(&mut args.batch).chain(args.report.as_mut()).collect(),
            Self::Trail(TrailCommand::Export { file, .. }) => vec![file],
            Self::Catalogue(CatalogueCommand::Preview { file, .. }) => vec![file],
            _ => Vec::new(),
        };
        for path in paths {
            *path = std::path::absolute(&*path).unwrap_or_else(|_| path.clone());
        }
        self
    }
}
