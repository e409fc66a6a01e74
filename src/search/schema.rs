//! The fields of one record in the index. Texts are indexed, never stored.

use super::analyse::{pairs, singles, units, whole};
use super::engine::Doc;
use tantivy::{
    TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
};

/// A text: its pairs with positions (phrases), its single units without (one-unit words).
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub pairs: Field,
    pub singles: Field,
}

pub(super) struct Fields {
    pub id: Field,
    pub title: Words,
    pub body: Words,
    pub responsible: Words,
    pub note: Words,
    pub docno: Words,
    pub code: Words,
    /// 档号, 文号 and title as wholes, for the first two tiers.
    pub number_whole: Field,
    pub title_whole: Field,
    pub code_sort: Field,
    pub date: Field,
    pub year: Field,
    pub secrecy: Field,
    pub fonds: Field,
    pub category: Field,
    pub department: Field,
    pub retention: Field,
    pub opening: Field,
}

/// The schema and its fields; a change of either asks for a new `FORMAT` in `engine`.
pub(super) fn schema() -> (Schema, Fields) {
    let mut b = Schema::builder();
    let option = |record| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false).set_index_option(record),
        )
    };
    let mut words = |name: &str| Words {
        pairs: b.add_text_field(name, option(IndexRecordOption::WithFreqsAndPositions)),
        singles: b.add_text_field(&format!("{name}1"), option(IndexRecordOption::WithFreqs)),
    };
    let (title, body, responsible) = (words("title"), words("body"), words("responsible"));
    let (note, docno, code) = (words("note"), words("docno"), words("code"));
    let fields = Fields {
        id: b.add_text_field("id", STRING | FAST),
        title,
        body,
        responsible,
        note,
        docno,
        code,
        number_whole: b.add_text_field("number_whole", STRING),
        title_whole: b.add_text_field("title_whole", STRING),
        code_sort: b.add_text_field("code_sort", STRING | FAST),
        date: b.add_text_field("date", STRING | FAST),
        year: b.add_i64_field("year", INDEXED | FAST),
        secrecy: b.add_i64_field("secrecy", INDEXED | FAST),
        fonds: b.add_text_field("fonds", STRING | FAST),
        category: b.add_text_field("category", STRING | FAST),
        department: b.add_text_field("department", STRING | FAST),
        retention: b.add_text_field("retention", STRING | FAST),
        opening: b.add_text_field("opening", STRING),
    };
    (b.build(), fields)
}

impl Fields {
    pub fn document(&self, doc: &Doc) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_text(self.id, doc.id.as_str());
        for (words, text) in [
            (self.title, &doc.title),
            (self.responsible, &doc.responsible),
            (self.note, &doc.note),
            (self.docno, &doc.docno),
            (self.code, &doc.code),
        ] {
            add(&mut out, words, [text.as_str()]);
        }
        add(&mut out, self.body, doc.pages.iter().map(String::as_str));
        for (field, text) in
            [(self.number_whole, &doc.code), (self.number_whole, &doc.docno), (self.title_whole, &doc.title)]
        {
            let whole = whole(&units([text.as_str()]));
            // tantivy drops a term over 65,530 bytes; such a title is never typed whole.
            if !whole.is_empty() && whole.len() < 60_000 {
                out.add_text(field, whole);
            }
        }
        out.add_text(self.code_sort, &doc.code);
        out.add_text(self.date, &doc.date);
        if let Some(year) = doc.year {
            out.add_i64(self.year, year);
        }
        out.add_i64(self.secrecy, doc.secrecy_rank);
        out.add_text(self.fonds, &doc.fonds);
        out.add_text(self.category, &doc.category);
        out.add_text(self.opening, &doc.opening);
        for (field, value) in [(self.department, &doc.department), (self.retention, &doc.retention)] {
            if let Some(value) = value {
                out.add_text(field, value);
            }
        }
        out
    }
}

fn add<'a>(out: &mut TantivyDocument, words: Words, pages: impl IntoIterator<Item = &'a str>) {
    let units = units(pages);
    out.add_pre_tokenized_text(words.pairs, pairs(&units));
    out.add_pre_tokenized_text(words.singles, singles(&units));
}
