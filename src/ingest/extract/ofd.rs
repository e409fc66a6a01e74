//! OFD (GB/T 33190-2016): the text of each page, its templates with it, by position.
//!
//! Names of elements are taken without their prefix, paths relative to the file that
//! names them, then to the package, whatever the case: so programs have written them.

use super::{
    join::is_cjk,
    parts::{Parts, Visitor, attribute, resolved, walk},
};
use quick_xml::events::BytesStart;
use std::collections::HashMap;

const MAIN: &str = "OFD.xml";

/// The most pages a document may have (ours).
const MOST_PAGES: usize = 100_000;

/// One text a page, in the order of the document.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut package = Package::open(bytes)?;
    let main = package.find("", MAIN).ok_or("OFD 中没有 OFD.xml")?;
    let roots = package.read(&main)?.of("DocRoot");
    let mut pages = Vec::new();
    for root in roots {
        let root = package.find(&main, &root).ok_or_else(|| format!("OFD 中缺少 {root}"))?;
        document(&mut package, &root, &mut pages)?;
    }
    if pages.is_empty() {
        return Err("OFD 中没有页面".to_owned());
    }
    Ok(pages)
}

/// A document of the package.
fn document(package: &mut Package<'_>, root: &str, pages: &mut Vec<String>) -> Result<(), String> {
    let document = package.read(root)?;
    let templates: HashMap<&str, &Named> =
        document.templates.iter().map(|template| (template.id.as_str(), template)).collect();
    let mut units = HashMap::new();
    for resource in document.of("PublicRes").into_iter().chain(document.of("DocumentRes")) {
        package.units(root, &resource, &mut units)?;
    }
    let mut known: HashMap<String, Vec<Piece>> = HashMap::new();
    for page in &document.pages {
        if pages.len() == MOST_PAGES {
            return Err(format!("OFD 的页数超过 {MOST_PAGES}"));
        }
        let at = package.find(root, &page.path).ok_or_else(|| format!("OFD 中缺少页面 {}", page.path))?;
        let found = package.read(&at)?;
        let (mut below, mut above) = (Vec::new(), Vec::new());
        for used in &found.used {
            let Some(template) = templates.get(used.id.as_str()) else { continue };
            let layer = used.order.as_deref().or(template.order.as_deref()).unwrap_or("Background");
            let pieces = match known.get(&used.id) {
                Some(pieces) => pieces.clone(),
                None => {
                    // A template that is not there leaves the page readable.
                    let pieces = match package.find(root, &template.path) {
                        Some(at) => package.read(&at)?.pieces(&units),
                        None => Vec::new(),
                    };
                    known.insert(used.id.clone(), pieces.clone());
                    pieces
                }
            };
            if layer == "Foreground" { above.extend(pieces) } else { below.extend(pieces) }
        }
        for resource in found.of("PageRes") {
            package.units(&at, &resource, &mut units)?;
        }
        below.extend(found.pieces(&units));
        below.extend(above);
        pages.push(text(&below));
    }
    Ok(())
}

/// A run of text, and where its line stands on the page, in millimetres.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    text: String,
    x: f64,
    y: f64,
    /// Where it ends.
    end: f64,
    size: f64,
}

/// Running text of the pieces, in the order in which they were written: what follows on the
/// same line without a gap goes on, a new line is joined as lines are.
fn text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut last: Option<&Piece> = None;
    for piece in pieces.iter().filter(|piece| !piece.text.trim().is_empty()) {
        if let Some(last) = last {
            let line = (last.y - piece.y).abs() < last.size.max(piece.size) / 2.0;
            let gap = piece.x - last.end;
            let (before, after) = (text.chars().next_back(), piece.text.trim_start().chars().next());
            let cjk = before.is_some_and(is_cjk) || after.is_some_and(is_cjk);
            let (near, far) = (gap.abs() < last.size / 4.0, gap > last.size * 2.0);
            let apart = if line { far || !(cjk || near) } else { !cjk };
            if apart {
                text.push(' ');
            }
        }
        text.push_str(piece.text.trim());
        last = Some(piece);
    }
    text
}

