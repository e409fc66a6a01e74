//! The end state of an archive, comparable between two archives: ids are replaced
//! by codes, clocks and salts are left out, content bytes stand as they are.

use lantai::{db::Asked, db::Db, kernel::Sha256};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// Everything a batch leaves behind.
#[derive(Debug, PartialEq, Eq)]
pub struct EndState {
    /// Code, title, responsible, docno, dated, retention, standing; then its files.
    pub records: Vec<String>,
    /// Verbs of the trail with how often each was said of a record.
    pub filed: i64,
    pub codes: Vec<String>,
    pub serials: Vec<(String, i64)>,
    pub fonds: Vec<String>,
    pub readings: Vec<String>,
    /// Per code: path below the object → SHA-256 of content files; inventories and
    /// descriptions with ids, clocks and digests masked; `present` for the rest.
    pub store: BTreeMap<String, BTreeMap<String, String>>,
    pub staged: usize,
    pub unfinished: i64,
    pub invisible: i64,
}

impl EndState {
    pub async fn of(url: &str, data: &Path) -> Self {
        let db = Db::open(url).await.unwrap();
        let records: Vec<(String,)> = Asked::new(
            "SELECT code || '|' || title || '|' || responsible || '|' || docno || '|' || COALESCE(dated, '') || '|' ||
                    COALESCE(retention, '') || '|' || standing FROM record_visible ORDER BY code",
        )
        .fetch(&db)
        .await
        .unwrap();
        let files: Vec<(String,)> = Asked::new(
            "SELECT record_visible.code || '|' || name || '|' || format || '|' || sha256 FROM record_file
             JOIN record_visible ON record_visible.id = record_file.record_id ORDER BY code, number",
        )
        .fetch(&db)
        .await
        .unwrap();
        let readings: Vec<(String,)> = Asked::new(
            "SELECT record_visible.code || '|' || outcome || '|' || reason FROM reading
             JOIN record_visible ON record_visible.id = reading.record_id ORDER BY code, number",
        )
        .fetch(&db)
        .await
        .unwrap();
        let ids: Vec<(String, String)> =
            Asked::new("SELECT id, code FROM record_visible ORDER BY code").fetch(&db).await.unwrap();
        let one = async |sql: &'static str| Asked::new(sql).fetch::<(i64,)>(&db).await.unwrap()[0].0;
        let state = Self {
            records: records.into_iter().chain(files).map(|(line,)| line).collect(),
            filed: one("SELECT COUNT(*) FROM audit_event WHERE verb = 'record.filed'").await,
            codes: Asked::new("SELECT code FROM code_used ORDER BY code")
                .fetch::<(String,)>(&db)
                .await
                .unwrap()
                .into_iter()
                .map(|(code,)| code)
                .collect(),
            serials: Asked::new("SELECT scope, last FROM code_serial ORDER BY scope").fetch(&db).await.unwrap(),
            fonds: Asked::new("SELECT code FROM fonds ORDER BY code")
                .fetch::<(String,)>(&db)
                .await
                .unwrap()
                .into_iter()
                .map(|(code,)| code)
                .collect(),
            readings: readings.into_iter().map(|(line,)| line).collect(),
            store: store(data, &ids),
            staged: fs::read_dir(data.join("staging")).unwrap().count(),
            unfinished: one("SELECT COUNT(*) FROM job WHERE state <> 'done'").await,
            invisible: one("SELECT COUNT(*) FROM filing WHERE visible_at IS NULL").await,
        };
        db.close().await;
        state
    }
}

fn store(data: &Path, ids: &[(String, String)]) -> BTreeMap<String, BTreeMap<String, String>> {
    let names: BTreeMap<&str, &str> = ids.iter().map(|(id, code)| (id.as_str(), code.as_str())).collect();
    let root = data.join("store/ocfl");
    let mut store = BTreeMap::new();
    for parent in fs::read_dir(&root).unwrap().map(Result::unwrap).filter(|e| e.path().is_dir()) {
        if parent.file_name() == "extensions" {
            continue;
        }
        for object in fs::read_dir(parent.path()).unwrap().map(Result::unwrap) {
            let folder = object.file_name().into_string().unwrap();
            let known = names.iter().find(|(id, _)| folder.contains(*id));
            let name = known.map_or_else(|| format!("orphan {folder}"), |(_, code)| (*code).to_owned());
            let mut tree = BTreeMap::new();
            walk(&object.path(), &object.path(), &names, &mut tree);
            store.insert(name, tree);
        }
    }
    store
}

fn walk(base: &Path, folder: &Path, names: &BTreeMap<&str, &str>, tree: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            walk(base, &path, names, tree);
            continue;
        }
        let name = path.strip_prefix(base).unwrap().display().to_string();
        let said = if name.ends_with(".json") {
            masked(&serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(), names).to_string()
        } else if name.contains("/content/") {
            Sha256::of(&fs::read(&path).unwrap()).to_string()
        } else {
            "present".to_owned()
        };
        tree.insert(name, said);
    }
}

/// The value with every record's id replaced by its code, and every other id, clock and
/// digest by a word for it. Objects become sorted lists, for digests stand as keys too.
fn masked(value: &Value, names: &BTreeMap<&str, &str>) -> Value {
    match value {
        Value::String(text) => mask(text, names).into(),
        Value::Array(values) => values.iter().map(|value| masked(value, names)).collect(),
        Value::Object(fields) => {
            let mut pairs: Vec<String> =
                fields.iter().map(|(key, value)| json!([mask(key, names), masked(value, names)]).to_string()).collect();
            pairs.sort();
            pairs.into()
        }
        other => other.clone(),
    }
}

fn mask(text: &str, names: &BTreeMap<&str, &str>) -> String {
    let id = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(code) = names.get(id) {
        (*code).to_owned()
    } else if id.len() == 36 && id.split('-').all(is_hex) {
        "an id".to_owned()
    } else if text.len() == 64 && is_hex(text) {
        "a digest".to_owned()
    } else if text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T' {
        "an instant".to_owned()
    } else {
        text.to_owned()
    }
}
