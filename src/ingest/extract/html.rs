//! HTML (WHATWG): what a reader of the page sees of its text.

use super::{join::join, plain};
use encoding_rs::Encoding;
use scraper::{Html, node::Node};

/// How far the declaration of the encoding is looked for, in bytes (HTML §4.2.5.4).
const HEAD: usize = 1_024;

/// The text as one page; its title first.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    Ok(vec![text(&decode(bytes)?)?])
}

/// How many elements may stand open in one another (ours): the reader's time grows with its
/// square.
const DEEPEST: usize = 2_000;

/// The text of a page that was decoded before.
pub(super) fn text(html: &str) -> Result<String, String> {
    if depth(html) > DEEPEST {
        return Err(format!("网页的元素嵌套超过 {DEEPEST} 层"));
    }
    let page = Html::parse_document(html);
    let (mut text, mut line, mut apart) = (String::new(), String::new(), 0_usize);
    for edge in page.tree.root().traverse() {
        let (node, opens) = match edge {
            ego_tree::iter::Edge::Open(node) => (node, true),
            ego_tree::iter::Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(said) if opens && apart == 0 => {
                // Blanks of any kind are one (CSS Text §4.1).
                let before = line.ends_with(char::is_whitespace) || line.is_empty();
                if said.starts_with(char::is_whitespace) && !before {
                    line.push(' ');
                }
                line.push_str(&said.split_whitespace().collect::<Vec<_>>().join(" "));
                if said.ends_with(char::is_whitespace) && !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            Node::Element(element) => match element.name() {
                "script" | "style" | "template" | "noscript" => {
                    apart = if opens { apart + 1 } else { apart.saturating_sub(1) };
                }
                "td" | "th" if !opens => line.push(' '),
                name if !is_inline(name) => end_line(&mut text, &mut line),
                _ => {}
            },
            _ => {}
        }
    }
    end_line(&mut text, &mut line);
    Ok(text)
}

/// How deep elements are nested, at the most; those that may be left unclosed do not count.
fn depth(html: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let (closes, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
        let empty = name.split('>').next().is_some_and(|inside| inside.ends_with('/'));
        if end == 0 || empty || is_left_open(&name[..end].to_ascii_lowercase()) {
            continue;
        }
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    deepest
}

/// Elements without an end, or whose end may be left out (HTML §13.1.2).
fn is_left_open(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
            | "p"
            | "li"
            | "dt"
            | "dd"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "colgroup"
            | "option"
            | "optgroup"
            | "rt"
            | "rp"
    )
}

fn end_line(text: &mut String, line: &mut String) {
    if !line.trim().is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        join(text, line);
    }
    line.clear();
}

/// Elements that stand within a line.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "td"
            | "th"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// As its mark or its declaration says, else as plain text is read.
fn decode(bytes: &[u8]) -> Result<String, String> {
    let declared = Encoding::for_bom(bytes).is_none().then(|| declared(&bytes[..bytes.len().min(HEAD)])).flatten();
    match declared {
        Some(encoding) => Ok(encoding.decode(bytes).0.into_owned()),
        None => plain::decode(bytes),
    }
}

fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.to_ascii_lowercase();
    let at = head.windows(8).position(|word| word == b"charset=")? + 8;
    let label: Vec<u8> = head[at..]
        .iter()
        .copied()
        .skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '))
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        .collect();
    Encoding::for_label(&label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_sees_text_and_no_script() {
        let html = "<html><head><title>通知</title><style>p{}</style></head><body><p>关于<b>土地</b>\n  的&amp;通知</p>\
                    <script>alert('x')</script><table><tr><td>a</td><td>b</td></tr></table><p>x<br>y</body>";
        assert_eq!(text(html).unwrap(), "通知\n关于土地 的&通知\na b\nx\ny");
    }

    #[test]
    fn the_declaration_says_the_encoding() {
        let (gbk, _, _) = encoding_rs::GB18030.encode("<meta charset=\"gb2312\"><p>档案");
        assert_eq!(pages(&gbk).unwrap(), ["档案"]);
        assert_eq!(pages("<p>档案".as_bytes()).unwrap(), ["档案"]);
    }

    #[test]
    fn a_page_that_is_too_deep_is_a_reason() {
        assert!(text(&format!("{}x", "<div>".repeat(50_000))).unwrap_err().contains("嵌套"));
        assert_eq!(text(&format!("{}x", "<div>".repeat(500))).unwrap(), "x");
        assert_eq!(text(&"<p>x<br>".repeat(5_000)).unwrap().lines().count(), 5_000);
    }
}
