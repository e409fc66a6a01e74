//! The versions of a record, from the rows or, where it stands as it was filed, from its
//! object.

use super::VersionError;
use crate::{
    db::Db,
    holdings::{self, Signed, Version},
    kernel::{Id, Record},
    vault::Vault,
};
use std::sync::Arc;

/// The versions of a record, oldest first; none of one that is not sealed yet. Ask within a
/// reach first: nothing is asked here.
pub async fn history(db: &Db, vault: &Arc<Vault>, record: &Id<Record>) -> Result<Vec<Version>, VersionError> {
    let kept = holdings::versions(db, record).await?;
    if !kept.is_empty() {
        return Ok(kept);
    }
    let (vault, id) = (vault.clone(), record.clone());
    let read = tokio::task::spawn_blocking(move || vault.versions(&id)).await.expect("reading does not panic");
    let stored = read?.unwrap_or_default();
    stored
        .first()
        .map(|first| {
            let address = first.user.as_ref().and_then(|user| user.address.as_deref());
            let signed = Signed {
                at: &first.created,
                message: &first.message,
                name: first.user.as_ref().map_or("", |user| user.name.as_str()),
                address: address.unwrap_or_default(),
            };
            Version::of_object(&first.record_json, &signed, None).map_err(VersionError::Object)
        })
        .into_iter()
        .collect()
}
