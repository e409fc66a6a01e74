//! The database again, from the store alone.

use super::PreservationError;
use crate::{
    access::Reach,
    audit::{Change, Event},
    db::Db,
    holdings::{self, Described, FondsJson, NewRecord, RECORD_JSON, SchemeRow, code::Scheme, retention::Retention},
    kernel::{Actor, Clock, Day, Filing, Id, Record, Secrecy},
    vault::{self, StoredObject, Vault},
};
use std::collections::{BTreeMap, BTreeSet};

/// Records written in one change.
const CHUNK: usize = 1_000;

/// What a rebuild gave back, and what it could not.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    pub records: u64,
    pub fonds: u64,
    pub schemes: u64,
    /// The filing that all of it stands in now.
    pub filing: String,
    /// Objects that could not be understood: which, and why.
    pub faults: Vec<(String, String)>,
}

/// Reads every object of the store and writes its record into an empty database.
/// All or nothing is visible: the last change publishes it.
///
/// # Errors
/// [`PreservationError::NotEmpty`] where records are held.
pub async fn rebuild(
    db: &Db,
    clock: &dyn Clock,
    vault: &std::sync::Arc<Vault>,
    who: &Actor,
) -> Result<Rebuilt, PreservationError> {
    let totals = holdings::totals(db, &Reach::up_to(i64::MAX)).await?;
    if totals.records > 0 {
        return Err(PreservationError::NotEmpty(totals.records));
    }
    let mut rebuilt = Rebuilt::default();
    let mut change = Change::begin(db, clock, who).await?;
    let filing = holdings::open_filing(&mut change).await?;
    change.commit(Event::new("rebuild.begun", &filing)).await?;
    rebuilt.filing = filing.to_string();
    let (mut fonds, mut schemes) = (BTreeSet::new(), BTreeMap::new());
    let (sender, mut objects) = tokio::sync::mpsc::channel(2 * CHUNK);
    let walker = vault.clone();
    let walk = tokio::task::spawn_blocking(move || {
        for object in walker.walk()? {
            if sender.blocking_send(object).is_err() {
                break;
            }
        }
        Ok::<_, vault::VaultError>(())
    });
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        if objects.recv_many(&mut chunk, CHUNK).await == 0 {
            break;
        }
        let (mut records, mut copies) = (Vec::new(), Vec::new());
        let mut change = Change::begin(db, clock, who).await?;
        for object in chunk {
            match understand(object, &filing, &mut schemes) {
                Ok((record, family, copy)) => {
                    if fonds.insert(family.code.clone()) {
                        bring_fonds(&mut change, &family).await?;
                        rebuilt.fonds += 1;
                    }
                    if let Some(row) = schemes.get_mut(&record.described.scheme_id).and_then(Option::take) {
                        holdings::add_scheme(&mut change, &row).await?;
                        rebuilt.schemes += 1;
                    }
                    records.push(record);
                    copies.push(copy);
                }
                Err(fault) => rebuilt.faults.push(fault),
            }
        }
        holdings::file(&mut change, &records).await?;
        vault::found(&mut change, &copies).await?;
        rebuilt.records += records.len() as u64;
        change.commit(Event::new("rebuild.advanced", &filing).with("records", records.len())).await?;
    }
    walk.await.expect("walking the store does not panic")?;
    let mut change = Change::begin(db, clock, who).await?;
    holdings::publish(&mut change, &filing).await?;
    change.commit(Event::new("archive.rebuilt", &filing).with("records", rebuilt.records)).await?;
    Ok(rebuilt)
}

type Understood = (NewRecord, FondsJson, (Id<Record>, i64, String));

/// What an object says of its record; schemes seen first go into `schemes`, to be
/// taken out when they are written.
fn understand(
    object: Result<StoredObject, vault::VaultError>,
    filing: &Id<Filing>,
    schemes: &mut BTreeMap<String, Option<SchemeRow>>,
) -> Result<Understood, (String, String)> {
    let object = object.map_err(|error| ("?".to_owned(), error.to_string()))?;
    let name = object.record.to_string();
    let fault = |why: &str| (name.clone(), why.to_owned());
    let mut described: Described =
        serde_json::from_slice(&object.record_json).map_err(|error| (name.clone(), error.to_string()))?;
    if described.form != RECORD_JSON {
        return Err(fault(&format!("record.json is of the form {}, which this program does not read", described.form)));
    }
    if described.id != name {
        return Err(fault("record.json names another record"));
    }
    let secrecy = Secrecy::parse(&described.secrecy).ok_or_else(|| fault("its 密级 is not understood"))?;
    let scheme: Scheme = Scheme::from_json(&described.scheme.to_string())
        .map_err(|error| (name.clone(), format!("its scheme cannot be read: {error}")))?;
    let code = scheme.parse(&described.code).map_err(|error| (name.clone(), error.to_string()))?;
    schemes.entry(described.scheme_id.clone()).or_insert_with(|| {
        Some(SchemeRow {
            id: described.scheme_id.clone(),
            fonds: described.fonds.code.clone(),
            category: described.category.clone(),
            from_year: described.scheme_from_year,
            scheme,
        })
    });
    described.filing = filing.to_string();
    let retention = code.retention().or_else(|| Retention::from_code(described.retention.as_ref()?));
    let ends_on = retention.zip(described.year).and_then(|(retention, year)| retention.ends_on(year));
    let family = described.fonds.clone();
    let record = NewRecord {
        secrecy,
        scope: code.scope_key().to_owned(),
        serial: i64::try_from(code.number()).unwrap_or(i64::MAX),
        ends_on: ends_on.map(|day| day.to_string()),
        described,
    };
    Ok((record, family, (object.record, i64::from(object.inventory.head_number()), object.inventory_digest)))
}

async fn bring_fonds(change: &mut Change<'_>, fonds: &FondsJson) -> Result<(), PreservationError> {
    let names: Option<Vec<(Day, String)>> =
        fonds.names.iter().map(|(since, name)| Some((since.parse().ok()?, name.clone()))).collect();
    let names = names.ok_or_else(|| PreservationError::Object {
        object: fonds.code.clone(),
        why: "a name of its fonds has no readable day".to_owned(),
    })?;
    holdings::add_fonds_as(change, Id::known(fonds.id.clone()), &fonds.code, &names).await?;
    Ok(())
}
