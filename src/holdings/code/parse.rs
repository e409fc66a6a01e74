//! Reading a code: split at `-`, then at `·`, then element by element.

use super::{Code, CodeError, Fault, Part, Place, Scheme, fold::fold_char};
use crate::{
    holdings::retention::Retention,
    profile::{Charset, Element, Kind, Separator, TextRule},
};

/// One part of the text, between separators.
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub before: Option<Separator>,
    pub text: &'a str,
    pub place: Place,
}

/// Which element a token is, and which of its rules it fits.
#[derive(Clone, Copy)]
pub(super) struct Fitted {
    pub element: usize,
    pub rule: usize,
}

pub(super) fn parse(scheme: &Scheme, text: &str) -> Result<Code, CodeError> {
    let tokens = split(text)?;
    let fitted = fit(scheme, scheme.elements(), &tokens)?;
    let parts: Vec<Part> = tokens
        .iter()
        .zip(&fitted)
        .map(|(token, fitted)| Part { kind: scheme.elements()[fitted.element].kind, text: token.text.to_owned() })
        .collect();
    let number = parts.last().and_then(|part| part.text.parse().ok());
    Ok(Code::read(text, parts, number.expect("a shape ends with a number of at most 18 digits")))
}

/// The parts of a canonical text; refuses characters that no code has.
pub(super) fn split(text: &str) -> Result<Vec<Token<'_>>, CodeError> {
    if text.is_empty() {
        return Err(CodeError::whole(Fault::Empty));
    }
    let mut tokens = Vec::new();
    for (l, level) in text.split('-').enumerate() {
        let several = level.contains('·');
        for (p, part) in level.split('·').enumerate() {
            let before = match (l, p) {
                (0, 0) => None,
                (_, 0) => Some(Separator::Level),
                _ => Some(Separator::Part),
            };
            let place = Place { level: l + 1, part: several.then_some(p + 1) };
            if let Some(fault) = misplaced(part) {
                return Err(CodeError::at(fault, place, tokens.len()));
            }
            tokens.push(Token { before, text: part, place });
        }
    }
    Ok(tokens)
}

/// A part that is empty, or has a character no part of a code has.
fn misplaced(part: &str) -> Option<Fault> {
    if part.is_empty() {
        return Some(Fault::EmptyPart);
    }
    let all = TextRule { chars: Charset::LettersDigitsHan, min: 1, max: 1, widest: None };
    let found = part.chars().find(|c| !all.allows(c.encode_utf8(&mut [0; 4])))?;
    Some(match fold_char(found) {
        Some(same) if same == found => Fault::Foreign { found },
        Some(other) => Fault::NotCanonical { found, canonical: format!("{other:?}") },
        None => Fault::NotCanonical { found, canonical: "nothing".to_owned() },
    })
}

/// The tokens as elements, all of them; `elements` may be wider than the
/// scheme's own. Of several ways the one that takes an optional element earliest.
pub(super) fn fit(scheme: &Scheme, elements: &[Element], tokens: &[Token<'_>]) -> Result<Vec<Fitted>, CodeError> {
    let mut fit = Fit { scheme, elements, tokens, taken: Vec::new(), furthest: None };
    if fit.from(0, 0) {
        return Ok(fit.taken);
    }
    Err(fit.furthest.expect("every way that ends without success has noted why"))
}

struct Fit<'a> {
    scheme: &'a Scheme,
    elements: &'a [Element],
    tokens: &'a [Token<'a>],
    taken: Vec<Fitted>,
    furthest: Option<CodeError>,
}

