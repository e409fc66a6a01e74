//! Records: found and shown.

use super::Answer;
use crate::{
    access::Guest,
    app::App,
    holdings::{self, code::fold},
    search,
    web::api,
};

/// Full text and fields, within the asker's reach.
pub(super) async fn search(
    app: &App,
    guest: &Guest,
    query: &str,
    limit: usize,
    offset: usize,
) -> anyhow::Result<Answer> {
    let asked =
        search::Asked { query, filters: search::Filters::default(), sort: search::Sort::default(), limit, offset };
    match search::find(&app.db, &app.vault, &app.index, guest, app.clock.now(), asked).await? {
        Ok(found) => Ok(Answer::done(api::found_shape(&found))),
        Err(fault) => {
            let detail = format!("检索式第 {} 个字处：{}", fault.at + 1, fault.kind.reason());
            Ok(Answer::wrong(detail, fault.kind.remedy()))
        }
    }
}

/// One record by its code; look-alike characters are folded.
pub(super) async fn show(app: &App, guest: &Guest, code: &str) -> anyhow::Result<Answer> {
    match holdings::by_code(&app.db, &guest.reach(), &fold(code)).await? {
        Some(record) => Ok(Answer::done(api::record_shape(app, &record).await?)),
        None => Ok(Answer::refused(format!("没有档号为 {code} 的档案"), "核对档号，或用 lantai search 查找")),
    }
}
