//! What stands behind the pages: each handler asks the rooms and fills a page.

pub(super) mod account;
pub(super) mod batches;
pub(super) mod catalogues;
pub(super) mod content;
pub(super) mod door;
pub(super) mod factors;
pub(super) mod fonds;
pub(super) mod handover;
pub(super) mod health;
pub(super) mod oidc;
pub(super) mod owed;
pub(super) mod people;
pub(super) mod record;
pub(super) mod search;
pub(super) mod settings;
pub(super) mod today;
pub(super) mod trail;
pub(super) mod typed;
pub(super) mod uploads;
pub(super) mod versions;
pub(super) mod wayback;

use super::{refusal::Refusal, session::Asker};
use crate::kernel::Sha256;

/// Whether a form carries the token of its session. Digests are compared, so that
/// the time it takes tells nothing of the token.
fn ours(asker: &Asker, csrf: &str) -> Result<(), Refusal> {
    same(&asker.guest.csrf, csrf)
}

fn same(held: &str, csrf: &str) -> Result<(), Refusal> {
    let same = Sha256::of(held.as_bytes()) == Sha256::of(csrf.as_bytes());
    if same && !csrf.is_empty() { Ok(()) } else { Err(Refusal::other_site()) }
}
