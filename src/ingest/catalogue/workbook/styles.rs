//! Which cells of a workbook are shown as days.

use super::{
    trouble::{Trouble, broken},
    xml::{Xml, attribute, local},
};
use quick_xml::events::Event;
use std::{collections::HashMap, io::Read};

/// Most formats of cells (ours); Excel has at most 65,490.
const MOST: usize = 1 << 20;

/// What a number is to whoever looks at its cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    #[default]
    Number,
    Day,
}

/// How the cells of each style are shown, by the style's number.
pub(super) fn read(part: impl Read) -> Result<Vec<Shown>, Trouble> {
    let mut xml = Xml::of(part);
    let mut own: HashMap<String, Shown> = HashMap::new();
    let (mut styles, mut of_cells) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match local(tag.name().as_ref()) {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (attribute(&tag, "numFmtId"), attribute(&tag, "formatCode")) {
                        own.insert(id, of_code(&code));
                    }
                }
                "cellXfs" => of_cells = true,
                "xf" if of_cells => {
                    let id = attribute(&tag, "numFmtId").unwrap_or_default();
                    styles.push(own.get(&id).copied().unwrap_or_else(|| of_id(&id)));
                }
                _ => {}
            },
            Event::End(tag) if local(tag.name().as_ref()) == "cellXfs" => of_cells = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
        if styles.len() > MOST || own.len() > MOST {
            return Err(broken(format!("it has more than {MOST} formats")));
        }
    }
}

/// The formats that every workbook has; 27 to 36 and 50 to 58 are the dates of East Asia.
///
/// Source: ECMA-376 part 1, 18.8.30.
fn of_id(id: &str) -> Shown {
    match id.parse() {
        Ok(14..=22 | 27..=36 | 45 | 47 | 50..=58) => Shown::Day,
        _ => Shown::Number,
    }
}

/// Whether a format shows days: a `y`, `m`, `d`, `h` or `s` that is no word of its own; a
/// span of hours (`[h]:mm`) is a number.
fn of_code(code: &str) -> Shown {
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign {
            // What follows stands as it is.
            '\\' | '_' | '*' => drop(signs.next()),
            '"' => while signs.next().is_some_and(|sign| sign != '"') {},
            '[' => {
                let inside: String = signs.by_ref().take_while(|sign| *sign != ']').collect();
                let span = |c: char| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's');
                if !inside.is_empty() && inside.chars().all(span) {
                    return Shown::Number;
                }
            }
            // The second form is for what is below nothing.
            ';' => return Shown::Number,
            sign if matches!(sign.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's') => return Shown::Day,
            _ => {}
        }
    }
    Shown::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_for_a_date_by_its_letters() {
        for (code, shown) in [
            ("yyyy\"年\"m\"月\"d\"日\"", Shown::Day),
            ("[$-804]yyyy-mm-dd;@", Shown::Day),
            ("[DBNum1][$-804]yyyy\"年\"", Shown::Day),
            ("yyyy/m/d\\ h:mm", Shown::Day),
            ("General", Shown::Number),
            ("G/通用格式", Shown::Number),
            ("0.00_);[Red]\\(0.00\\)", Shown::Number),
            ("#,##0\"days\"", Shown::Number),
            ("[h]:mm:ss", Shown::Number),
            ("[Red]0", Shown::Number),
            ("0;\"d\"", Shown::Number),
            ("@", Shown::Number),
        ] {
            assert_eq!(of_code(code), shown, "{code}");
        }
    }

    #[test]
    fn styles_of_cells_are_counted_and_no_others() {
        let part = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;\"/></numFmts>\
            <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
            <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"><alignment/></xf><xf numFmtId=\"31\"/></cellXfs></styleSheet>";
        assert_eq!(read(part.as_bytes()).unwrap(), [Shown::Number, Shown::Day, Shown::Day]);
    }
}
