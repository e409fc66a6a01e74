//! Putting the files of a record in another order (调整页序).

use super::{
    VersionError,
    act::{Amended, Asked, Begun},
};
use crate::{access::Guest, holdings::DescribedFile, ingest::batch::Desk, vault::FileNow};

/// Puts the files in another order: `order` names for each place, from the first, the number
/// that its file has now. Their bytes stay where they lie.
///
/// # Errors
/// [`VersionError::Order`] where it does not name each file once;
/// [`VersionError::Unchanged`] where they stand so already.
pub async fn reorder(desk: &Desk, guest: &Guest, asked: Asked<'_>, order: &[i64]) -> Result<Amended, VersionError> {
    let begun = Begun::of(desk, guest, asked).await?;
    let before = &begun.before.described;
    let files = before.files.len();
    let mut named: Vec<i64> = order.to_vec();
    named.sort_unstable();
    if !named.iter().copied().eq((1..).take(files)) {
        return Err(VersionError::Order { files });
    }
    if order.is_sorted() {
        return Err(VersionError::Unchanged);
    }
    let mut after = before.clone();
    after.files = (1..)
        .zip(order)
        .filter_map(|(number, had)| {
            let file = before.files.iter().find(|file| file.number == *had)?;
            Some(DescribedFile { number, ..file.clone() })
        })
        .collect();
    let kept = order.iter().map(|had| FileNow::Kept(u32::try_from(*had).unwrap_or(0))).collect();
    begun.finish(desk, guest, after, kept).await
}
