//! The index on disk: takes documents in and answers queries within a reach.

use super::query::Query;
use super::schema::{Fields, schema};
use super::{ask, rank};
use crate::access::Reach;
use crate::db::DbError;
use crate::holdings::HoldingsError;
use crate::kernel::{Id, Record};
use crate::vault::VaultError;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, TantivyDocument, Term};

/// Rises with every change of schema, folding or units.
const FORMAT: &str = "lantai-search-2";
const FORMAT_FILE: &str = "format";
/// Threads that write segments; they share the writer's memory.
const WRITERS: usize = 2;
/// How often deleted documents are tried to be written out of their segments, and how long
/// is waited for a merge that has them.
const PURGES: usize = 100;
const BETWEEN_PURGES: Duration = Duration::from_millis(100);

/// Why the index did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("the search index cannot be read or written; it may be deleted and is filled again")]
    Index(#[from] tantivy::TantivyError),
    #[error("the folder of the search index cannot be used")]
    Folder(#[from] std::io::Error),
    /// It is tried again with the next line of the trail.
    #[error("what was deleted from the search index could not be written out of it yet")]
    NotPurged,
    #[error("the search index says it stands at {0:?}, which is no number; delete its folder")]
    Payload(String),
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What one record gives to the index.
#[derive(Clone, Debug)]
pub struct Doc {
    pub id: Id<Record>,
    pub code: String,
    pub title: String,
    pub docno: String,
    pub responsible: String,
    pub note: String,
    pub date: String,
    pub year: Option<i64>,
    pub fonds: String,
    pub category: String,
    pub department: Option<String>,
    pub retention: Option<String>,
    pub secrecy_rank: i64,
    /// 开放划控.
    pub opening: String,
    pub pages: Vec<String>,
}

/// What the asker narrowed by hand; an empty list narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    pub fonds: Vec<String>,
    pub category: Vec<String>,
    pub retention: Vec<String>,
    pub department: Vec<String>,
    pub year_from: Option<i64>,
    pub year_to: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Relevance,
    /// Newest first.
    Date,
    Code,
}

/// How many of the hits have each value.
pub type Facet = BTreeMap<String, u64>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    pub fonds: Facet,
    pub category: Facet,
    pub department: Facet,
    pub retention: Facet,
    pub year: BTreeMap<i64, u64>,
    pub secrecy: BTreeMap<i64, u64>,
}

/// One page of hits; total and facets are of all hits within the reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub total: u64,
    pub hits: Vec<Id<Record>>,
    pub facets: Facets,
}

/// The index of all records.
pub struct Catalogue {
    fields: Fields,
    index: Index,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    /// Who follows the trail or builds anew: one at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
}

impl Catalogue {
    /// Opens the index in `dir`; where there is none, or one of another format,
    /// an empty one is made, whose [`Self::payload`] is 0. `memory` is the
    /// writer's, in bytes (at least 30 MB).
    pub fn open(dir: &Path, memory: u64) -> Result<Self, SearchError> {
        let (schema, fields) = schema();
        let mark = dir.join(FORMAT_FILE);
        let ours = match std::fs::read_to_string(&mark) {
            Ok(found) => found == FORMAT,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(error.into()),
        };
        let index_dir = dir.join("index");
        if !ours && index_dir.exists() {
            std::fs::remove_dir_all(&index_dir)?;
        }
        std::fs::create_dir_all(&index_dir)?;
        let directory = tantivy::directory::MmapDirectory::open(&index_dir).map_err(tantivy::TantivyError::from)?;
        let index = Index::open_or_create(directory, schema)?;
        std::fs::write(&mark, FORMAT)?;
        let memory = usize::try_from(memory).unwrap_or(usize::MAX).clamp(15_000_000 * WRITERS, 2_000_000_000);
        let writer = Mutex::new(index.writer_with_num_threads(WRITERS, memory)?);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { fields, index, reader, writer, turn: tokio::sync::Mutex::const_new(()) })
    }

    /// The number given to the last [`Self::commit`]; 0 for an empty index.
    pub fn payload(&self) -> Result<u64, SearchError> {
        match self.index.load_metas()?.payload {
            None => Ok(0),
            Some(text) => text.parse().map_err(|_| SearchError::Payload(text)),
        }
    }

    /// Puts documents in the place of those with the same id. Seen after [`Self::commit`].
    pub fn put(&self, docs: &[Doc]) -> Result<(), SearchError> {
        let writer = &*self.writer();
        // Cutting a text into units costs as much as indexing them: two threads do it.
        let put = |docs: &[Doc]| -> Result<(), SearchError> {
            for doc in docs {
                writer.delete_term(Term::from_field_text(self.fields.id, doc.id.as_str()));
                writer.add_document(self.fields.document(doc))?;
            }
            Ok(())
        };
        let (left, right) = docs.split_at(docs.len() / 2);
        std::thread::scope(|scope| {
            let left = scope.spawn(|| put(left));
            put(right).and(left.join().expect("indexing does not panic"))
        })
    }

    pub fn delete(&self, ids: &[Id<Record>]) -> Result<(), SearchError> {
        let writer = self.writer();
        for id in ids {
            writer.delete_term(Term::from_field_text(self.fields.id, id.as_str()));
        }
        Ok(())
    }

    pub fn commit(&self, payload: u64) -> Result<(), SearchError> {
        let mut writer = self.writer();
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(&payload.to_string());
        prepared.commit()?;
        Ok(self.reader.reload()?)
    }

    /// Writes anew what deleted documents left parts of, so that nothing of them lies in
    /// the folder any more; after [`Self::commit`]. A search that is under way keeps its
    /// files until it ends; they go with the next commit.
    pub fn purge(&self) -> Result<(), SearchError> {
        let mut writer = self.writer();
        for _ in 0..PURGES {
            let metas = self.index.searchable_segment_metas()?;
            let torn: Vec<_> = metas.iter().filter(|one| one.num_deleted_docs() > 0).map(SegmentMeta::id).collect();
            if torn.is_empty() {
                break;
            }
            // Where a merge of its own accord has one of them, it is looked for again.
            if let Err(error) = writer.merge(&torn).wait() {
                tracing::info!("segments of the index are merged already: {error}");
                std::thread::sleep(BETWEEN_PURGES);
            }
        }
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        let torn = self.index.searchable_segment_metas()?.iter().any(|one| one.num_deleted_docs() > 0);
        if torn { Err(SearchError::NotPurged) } else { Ok(()) }
    }

    /// Takes everything out. Seen after [`Self::commit`].
    pub fn clear(&self) -> Result<(), SearchError> {
        self.writer().delete_all_documents()?;
        Ok(())
    }

    /// The hits of `query` that lie within the first reach, from `offset`, at most `limit`;
    /// texts are looked at within the second.
    pub fn search(
        &self,
        (reach, read): (&Reach, &Reach),
        query: &Query,
        narrow: &Filters,
        sort: Sort,
        limit: usize,
        offset: usize,
    ) -> Result<Answer, SearchError> {
        let within = ask::within(&self.fields, reach, narrow);
        let readable = (read != reach).then(|| ask::readable(&self.fields, read));
        let sight = (within, readable);
        rank::answer(&self.reader.searcher(), &self.fields, query, sight, sort, offset..offset.saturating_add(limit))
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter<TantivyDocument>> {
        // What a panicking thread left uncommitted is put again by the follower.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
