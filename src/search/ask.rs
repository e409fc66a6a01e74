//! A parsed query, a reach and filters as queries of the engine.

use super::analyse::{Unit, pair, units};
use super::engine::Filters;
use super::query::{Field as Place, Part, Query};
use super::schema::{Fields, Words};
use crate::access::{Reach, Scope};
use std::ops::Bound;
use tantivy::{
    Term,
    query::{
        AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query as Ask, RangeQuery, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

pub(super) type Asked = Box<dyn Ask>;

pub(super) fn all(parts: Vec<Asked>) -> Asked {
    Box::new(BooleanQuery::new(parts.into_iter().map(|p| (Occur::Must, p)).collect()))
}

/// Any of `parts`; none of none.
pub(super) fn any(parts: Vec<Asked>) -> Asked {
    if parts.is_empty() {
        return Box::new(EmptyQuery);
    }
    Box::new(BooleanQuery::new(parts.into_iter().map(|p| (Occur::Should, p)).collect()))
}

/// The records that hold the words, whoever may know of them: only ever asked together
/// with [`within`]. Text counts in those within `readable` alone (`None`: in all of
/// them); else who may know of a record and not read it could guess its text word by word.
pub(super) fn holds(fields: &Fields, query: &Query, readable: Option<&Asked>) -> Asked {
    part(fields, &query.0, readable)
}

/// `asked` of the words in one place, narrowed to what may be read where that is the text.
pub(super) fn sighted(fields: &Fields, words: Words, asked: Asked, readable: Option<&Asked>) -> Asked {
    match readable {
        Some(readable) if words.pairs == fields.body.pairs => all(vec![asked, readable.box_clone()]),
        _ => asked,
    }
}

fn part(fields: &Fields, asked: &Part, readable: Option<&Asked>) -> Asked {
    match asked {
        Part::Word(place, word) => {
            let units = units([word.as_str()]);
            let here = |words| sighted(fields, words, phrase(words, &units), readable);
            any(places(fields, *place).into_iter().map(here).collect())
        }
        Part::Years(years) => between(fields.year, *years.start(), *years.end()),
        Part::All(parts) => all(parts.iter().map(|one| part(fields, one, readable)).collect()),
        Part::Any(parts) => any(parts.iter().map(|one| part(fields, one, readable)).collect()),
        Part::Not(hidden) => {
            let everything: (Occur, Asked) = (Occur::Must, Box::new(AllQuery));
            Box::new(BooleanQuery::new(vec![everything, (Occur::MustNot, part(fields, hidden, readable))]))
        }
    }
}

pub(super) fn places(fields: &Fields, place: Place) -> Vec<Words> {
    match place {
        Place::Any => vec![fields.title, fields.body, fields.responsible, fields.note, fields.docno, fields.code],
        Place::Title => vec![fields.title],
        Place::Text => vec![fields.body],
        Place::Responsible => vec![fields.responsible],
        Place::Note => vec![fields.note],
        Place::Docno => vec![fields.docno],
        Place::Code => vec![fields.code],
    }
}

/// The terms whose standing in a row is the phrase.
pub(super) fn terms(words: Words, units: &[Unit]) -> Vec<Term> {
    match units {
        [one] => vec![Term::from_field_text(words.singles, &one.text)],
        more => more.windows(2).map(|w| Term::from_field_text(words.pairs, &pair(&w[0].text, &w[1].text))).collect(),
    }
}

/// The units next to each other in one text.
pub(super) fn phrase(words: Words, units: &[Unit]) -> Asked {
    let mut terms = terms(words, units);
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

pub(super) fn exactly(field: Field, text: &str) -> Asked {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// What the asker may know of, narrowed by its filters.
pub(super) fn within(fields: &Fields, reach: &Reach, narrow: &Filters) -> Asked {
    let mut parts = vec![any(reach.scopes().iter().map(|scope| rectangle(fields, scope)).collect())];
    for (field, values) in [
        (fields.fonds, &narrow.fonds),
        (fields.category, &narrow.category),
        (fields.retention, &narrow.retention),
        (fields.department, &narrow.department),
    ] {
        if !values.is_empty() {
            parts.push(one_of(field, values));
        }
    }
    if narrow.year_from.is_some() || narrow.year_to.is_some() {
        parts.push(between(fields.year, narrow.year_from.unwrap_or(i64::MIN), narrow.year_to.unwrap_or(i64::MAX)));
    }
    Box::new(ConstScoreQuery::new(all(parts), 0.0))
}

/// What the asker may read.
pub(super) fn readable(fields: &Fields, reach: &Reach) -> Asked {
    Box::new(ConstScoreQuery::new(any(reach.scopes().iter().map(|scope| rectangle(fields, scope)).collect()), 0.0))
}

fn rectangle(fields: &Fields, scope: &Scope) -> Asked {
    let mut parts = vec![between(fields.secrecy, i64::MIN, scope.secrecy_at_most)];
    for (field, values) in
        [(fields.fonds, &scope.fonds), (fields.category, &scope.categories), (fields.department, &scope.departments)]
    {
        if let Some(values) = values {
            parts.push(one_of(field, values));
        }
    }
    if let Some(opening) = &scope.opening {
        parts.push(exactly(fields.opening, opening));
    }
    if let Some((from, to)) = scope.years {
        parts.push(between(fields.year, from, to));
    }
    all(parts)
}

fn one_of(field: Field, values: &[String]) -> Asked {
    any(values.iter().map(|value| exactly(field, value)).collect())
}

fn between(field: Field, from: i64, to: i64) -> Asked {
    Box::new(RangeQuery::new(
        Bound::Included(Term::from_field_i64(field, from)),
        Bound::Included(Term::from_field_i64(field, to)),
    ))
}