/// The package, and its parts by what they are called.
struct Package<'a> {
    parts: Parts<'a>,
    /// The name of a part by its folded one.
    names: HashMap<String, String>,
}

impl<'a> Package<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let parts = Parts::open(bytes, "OFD")?;
        let names = parts.names().into_iter().map(|name| (folded(&name), name)).collect();
        Ok(Self { parts, names })
    }

    /// The part that `path` means where the part `from` says it.
    fn find(&self, from: &str, path: &str) -> Option<String> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = path.trim().replace('\\', "/");
        let near = resolved(folder, &path);
        let whole = resolved("", &path);
        [near, whole].iter().find_map(|name| self.names.get(&folded(name))).cloned()
    }

    fn read(&mut self, name: &str) -> Result<Found, String> {
        let xml = self.parts.xml(name)?;
        let mut found = Found::default();
        walk(&xml, &mut found).map_err(self.parts.broken(name))?;
        Ok(found)
    }

    /// The vector units that a resource defines; one that is not there defines none.
    fn units(&mut self, from: &str, resource: &str, into: &mut HashMap<String, Vec<Piece>>) -> Result<(), String> {
        let Some(name) = self.find(from, resource) else { return Ok(()) };
        for (id, pieces) in self.read(&name)?.units {
            into.insert(id, pieces);
        }
        Ok(())
    }
}

fn folded(name: &str) -> String {
    name.trim_start_matches('/').to_lowercase()
}

/// Something with an id, a path and an order.
#[derive(Default)]
struct Named {
    id: String,
    path: String,
    order: Option<String>,
}

/// Text, or the place of a unit.
enum Drawn {
    Text(Piece),
    Unit { id: String, x: f64, y: f64 },
}

/// What a part says: a main file, a document, a page, a template or a resource.
#[derive(Default)]
struct Found {
    /// Text of elements whose content is a path.
    paths: Vec<(&'static str, String)>,
    pages: Vec<Named>,
    templates: Vec<Named>,
    used: Vec<Named>,
    drawn: Vec<Drawn>,
    units: HashMap<String, Vec<Piece>>,
    unit: Option<(String, usize)>,
    within: Option<&'static str>,
    object: Object,
    said: String,
}

/// The text object that the walk is inside of.
#[derive(Clone, Default)]
struct Object {
    origin: (f64, f64),
    size: f64,
    matrix: Option<[f64; 6]>,
    at: (f64, f64),
    steps: f64,
}

const PATHS: [&str; 4] = ["DocRoot", "PublicRes", "DocumentRes", "PageRes"];

impl Found {
    fn of(&self, name: &str) -> Vec<String> {
        self.paths.iter().filter(|(one, _)| *one == name).map(|(_, path)| path.clone()).collect()
    }

