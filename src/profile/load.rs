//! Reading the rules: compiled in, or from a folder that replaces them.

use super::{
    Carrier, Category, Column, ElementError, HandoverRules, Post, Preset, RetentionWords, Templates,
    carrier::CarrierFile,
    category::CategoryFile,
    check_elements,
    column::{self, ColumnFile},
    post::PostFile,
};
use serde::de::DeserializeOwned;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const CARRIERS: (&str, &str) = ("carriers.toml", include_str!("../../config/carriers.toml"));
const CATEGORIES: (&str, &str) = ("categories.toml", include_str!("../../config/categories.toml"));
const COLUMNS: (&str, &str) = ("columns.toml", include_str!("../../config/columns.toml"));
const HANDOVER: (&str, &str) = ("handover.toml", include_str!("../../config/handover.toml"));
const POSTS: (&str, &str) = ("posts.toml", include_str!("../../config/posts.toml"));
const TEMPLATES: (&str, &str) = ("templates.toml", include_str!("../../config/templates.toml"));
const RETENTION: (&str, &str) = ("retention.toml", include_str!("../../config/retention.toml"));

/// In the order in which an unknown code is tried.
const SCHEMES: [(&str, &str); 5] = [
    ("dat22-2015.toml", include_str!("../../config/schemes/dat22-2015.toml")),
    ("dat13-2022.toml", include_str!("../../config/schemes/dat13-2022.toml")),
    ("dat13-2022-file.toml", include_str!("../../config/schemes/dat13-2022-file.toml")),
    ("dat94-2022.toml", include_str!("../../config/schemes/dat94-2022.toml")),
    ("dat13-2022-catalogue.toml", include_str!("../../config/schemes/dat13-2022-catalogue.toml")),
];

/// The rules an archive goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub categories: Vec<Category>,
    /// In the order in which an unknown code is tried.
    pub presets: Vec<Preset>,
    pub retention: RetentionWords,
    pub posts: Vec<Post>,
    pub carriers: Vec<Carrier>,
    pub columns: Vec<Column>,
    pub templates: Templates,
    pub handover: HandoverRules,
}

/// Why rules do not load. Names the file.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("{file} cannot be read")]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{file} is not as expected")]
    Malformed { file: String, source: toml::de::Error },
    #[error(
        "{0} is no file of the rules; expected carriers.toml, categories.toml, columns.toml, handover.toml, posts.toml, retention.toml, templates.toml or schemes/*.toml"
    )]
    Stray(PathBuf),
    #[error("category {0:?} must be two capitals and stand there once")]
    Category(String),
    #[error("post {0:?} must be small letters, digits and hyphens and stand there once")]
    Post(String),
    #[error("carrier {0:?} must be small letters, digits and hyphens and stand there once, as must its words")]
    Carrier(String),
    #[error("column {0:?} must stand there once, with words in small letters without blanks and marks, each once")]
    Column(String),
    #[error(
        "deadlines need a clause, words, a day that every year has and known categories, one of them for all; see {0:?}"
    )]
    Deadline(String),
    #[error("templates must have one for each category, with known columns, code and title among them; see {0:?}")]
    Template(String),
    #[error("scheme {0:?} has the id or short name of another")]
    SameScheme(String),
    #[error("scheme {scheme:?} names category {category:?}, which is not defined")]
    UnknownCategory { scheme: String, category: String },
    #[error("scheme {scheme:?} is not usable")]
    Elements { scheme: String, source: ElementError },
}

impl Profile {
    /// The rules that come with the program.
    pub fn compiled() -> Result<Self, ProfileError> {
        Self::gather(|_| Ok(None), &[])
    }

    /// The rules that come with the program, each file replaced by the one of the
    /// same name in `dir` (`carriers.toml`, `categories.toml`, `columns.toml`, `handover.toml`, `posts.toml`, `retention.toml`, `templates.toml`, `schemes/<name>.toml`),
    /// and the further schemes found there, tried after the known ones in order
    /// of their names. Any other file is refused: it may be a misspelled one.
    pub fn load(dir: &Path) -> Result<Self, ProfileError> {
        refuse_strays(dir)?;
        let schemes = dir.join("schemes");
        let mut further: Vec<String> = if schemes.is_dir() { names(&schemes)? } else { Vec::new() };
        further.retain(|name| SCHEMES.iter().all(|(known, _)| known != name));
        further.sort();
        if let Some(name) = further.iter().find(|name| !name.ends_with(".toml")) {
            return Err(ProfileError::Stray(schemes.join(name)));
        }
        Self::gather(|relative| read(&dir.join(relative)), &further)
    }

    /// The preset with this id or short name.
    pub fn preset(&self, name: &str) -> Option<&Preset> {
        self.presets
            .iter()
            .find(|preset| preset.id.eq_ignore_ascii_case(name) || preset.short.eq_ignore_ascii_case(name))
    }