impl Fit<'_> {
    /// Whether the tokens from `t` on are the elements from `e` on. Tries both
    /// sides of an optional element; a shape has few, so the ways stay few.
    fn from(&mut self, e: usize, t: usize) -> bool {
        let Some(element) = self.elements.get(e) else {
            if let Some(token) = self.tokens.get(t) {
                self.note(t, Fault::Surplus { found: token.text.to_owned() });
            }
            return t == self.tokens.len();
        };
        match self.tokens.get(t).copied() {
            Some(token) if token.before == element.before => match accept(self.scheme, element, token.text) {
                Ok(rule) => {
                    self.taken.push(Fitted { element: e, rule });
                    if self.from(e + 1, t + 1) {
                        return true;
                    }
                    self.taken.pop();
                }
                Err(fault) => self.note(t, fault),
            },
            Some(token) if !element.optional => {
                let expected = element.before.unwrap_or(Separator::Level);
                self.note(t, Fault::Separator { kind: element.kind, expected, found: token.text.to_owned() });
            }
            None if !element.optional => self.note(t, Fault::Missing { kind: element.kind }),
            _ => {}
        }
        element.optional && self.from(self.after_left_out(e), t)
    }

    /// Where it goes on when element `e` is left out. Without a second level there
    /// is no third: its text would escape the list that closes the second.
    fn after_left_out(&self, e: usize) -> usize {
        let level = |element: &&Element| element.kind == Kind::Subcategory;
        e + self.elements[e..].iter().take_while(level).count().max(1)
    }

    /// Keeps the fault of the way that got furthest. Of two at the last token the
    /// later: what stands last was meant as the number, not as an optional part.
    fn note(&mut self, t: usize, fault: Fault) {
        let last = t + 1 >= self.tokens.len();
        if self.furthest.as_ref().is_some_and(|f| f.understood > t || f.understood == t && !last) {
            return;
        }
        let place = match self.tokens.get(t) {
            Some(token) => token.place,
            None => Place { level: self.tokens[t - 1].place.level + 1, part: None },
        };
        self.furthest = Some(CodeError::at(fault, place, t));
    }
}

/// The rule of the element that the text fits.
fn accept(scheme: &Scheme, element: &Element, text: &str) -> Result<usize, Fault> {
    let (kind, found) = (element.kind, text.to_owned());
    match kind {
        Kind::Year if !is_year(text) => return Err(Fault::Year { found }),
        Kind::Retention if Retention::from_code(text).is_none() => {
            return Err(Fault::Retention { found, remedy: retention_remedy(text) });
        }
        _ => {}
    }
    let Some(rule) = fits_a_rule(&element.text, text) else {
        return Err(Fault::Shape { kind, wanted: wanted(&element.text), found });
    };
    let expected = |said: &str| said.to_owned();
    match kind {
        Kind::Fonds if text != scheme.fonds() => Err(Fault::OtherFonds { expected: expected(scheme.fonds()), found }),
        Kind::Category if text != scheme.category() => {
            Err(Fault::OtherCategory { expected: expected(scheme.category()), found })
        }
        kind if kind.is_number() && text.bytes().all(|b| b == b'0') => Err(Fault::Zero { kind, found }),
        kind if !element.words.is_empty() && !element.words.contains(&found) => {
            Err(Fault::UnknownWord { kind, found, defined: element.words.clone() })
        }
        _ => Ok(rule),
    }
}

/// The first rule that the text fits in characters and width.
pub(super) fn fits_a_rule(rules: &[TextRule], text: &str) -> Option<usize> {
    let width = text.chars().count();
    rules.iter().position(|rule| rule.allows(text) && (rule.min..=rule.max).contains(&width))
}

/// `2 to 4 capitals, or 2 digits`
pub(super) fn wanted(rules: &[TextRule]) -> String {
    rules.iter().map(TextRule::to_string).collect::<Vec<_>>().join(", or ")
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) && matches!(text.as_bytes()[0], b'1' | b'2')
}

fn retention_remedy(found: &str) -> &'static str {
    if found.contains('永') {
        "write Y for 永久"
    } else if found.bytes().all(|b| b.is_ascii_digit()) {
        "write D before the years"
    } else if matches!(found, "C" | "长期" | "短期") {
        "长期 and 短期 need a decision for 30 or 10 years"
    } else {
        "write the period as a code"
    }
}