    fn pieces(&self, units: &HashMap<String, Vec<Piece>>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for drawn in &self.drawn {
            match drawn {
                Drawn::Text(piece) => pieces.push(piece.clone()),
                Drawn::Unit { id, x, y } => pieces.extend(units.get(id).into_iter().flatten().map(|piece| Piece {
                    x: piece.x + x,
                    y: piece.y + y,
                    end: piece.end + x,
                    ..piece.clone()
                })),
            }
        }
        pieces
    }
}

impl Visitor for Found {
    fn begin(&mut self, name: &str, tag: &BytesStart<'_>) {
        let said = |key: &str| attribute(tag, key);
        let named = || Named {
            id: said("ID").or_else(|| said("TemplateID")).unwrap_or_default(),
            path: said("BaseLoc").unwrap_or_default(),
            order: said("ZOrder"),
        };
        match name {
            "Page" if said("BaseLoc").is_some() => self.pages.push(named()),
            "TemplatePage" => self.templates.push(named()),
            "Template" => self.used.push(named()),
            "CompositeGraphicUnit" | "CompositeGraphUnit" => {
                self.unit = said("ID").map(|id| (id, self.drawn.len()));
            }
            "CompositeObject" => {
                let origin = numbers(said("Boundary"));
                let place = |at: usize| origin.get(at).copied().unwrap_or(0.0);
                if let Some(id) = said("ResourceID") {
                    self.drawn.push(Drawn::Unit { id, x: place(0), y: place(1) });
                }
            }
            "TextObject" => {
                let origin = numbers(said("Boundary"));
                let place = |at: usize| origin.get(at).copied().unwrap_or(0.0);
                let size = numbers(said("Size")).first().copied().unwrap_or(4.0);
                let matrix = <[f64; 6]>::try_from(numbers(said("CTM"))).ok();
                self.object = Object { origin: (place(0), place(1)), size, matrix, ..Object::default() };
            }
            "TextCode" => {
                // A code without a place goes on where the one before it began.
                let place = |key: &str, before: f64| numbers(said(key)).first().copied().unwrap_or(before);
                self.object.at = (place("X", self.object.at.0), place("Y", self.object.at.1));
                self.object.steps = steps(said("DeltaX"));
                self.within = Some("TextCode");
                self.said.clear();
            }
            _ => {
                if let Some(path) = PATHS.iter().find(|path| **path == name) {
                    self.within = Some(path);
                    self.said.clear();
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "TextCode" if self.within.take() == Some("TextCode") => {
                let piece = self.object.piece(std::mem::take(&mut self.said));
                self.drawn.push(Drawn::Text(piece));
            }
            "CompositeGraphicUnit" | "CompositeGraphUnit" => {
                if let Some((id, from)) = self.unit.take() {
                    let drawn = self.drawn.split_off(from);
                    let pieces = drawn.into_iter().filter_map(|one| match one {
                        Drawn::Text(piece) => Some(piece),
                        Drawn::Unit { .. } => None,
                    });
                    self.units.insert(id, pieces.collect());
                }
            }
            _ => {
                if let Some(path) = self.within.take_if(|path| *path == name) {
                    self.paths.push((path, std::mem::take(&mut self.said)));
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.within.is_some() {
            self.said.push_str(text);
        }
    }
}

impl Object {
    /// The text placed on the page (GB/T 33190 §11.3).
    fn piece(&self, text: String) -> Piece {
        let map = |(x, y): (f64, f64)| match self.matrix {
            Some([a, b, c, d, e, f]) => (self.origin.0 + a * x + c * y + e, self.origin.1 + b * x + d * y + f),
            None => (self.origin.0 + x, self.origin.1 + y),
        };
        let (x, y) = map(self.at);
        let (end, _) = map((self.at.0 + self.steps + self.size, self.at.1));
        let size = self.matrix.map_or(self.size, |m| self.size * m[0].hypot(m[1]));
        Piece { text, x, y, end, size }
    }
}

fn numbers(text: Option<String>) -> Vec<f64> {
    text.iter().flat_map(|text| text.split_whitespace()).filter_map(|one| one.parse().ok()).collect()
}

/// The sum of a list of steps, in which `g n d` stands for `n` times `d` (GB/T 33190 §11.3).
fn steps(text: Option<String>) -> f64 {
    let text = text.unwrap_or_default();
    let (mut words, mut sum) = (text.split_whitespace(), 0.0);
    while let Some(word) = words.next() {
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
        sum += if word == "g" { number(words.next()) * number(words.next()) } else { number(Some(word)) };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_may_be_said_in_groups() {
        assert_eq!(steps(Some("1 g 3 2 0.5".into())), 7.5);
        assert_eq!(steps(None), 0.0);
    }

    #[test]
    fn pieces_of_a_line_go_on_and_far_ones_stand_apart() {
        let piece = |text: &str, x: f64, y: f64, end: f64| Piece { text: text.into(), x, y, end, size: 4.0 };
        let line = [piece("Hel", 0.0, 10.0, 6.0), piece("lo", 6.2, 10.0, 10.0), piece("world", 12.0, 10.0, 20.0)];
        assert_eq!(text(&line), "Hello world");
        let lines = [piece("关于土地", 0.0, 10.0, 16.0), piece("确权的通知", 0.0, 16.0, 20.0)];
        assert_eq!(text(&lines), "关于土地确权的通知");
        let columns = [piece("案件名称", 0.0, 10.0, 16.0), piece("某案", 60.0, 10.0, 68.0)];
        assert_eq!(text(&columns), "案件名称 某案");
    }
}
