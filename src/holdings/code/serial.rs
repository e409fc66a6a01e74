//! Giving the next code (流水号), and finding the numbers left out.

use super::{Code, CodeError, Fault, Parts, Scheme};
use crate::profile::{Element, Kind};
use std::ops::RangeInclusive;

/// The maker of new codes. Which number is next the counter of the class knows.
#[derive(Debug)]
pub enum Serial {}

impl Serial {
    /// The code of the class `parts` with this number, padded to the scheme's
    /// width. The number is that of the scheme's first counted element which
    /// `parts` does not give: the volume's, or with a volume given the item's.
    /// Refuses 0, a number too wide, a part the scheme has no place for, and a
    /// class that would be read back as another one.
    pub fn next(scheme: &Scheme, parts: &Parts, number: u64) -> Result<Code, CodeError> {
        let mut left: Vec<_> = parts.iter().collect();
        let (mut text, mut parts_written) = (String::new(), Vec::new());
        let mut counted = None;
        for element in scheme.elements() {
            let given = left.iter().position(|part| part.kind == element.kind).map(|at| left.remove(at).text.clone());
            let said = match (element.kind, given) {
                (Kind::Fonds, None) => scheme.fonds().to_owned(),
                (Kind::Category, None) => scheme.category().to_owned(),
                (_, Some(given)) => given,
                (kind, None) if kind.is_number() => padded(element, number)?,
                (_, None) if element.optional => continue,
                (kind, None) => return Err(CodeError::whole(Fault::Missing { kind })),
            };
            text.extend(element.before.map(|separator| separator.sign()));
            text.push_str(&said);
            parts_written.push((element.kind, said));
            if element.kind.is_number() && parts.iter().all(|part| part.kind != element.kind) {
                counted = Some(element.kind);
                break;
            }
        }
        let Some(kind) = counted else {
            let kind = scheme.elements().last().map_or(Kind::Item, |element| element.kind);
            return Err(CodeError::whole(Fault::Missing { kind }));
        };
        if let Some(part) = left.first() {
            return Err(CodeError::whole(Fault::NoPlace { kind: part.kind, found: part.text.clone() }));
        }
        let code = scheme.parse(&text)?;
        let other =
            code.parts().iter().zip(&parts_written).find(|(read, said)| (read.kind, &read.text) != (said.0, &said.1));
        match other {
            // D30 as a department, where no retention is given, would come back as the retention.
            Some((_, (kind, found))) => {
                Err(CodeError::whole(Fault::Ambiguous { kind: *kind, found: found.clone(), code: text }))
            }
            None if code.number() != number => Err(CodeError::whole(Fault::Zero { kind, found: number.to_string() })),
            None => Ok(code),
        }
    }
}

/// The number with zeros before it, to the element's least width.
fn padded(element: &Element, number: u64) -> Result<String, CodeError> {
    let rule = &element.text[0];
    let text = format!("{number:0width$}", width = rule.min);
    if text.len() > rule.max {
        return Err(CodeError::whole(Fault::Overflow { kind: element.kind, number, digits: rule.max }));
    }
    Ok(text)
}

/// The numbers from 1 to `up_to` that do not stand in `numbers`, as ranges.
/// `numbers` rises; a number may repeat, and those beyond `up_to` do not count.
pub fn gaps(numbers: impl IntoIterator<Item = u64>, up_to: u64) -> Vec<RangeInclusive<u64>> {
    let (mut gaps, mut seen) = (Vec::new(), 0);
    for number in numbers.into_iter().take_while(|number| *number <= up_to) {
        if number > seen && number - seen > 1 {
            gaps.push(seen + 1..=number - 1);
        }
        seen = seen.max(number);
    }
    if seen < up_to {
        gaps.push(seen + 1..=up_to);
    }
    gaps
}
