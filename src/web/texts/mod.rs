//! The two languages of the pages: Chinese first, English complete.
//!
//! One Fluent catalogue a language, `zh-CN.ftl` and `en.ftl`, both compiled in.
//! The key sets are equal and every key of a template exists (tests below), so a
//! key shown as `⟦key⟧` is a defect of this binary and never a matter of data.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};

static_loader! {
    static TEXTS = {
        locales: "./src/web/texts",
        fallback_language: "zh-CN",
        // Isolation marks are for mixed writing directions, which these two languages never have.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// The language a page is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

/// A number that a sentence counts with, however often it is borrowed.
pub trait Counted {
    fn counted(&self) -> u64;
}

impl Counted for u64 {
    fn counted(&self) -> u64 {
        *self
    }
}

impl Counted for u32 {
    fn counted(&self) -> u64 {
        u64::from(*self)
    }
}

impl Counted for usize {
    fn counted(&self) -> u64 {
        *self as u64
    }
}

impl<T: Counted + ?Sized> Counted for &T {
    fn counted(&self) -> u64 {
        (**self).counted()
    }
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The BCP 47 tag: of the `lang` attribute, of `?lang=`, of the cookie.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    pub fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// A tag as it comes in a query or a cookie; `None` for a language not carried.
    pub fn of_tag(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("zh") {
            Some(Lang::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Lang::En)
        } else {
            None
        }
    }

    /// The asked for, then the remembered, then what the browser prefers, then Chinese.
    pub fn choose(query: Option<&str>, cookie: Option<&str>, accepted: Option<&str>) -> Lang {
        query
            .and_then(Lang::of_tag)
            .or_else(|| cookie.and_then(Lang::of_tag))
            .or_else(|| accepted.and_then(Lang::preferred))
            .unwrap_or_default()
    }

    /// The best of an `Accept-Language` (RFC 9110 §12.5.4); of equal weights the first.
    fn preferred(header: &str) -> Option<Lang> {
        let mut best: Option<(f32, Lang)> = None;
        for part in header.split(',') {
            let mut words = part.split(';');
            let Some(lang) = words.next().and_then(Lang::of_tag) else { continue };
            let weight = words.find_map(|word| word.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            if weight > 0.0 && best.is_none_or(|(held, _)| weight > held) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }

    /// The text of a key.
    pub fn t(self, key: &str) -> String {
        self.look_up(key, HashMap::new())
    }

    /// The text of a key with a number: `$n` chooses the plural, `$shown` is read.
    pub fn n(self, key: &str, count: impl Counted) -> String {
        let count = count.counted();
        let shown = grouped(count);
        self.look_up(key, HashMap::from([("n", count.into()), ("shown", shown.into())]))
    }

    /// The text of a key with one word set into it.
    pub fn with(self, key: &str, name: &'static str, value: impl Display) -> String {
        self.look_up(key, HashMap::from([(name, value.to_string().into())]))
    }

    /// The text of a key with two words set into it.
    pub fn with2(
        self,
        key: &str,
        name: &'static str,
        value: impl Display,
        second: &'static str,
        other: impl Display,
    ) -> String {
        let words = [(name, value.to_string().into()), (second, other.to_string().into())];
        self.look_up(key, HashMap::from(words))
    }

    fn look_up(self, key: &str, words: HashMap<&'static str, FluentValue<'_>>) -> String {
        let tag = match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        };
        let words: HashMap<Cow<'static, str>, FluentValue<'_>> =
            words.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        TEXTS.lookup_single_language(tag, key, Some(&words)).unwrap_or_else(|_| format!("⟦{key}⟧"))
    }
}

/// A number in groups of three: `1,204`. Both languages of the pages write it so.
pub fn grouped(number: impl Counted) -> String {
    let digits = number.counted().to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests;
