//! Posts: who holds what.

use super::words;
use crate::{
    access,
    app::App,
    web::{
        pages::{
            Place,
            people::{PostGroup, PostsPage},
            render,
        },
        refusal::Refusal,
        refused::refused,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Posts));
    let lang: Lang = frame.lang;
    let all = access::holdings(&app.db, None).await.map_err(refused)?;
    let mut posts = Vec::new();
    for post in &app.profile.posts {
        let of_it = all.iter().filter(|one| one.post == post.code);
        let mut held: Vec<_> = of_it.map(|one| words::holding(&app, lang, &all, one)).collect();
        held.sort_by_key(|one| (!one.today, !one.open));
        posts.push(PostGroup { name: shown::post(&app, lang, &post.code), source: post.source.clone(), held });
    }
    Ok(render(&PostsPage { frame, posts }))
}
