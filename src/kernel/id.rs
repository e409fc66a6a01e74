//! Identifiers that remember what they identify.

use super::Instant;
use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};

/// The id of one `K`: an `Id<Record>` never stands where an `Id<Batch>` is
/// asked for. The text is a UUID of version 7 (RFC 9562 §5.7), lower case with
/// hyphens, so that ids rise with time.
pub struct Id<K>(String, PhantomData<fn() -> K>);

/// A 件: one record.
pub enum Record {}
/// A 批次: what one sender handed in at once.
pub enum Batch {}
/// One act of filing (归档); its row decides whether its records are visible.
pub enum Filing {}
/// A 全宗.
pub enum Fonds {}
/// A person with an account.
pub enum Person {}
/// A 预设: how the headers of a sender's catalogues are explained.
pub enum Preset {}
/// One piece of work in the queue.
pub enum Job {}

static COUNT: AtomicU64 = AtomicU64::new(0);

impl<K> Id<K> {
    /// A new id that sorts after every id this process made at or before `at`
    /// (4,096 ids a millisecond; beyond that only the time orders them).
    pub fn fresh(at: Instant) -> Self {
        let mut random = [0_u8; 10];
        getrandom::fill(&mut random).expect("the operating system gives random bytes");
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        random[0] = (count >> 8) as u8 & 0x0f;
        random[1] = count as u8;
        let uuid = uuid::Builder::from_unix_timestamp_millis(at.millis(), &random).into_uuid();
        Self(uuid.hyphenated().to_string(), PhantomData)
    }

    /// Reads an id from outside; `None` unless it is a hyphenated lower-case UUID.
    pub fn parse(text: &str) -> Option<Self> {
        let uuid = uuid::Uuid::try_parse(text).ok()?;
        (uuid.hyphenated().to_string() == text).then(|| Self::known(text))
    }

    /// An id that came out of our own rows.
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into(), PhantomData)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self::known(self.0.clone())
    }
}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_in_one_millisecond_keep_their_order() {
        let at: Instant = "2026-01-02T03:04:05.000Z".parse().unwrap();
        let ids: Vec<Id<Record>> = (0..50).map(|_| Id::fresh(at)).collect();
        // The counter wraps every 4,096 ids; other tests may push it over once.
        let falls = ids.windows(2).filter(|w| w[0] > w[1]).count();
        assert!(falls <= 1, "{ids:?}");
    }

    #[test]
    fn only_a_canonical_uuid_is_an_id() {
        assert!(Id::<Record>::parse("0197c3a0-0000-7000-8000-000000000001").is_some());
        assert!(Id::<Record>::parse("0197C3A0-0000-7000-8000-000000000001").is_none());
        assert!(Id::<Record>::parse("../etc/passwd").is_none());
    }
}
