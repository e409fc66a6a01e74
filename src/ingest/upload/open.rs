//! Opening a batch that is to be sent.

use super::{UploadError, rows};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings,
    ingest::batch::{self, BatchRow, BatchState, Desk, Said, Way},
    kernel::Id,
    vault::Vault,
};

/// Longest name, in characters (ours).
pub(super) const LONGEST_NAME: usize = 200;

/// A batch that somebody is about to send.
#[derive(Clone, Copy, Debug)]
pub struct NewBatch<'a> {
    pub name: &'a str,
    /// The sender's; `None` where it is not said.
    pub department: Option<&'a str>,
    /// What it holds, as the sender says: rows of the catalogue, files of content and their
    /// bytes, without the catalogue and what lies beside it.
    pub said: Said,
}

/// Opens a batch; from then on its files may come.
pub async fn open(desk: &Desk, guest: &Guest, new: NewBatch<'_>) -> Result<BatchRow, UploadError> {
    let named = |name: &str| {
        let length = name.chars().count();
        (1..=LONGEST_NAME).contains(&length) && !name.chars().any(crate::ingest::folder::is_unseen)
    };
    let name = new.name.trim();
    let department = new.department.map(str::trim).filter(|department| !department.is_empty());
    if !named(name) || department.is_some_and(|department| !named(department)) {
        return Err(UploadError::Name);
    }
    desk.room.check(0)?;
    let token = Vault::tray_token();
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let filing = holdings::open_filing(&mut change).await?;
    let row = BatchRow {
        id: Id::fresh(change.at),
        filing,
        name: name.to_owned(),
        source: token.clone(),
        way: Way::Upload,
        round: 1,
        catalogue: String::new(),
        told: Vec::new(),
        content: String::new(),
        state: BatchState::Receiving,
        accept_good: false,
        read_text: true,
        rows: 0,
        to_file: 0,
        filed_rows: 0,
        set_aside: 0,
        files: 0,
        bytes: 0,
        said: new.said,
        department: department.map(str::to_owned),
        received_by: guest.actor().name().to_owned(),
        started_at: change.at.to_string(),
        filed_at: None,
    };
    batch::insert(&mut change, &row).await?;
    let by = guest.person().map_or("", Id::as_str);
    rows::insert(&mut change, &row.id, &token, by).await?;
    change.commit(Event::new("batch.opened", &row.id).and(&row.filing).with("name", &row.name)).await?;
    // Promised above, so that no sweep takes it away; a crash between leaves a batch that
    // nothing comes to.
    let vault = desk.vault.clone();
    tokio::task::spawn_blocking(move || vault.make_tray(&token)).await.expect("making a tray does not panic")?;
    Ok(row)
}
