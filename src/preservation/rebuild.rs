//! The database again, from the store alone.

use super::PreservationError;
use crate::{
    audit::{self, Change, Event},
    db::Db,
    holdings::{self, Described, FondsJson, NewRecord, SchemeRow, Signed, Version, code::Scheme, retention::Retention},
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
/// All or nothing is visible: the last change publishes it. Killed anywhere, the
/// same call goes on.
///
/// # Errors
/// [`PreservationError::NotEmpty`] where records are held, seen or hidden.
pub async fn rebuild(
    db: &Db,
    clock: &dyn Clock,
    vault: &std::sync::Arc<Vault>,
    who: &Actor,
) -> Result<Rebuilt, PreservationError> {
    let held = held_beside(db).await?;
    if held > 0 {
        return Err(PreservationError::NotEmpty(held));
    }
    let mut rebuilt = Rebuilt::default();
    let filing = match unfinished(db).await? {
        Some(filing) => filing,
        None => begin(db, clock, who).await?,
    };
    rebuilt.filing = filing.to_string();
    let mut known = Known::of(db).await?;
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
        let mut understood = Vec::with_capacity(chunk.len());
        for object in chunk {
            match understand(object, &filing) {
                Ok(one) => understood.push(one),
                Err(fault) => rebuilt.faults.push(fault),
            }
        }
        rebuilt.records += understood.len() as u64;
        let fresh = not_yet_held(db, understood, &mut rebuilt).await?;
        let mut change = Change::begin(db, clock, who).await?;
        let (mut records, mut copies) = (Vec::with_capacity(fresh.len()), Vec::with_capacity(fresh.len()));
        let mut versions = Vec::new();
        for Understood { record, scheme, copy, versions: own } in fresh {
            known.bring(&mut change, &record.described, scheme).await?;
            records.push(record);
            copies.push(copy);
            versions.extend(own);
        }
        holdings::file(&mut change, &records).await?;
        holdings::keep_versions(&mut change, &versions).await?;
        vault::found(&mut change, &copies).await?;
        change.commit(Event::new("rebuild.advanced", &filing).with("records", records.len())).await?;
    }
    walk.await.expect("walking the store does not panic")?;
    for folder in vault.staged()? {
        let why = "it stands staged and was never sealed; hand its batch in again".to_owned();
        rebuilt.faults.push((format!("staging/{}", folder.token), why));
    }
    (rebuilt.fonds, rebuilt.schemes) = (known.fonds.len() as u64, known.schemes.len() as u64);
    let mut change = Change::begin(db, clock, who).await?;
    holdings::publish(&mut change, &filing).await?;
    change.commit(Event::new("archive.rebuilt", &filing).with("records", rebuilt.records)).await?;
    Ok(rebuilt)
}

/// How many records the database holds that no broken-off rebuild wrote; hidden ones too: a
/// batch that goes back may have objects yet, and they shall not come back with the rest.
pub async fn held_beside(db: &Db) -> Result<i64, PreservationError> {
    let own = unfinished(db).await?;
    Ok(holdings::filed_beside(db, own.as_ref().map_or("", Id::as_str)).await?)
}

async fn begin(db: &Db, clock: &dyn Clock, who: &Actor) -> Result<Id<Filing>, PreservationError> {
    let mut change = Change::begin(db, clock, who).await?;
    let filing = holdings::open_filing(&mut change).await?;
    change.commit(Event::new("rebuild.begun", &filing)).await?;
    Ok(filing)
}

/// The filing of a rebuild that was broken off: it goes on from what is there.
async fn unfinished(db: &Db) -> Result<Option<Id<Filing>>, PreservationError> {
    let lines = audit::lines_of(db, &["rebuild.begun", "archive.rebuilt"], 0, i64::MAX, i64::MAX).await?;
    let begun = lines.last().filter(|line| line.verb == "rebuild.begun");
    Ok(begun.map(|line| Id::known(line.subjects[0].clone())))
}

/// Fonds and schemes that stand in the database.
struct Known {
    /// By code: the days from which it has a name.
    fonds: BTreeMap<String, BTreeSet<Day>>,
    /// By id: when the record was filed that brought the definition, and the definition.
    schemes: BTreeMap<String, (String, String)>,
}

impl Known {
    async fn of(db: &Db) -> Result<Self, PreservationError> {
        let fonds = holdings::all_fonds(db).await?.into_iter();
        let fonds =
            fonds.map(|fonds| (fonds.code, fonds.names.into_iter().map(|(since, _)| since).collect())).collect();
        let schemes = holdings::all_schemes(db).await?;
        let schemes = schemes.into_iter().map(|row| (row.id, (String::new(), row.scheme.to_json()))).collect();
        Ok(Self { fonds, schemes })
    }

    /// Writes the fonds and the scheme of a record where they are not there yet; of two
    /// definitions of a scheme the later stands, for a scheme is only ever widened.
    async fn bring(
        &mut self,
        change: &mut Change<'_>,
        described: &Described,
        scheme: Scheme,
    ) -> Result<(), PreservationError> {
        self.bring_fonds(change, &described.fonds).await?;
        let definition = scheme.to_json();
        let row = SchemeRow {
            id: described.scheme_id.clone(),
            fonds: described.fonds.code.clone(),
            category: described.category.clone(),
            from_year: described.scheme_from_year,
            scheme,
        };
        match self.schemes.get(&row.id) {
            None => holdings::add_scheme(change, &row).await?,
            Some((filed_at, held)) if *held != definition && *filed_at < described.filed_at => {
                holdings::widen_scheme(change, &row).await?;
            }
            Some(_) => return Ok(()),
        }
        self.schemes.insert(row.id, (described.filed_at.clone(), definition));
        Ok(())
    }