    pub fn post(&self, code: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.code == code)
    }

    /// The carrier of this code.
    pub fn carrier(&self, code: &str) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.code == code)
    }

    /// The carrier that catalogues mean by a word; it comes without blanks and marks.
    pub fn carrier_by_word(&self, word: &str) -> Option<&Carrier> {
        let means = |carrier: &&Carrier| carrier.code == word || carrier.words.iter().any(|known| known == word);
        self.carriers.iter().find(means)
    }

    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    fn gather(
        replaced: impl Fn(&Path) -> Result<Option<String>, ProfileError>,
        further: &[String],
    ) -> Result<Self, ProfileError> {
        let text = |folder: &str, name: &str, ours: &str| {
            Ok::<_, ProfileError>(replaced(&Path::new(folder).join(name))?.unwrap_or_else(|| ours.to_owned()))
        };
        let categories: CategoryFile = decode(CATEGORIES.0, &text("", CATEGORIES.0, CATEGORIES.1)?)?;
        let posts: PostFile = decode(POSTS.0, &text("", POSTS.0, POSTS.1)?)?;
        let carriers: CarrierFile = decode(CARRIERS.0, &text("", CARRIERS.0, CARRIERS.1)?)?;
        let columns: ColumnFile = decode(COLUMNS.0, &text("", COLUMNS.0, COLUMNS.1)?)?;
        let handover = decode(HANDOVER.0, &text("", HANDOVER.0, HANDOVER.1)?)?;
        let templates = decode(TEMPLATES.0, &text("", TEMPLATES.0, TEMPLATES.1)?)?;
        let retention = decode(RETENTION.0, &text("", RETENTION.0, RETENTION.1)?)?;
        let mut presets = Vec::new();
        for (name, ours) in SCHEMES.into_iter().chain(further.iter().map(|name| (name.as_str(), ""))) {
            presets.push(decode(name, &text("schemes", name, ours)?)?);
        }
        let (categories, posts) = (categories.category, posts.post);
        let (carriers, columns) = (carriers.carrier, columns.column);
        let profile = Self { categories, presets, retention, posts, carriers, columns, templates, handover };
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), ProfileError> {
        for (i, category) in self.categories.iter().enumerate() {
            if !category.code_is_sound() || self.categories[..i].iter().any(|c| c.code == category.code) {
                return Err(ProfileError::Category(category.code.clone()));
            }
        }
        for (i, post) in self.posts.iter().enumerate() {
            let sound = post.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !sound || post.code.is_empty() || self.posts[..i].iter().any(|p| p.code == post.code) {
                return Err(ProfileError::Post(post.code.clone()));
            }
        }
        for (i, carrier) in self.carriers.iter().enumerate() {
            let words = |one: &Carrier| one.words.iter().chain([&one.code]).cloned().collect::<Vec<_>>();
            let taken: Vec<String> = self.carriers[..i].iter().flat_map(words).collect();
            if !carrier.is_sound() || words(carrier).iter().any(|word| taken.contains(word)) {
                return Err(ProfileError::Carrier(carrier.code.clone()));
            }
        }
        if let Some(fault) = column::fault(&self.columns) {
            return Err(ProfileError::Column(fault));
        }
        if let Some(fault) = self.templates.fault(&self.categories, &self.columns) {
            return Err(ProfileError::Template(fault));
        }
        if let Some(fault) = self.handover.fault(|code| self.category(code).is_some()) {
            return Err(ProfileError::Deadline(fault));
        }
        for (i, preset) in self.presets.iter().enumerate() {
            let names = |p: &Preset| [p.id.clone(), p.short.clone()];
            if self.presets[..i].iter().flat_map(names).any(|name| names(preset).contains(&name)) {
                return Err(ProfileError::SameScheme(preset.id.clone()));
            }
            for form in &preset.forms {
                if let Some(category) = form.categories.iter().find(|c| self.category(c).is_none()) {
                    let (scheme, category) = (preset.id.clone(), category.clone());
                    return Err(ProfileError::UnknownCategory { scheme, category });
                }
                check_elements(&form.elements)
                    .map_err(|source| ProfileError::Elements { scheme: preset.id.clone(), source })?;
            }
        }
        Ok(())
    }
}

fn decode<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ProfileError> {
    toml::from_str(text).map_err(|source| ProfileError::Malformed { file: file.to_owned(), source })
}

/// `None` where there is no such file.
fn read(file: &Path) -> Result<Option<String>, ProfileError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ProfileError::Unreadable { file: file.to_owned(), source }),
    }
}