    /// Writes the fonds of a record, and the names it does not have yet: a record filed
    /// before a rename knows fewer of them than one filed after.
    async fn bring_fonds(&mut self, change: &mut Change<'_>, fonds: &FondsJson) -> Result<(), PreservationError> {
        let names: Option<Vec<(Day, String)>> =
            fonds.names.iter().map(|(since, name)| Some((since.parse().ok()?, name.clone()))).collect();
        let names = names.ok_or_else(|| PreservationError::Object {
            object: fonds.code.clone(),
            why: "a name of its fonds has no readable day".to_owned(),
        })?;
        let id = Id::known(fonds.id.clone());
        match self.fonds.get_mut(&fonds.code) {
            None => {
                holdings::add_fonds_as(change, id, &fonds.code, &names).await?;
                self.fonds.insert(fonds.code.clone(), names.into_iter().map(|(since, _)| since).collect());
            }
            Some(known) => {
                for (since, name) in names {
                    if known.insert(since) {
                        holdings::add_fonds_name(change, &id, since, &name).await?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Leaves out what an earlier run wrote, and names objects that claim a code which
/// another object has.
async fn not_yet_held(
    db: &Db,
    understood: Vec<Understood>,
    rebuilt: &mut Rebuilt,
) -> Result<Vec<Understood>, PreservationError> {
    let numbers: Vec<(String, i64)> =
        understood.iter().map(|one| (one.record.scope.clone(), one.record.serial)).collect();
    let used = holdings::numbers_used(db, &numbers).await?;
    let codes: Vec<String> = used.values().cloned().collect();
    let mut owners: BTreeMap<(String, i64), String> = BTreeMap::new();
    for view in holdings::held(db, &codes).await? {
        let number = used.iter().find(|(_, code)| **code == view.code).map(|(number, _)| number.clone());
        owners.extend(number.map(|number| (number, view.id.to_string())));
    }
    let written: BTreeSet<String> = owners.values().cloned().collect();
    let mut fresh = Vec::with_capacity(understood.len());
    for (one, number) in understood.into_iter().zip(numbers) {
        let id = one.record.described.id.clone();
        if written.contains(&id) {
            continue;
        }
        match owners.get(&number) {
            Some(other) => {
                let why = format!("its 档号 {} is that of object {other}", one.record.described.code);
                rebuilt.faults.push((id, why));
                rebuilt.records -= 1;
            }
            None => {
                owners.insert(number, id);
                fresh.push(one);
            }
        }
    }
    Ok(fresh)
}

/// What an object says of its record.
struct Understood {
    record: NewRecord,
    scheme: Scheme,
    copy: (Id<Record>, i64, String),
    /// All of them, where it has more than the first.
    versions: Vec<Version>,
}

fn understand(
    object: Result<StoredObject, vault::VaultError>,
    filing: &Id<Filing>,
) -> Result<Understood, (String, String)> {
    let object = object.map_err(|error| ("?".to_owned(), error.to_string()))?;
    let name = object.record.to_string();
    let fault = |why: &str| (name.clone(), why.to_owned());
    let mut versions: Vec<Version> = Vec::with_capacity(object.versions.len());
    for stored in &object.versions {
        let user = stored.user.as_ref();
        let signed = Signed {
            at: &stored.created,
            message: &stored.message,
            name: user.map_or("", |user| user.name.as_str()),
            address: user.and_then(|user| user.address.as_deref()).unwrap_or_default(),
        };
        let version = Version::of_object(&stored.record_json, &signed, versions.last());
        versions.push(version.map_err(|why| (name.clone(), format!("version {}: {why}", stored.number)))?);
    }
    let mut described: Described =
        versions.last().map(|version| version.described.clone()).ok_or_else(|| fault("it has no version"))?;
    if versions.len() == 1 {
        versions.clear();
    }
    if described.id != name {
        return Err(fault("record.json names another record"));
    }
    let secrecy = Secrecy::parse(&described.secrecy).ok_or_else(|| fault("its 密级 is not understood"))?;
    let scheme: Scheme = Scheme::from_json(&described.scheme.to_string())
        .map_err(|error| (name.clone(), format!("its scheme cannot be read: {error}")))?;
    let code = scheme.parse(&described.code).map_err(|error| (name.clone(), error.to_string()))?;
    described.filing = filing.to_string();
    let retention = code.retention().or_else(|| Retention::from_code(described.retention.as_ref()?));
    let ends_on = retention.zip(described.year).and_then(|(retention, year)| retention.ends_on(year));
    let record = NewRecord {
        secrecy,
        scope: code.scope_key().to_owned(),
        serial: i64::try_from(code.number()).unwrap_or(i64::MAX),
        ends_on: ends_on.map(|day| day.to_string()),
        described,
    };
    let copy = (object.record, i64::from(object.inventory.head_number()), object.inventory_digest);
    Ok(Understood { record, scheme, copy, versions })
}