fn names(dir: &Path) -> Result<Vec<String>, ProfileError> {
    let unreadable = |source| ProfileError::Unreadable { file: dir.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn refuse_strays(dir: &Path) -> Result<(), ProfileError> {
    let known = |name: &String| {
        [CARRIERS.0, CATEGORIES.0, COLUMNS.0, HANDOVER.0, POSTS.0, RETENTION.0, TEMPLATES.0, "schemes"]
            .contains(&name.as_str())
    };
    match names(dir)?.into_iter().find(|name| !known(name)) {
        Some(stray) => Err(ProfileError::Stray(dir.join(stray))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("schemes")).unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    #[test]
    fn the_rules_that_come_with_the_program_load() {
        let profile = Profile::compiled().unwrap();
        let codes: Vec<&str> = profile.categories.iter().map(|c| c.code.as_str()).collect();
        assert_eq!(codes, ["WS", "KJ", "RS", "KU", "ZY", "ZP", "LY", "LX", "SJ", "YJ", "WY", "MT", "SW"]);
        assert_eq!(profile.presets.len(), 5);
        assert_eq!(profile.preset("DAT22"), profile.preset("DAT22-2015"));
        assert!(profile.preset("DAT22").unwrap().form("KJ").is_none());
    }

    #[test]
    fn an_empty_folder_changes_nothing_and_a_file_replaces_its_namesake() {
        assert_eq!(Profile::load(folder(&[]).path()).unwrap(), Profile::compiled().unwrap());
        let wider = SCHEMES[0].1.replace("min = 4, max = 4, widest", "min = 5, max = 5, widest");
        let further = SCHEMES[4].1.replace("DAT13", "OWN");
        let dir = folder(&[("schemes/dat22-2015.toml", &wider), ("schemes/own.toml", &further)]);
        let profile = Profile::load(dir.path()).unwrap();
        let item = profile.preset("DAT22").unwrap().form("WS").unwrap().elements.last().unwrap();
        assert_eq!(item.text[0].min, 5);
        assert_eq!(profile.presets.last().unwrap().id, "OWN-2022-catalogue");
    }

    #[test]
    fn what_is_misspelled_or_unusable_is_refused_by_name() {
        let scheme = SCHEMES[0].1;
        for (file, text, said) in [
            ("catagories.toml", CATEGORIES.1.to_owned(), "catagories.toml is no file of the rules"),
            ("schemes/dat22.txt", scheme.to_owned(), "dat22.txt is no file of the rules"),
            ("categories.toml", CATEGORIES.1.replace("unit =", "units ="), "categories.toml is not as expected"),
            ("categories.toml", CATEGORIES.1.replace("\"WS\"", "\"KJ\""), "category \"KJ\" must be two capitals"),
            ("categories.toml", CATEGORIES.1.replace("\"MT\"", "\"mt\""), "category \"mt\" must be two capitals"),
            ("carriers.toml", CARRIERS.1.replace("\"缩微\"", "\"纸\""), "carrier \"film\" must be"),
            ("carriers.toml", CARRIERS.1.replace("\"双套\"", "\"双 套\""), "carrier \"dual\" must be"),
            ("columns.toml", COLUMNS.1.replace("\"文号\",", "\"题名\","), "column \"docno: 题名\" must"),
            ("columns.toml", COLUMNS.1.replace("field = \"place\"", "field = \"box\""), "column \"box\" must"),
            ("templates.toml", TEMPLATES.1.replace("[\"RS\"]", "[\"KJ\"]"), "see \"KJ\""),
            ("templates.toml", TEMPLATES.1.replace("about = \"采集时的地址\", ", ""), "see \"WY\""),
            ("handover.toml", HANDOVER.1.replace("month = 6", "month = 13"), "see \"A08.35\""),
            ("handover.toml", HANDOVER.1.replace("month = 2", "month = 2\nday = 29"), "see \"A03.2\""),
            ("handover.toml", HANDOVER.1.replace("month = 2", "month = 2\ncategories = [\"XX\"]"), "see \"XX\""),
            ("handover.toml", HANDOVER.1.replace("1\nmonth", "1\ncategories = [\"WS\"]\nmonth"), "see \"no deadline"),
            ("handover.toml", HANDOVER.1.replace("clause =", "article ="), "handover.toml is not as expected"),
            ("posts.toml", POSTS.1.replace("general-manager", "office-head"), "post \"office-head\" must be"),
            ("schemes/own.toml", scheme.to_owned(), "scheme \"DAT22-2015\" has the id or short name of another"),
            ("schemes/dat22-2015.toml", scheme.replace("\"LX\"", "\"XX\""), "names category \"XX\""),
            (
                "schemes/dat22-2015.toml",
                scheme.replace("\"item\"\nbefore = \"-\"", "\"item\"\nbefore = \"·\""),
                "not usable",
            ),
            ("schemes/dat22-2015.toml", scheme.replace("source =", "quelle ="), "dat22-2015.toml is not as expected"),
        ] {
            let error = Profile::load(folder(&[(file, &text)]).path()).unwrap_err().to_string();
            assert!(error.contains(said), "{file}: {error}");
        }
    }
}
