//! What a person typed, as a form.
//!
//! Words side by side must all stand in the record; `OR` binds less than that, `NOT`
//! more; brackets group. `"…"` is a phrase, `题名:…` looks in one field, `年度:2011..2015`
//! is a span of years. The operators are words in capitals, so that no word of a text
//! is taken for one.

use std::ops::RangeInclusive;

/// Where a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Title, text, responsible, note, 文号 and 档号.
    Any,
    Title,
    Text,
    Responsible,
    Note,
    Docno,
    Code,
}

/// One part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Word(Field, String),
    /// 年度, both ends included.
    Years(RangeInclusive<i64>),
    All(Vec<Part>),
    Any(Vec<Part>),
    Not(Box<Part>),
}

/// The parsed form: what must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(pub Part);

/// Why a query cannot be asked, and at which character (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第{}个字符：{}，{}", .at + 1, .kind.reason(), .kind.remedy())]
pub struct QueryFault {
    pub at: usize,
    pub kind: FaultKind,
}

/// What is wrong with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Quote,
    Bracket,
    NoWord,
    Operand,
    OnlyNot,
    Years,
    TooMuch,
}

impl FaultKind {
    pub fn reason(self) -> &'static str {
        match self {
            Self::Quote => "引号没有成对",
            Self::Bracket => "括号没有成对，或括号里没有字词",
            Self::NoWord => "没有可检索的字词",
            Self::Operand => "运算符旁边缺少字词",
            Self::OnlyNot => "只有 NOT，没有要查找的字词",
            Self::Years => "年度范围写得不对",
            Self::TooMuch => "检索式太长或括号太深",
        }
    }

    pub fn remedy(self) -> &'static str {
        match self {
            Self::Quote => "请补上另一个引号",
            Self::Bracket => "请补上另一个括号，或删去空括号",
            Self::NoWord => "请输入字词",
            Self::Operand => "请在 AND、OR、NOT 的旁边写上字词",
            Self::OnlyNot => "请至少输入一个不带 NOT 的字词",
            Self::Years => "请写作 年度:2011 或 年度:2011..2015",
            Self::TooMuch => "请减少字词，或分几次检索",
        }
    }
}

/// Words and years in one query, at most.
const MOST_PARTS: usize = 64;
/// Characters of a query, at most.
const LONGEST: usize = 2_000;
/// Brackets in brackets, at most.
const DEEPEST: usize = 16;

impl Query {
    pub fn parse(text: &str) -> Result<Self, QueryFault> {
        let end = text.chars().count();
        if end > LONGEST {
            return Err(QueryFault { at: LONGEST, kind: FaultKind::TooMuch });
        }
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Err(QueryFault { at: 0, kind: FaultKind::NoWord });
        }
        let mut parser = Parser { tokens: &tokens, next: 0, end, parts: 0 };
        let part = parser.any(0)?;
        match parser.peek() {
            None => {}
            Some((at, _)) => return Err(QueryFault { at: *at, kind: FaultKind::Bracket }),
        }
        let query = Self(part);
        if holds_nothing(&query.0) {
            return Err(QueryFault { at: 0, kind: FaultKind::OnlyNot });
        }
        Ok(query)
    }

    /// The words that are looked for, those behind NOT left out, in the order typed.
    pub fn words(&self) -> Vec<(Field, &str)> {
        let mut words = Vec::new();
        gather(&self.0, &mut words);
        words
    }

    /// Whether every word must stand: then the words in a row are a phrase too.
    pub fn is_one_row(&self) -> bool {
        match &self.0 {
            Part::Word(..) | Part::Years(_) => true,
            Part::All(parts) => parts.iter().all(|part| !matches!(part, Part::Any(_) | Part::All(_))),
            Part::Any(_) | Part::Not(_) => false,
        }
    }
}

fn gather<'a>(part: &'a Part, words: &mut Vec<(Field, &'a str)>) {
    match part {
        Part::Word(field, word) => words.push((*field, word)),
        Part::All(parts) | Part::Any(parts) => parts.iter().for_each(|part| gather(part, words)),
        Part::Years(_) | Part::Not(_) => {}
    }
}

/// Whether some way to meet the part names nothing to look for.
fn holds_nothing(part: &Part) -> bool {
    match part {
        Part::Word(..) | Part::Years(_) => false,
        Part::Not(_) => true,
        Part::All(parts) => parts.iter().all(holds_nothing),
        Part::Any(parts) => parts.iter().any(holds_nothing),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Word(String),
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    end: usize,
    parts: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a (usize, Token)> {
        self.tokens.get(self.next)
    }

    fn fault<T>(&self, kind: FaultKind) -> Result<T, QueryFault> {
        Err(QueryFault { at: self.peek().map_or(self.end, |(at, _)| *at), kind })
    }

    fn any(&mut self, depth: usize) -> Result<Part, QueryFault> {
        let mut parts = vec![self.all(depth)?];
        while let Some((_, Token::Or)) = self.peek() {
            self.next += 1;
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Part::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Part, QueryFault> {
        let mut parts = vec![self.one(depth)?];
        loop {
            match self.peek() {
                Some((_, Token::And)) => {
                    self.next += 1;
                    parts.push(self.one(depth)?);
                }
                Some((_, Token::Or | Token::Close)) | None => break,
                Some(_) => parts.push(self.one(depth)?),
            }
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Part::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Result<Part, QueryFault> {
        let Some((at, token)) = self.peek() else { return self.fault(FaultKind::Operand) };
        if depth > DEEPEST || self.parts >= MOST_PARTS {
            return self.fault(FaultKind::TooMuch);
        }
        match token {
            Token::Open => {
                self.next += 1;
                if let Some((_, Token::Close)) = self.peek() {
                    return self.fault(FaultKind::Bracket);
                }
                let part = self.any(depth + 1)?;
                let Some((_, Token::Close)) = self.peek() else {
                    return Err(QueryFault { at: *at, kind: FaultKind::Bracket });
                };
                self.next += 1;
                Ok(part)
            }
            Token::Not => {
                self.next += 1;
                Ok(Part::Not(Box::new(self.one(depth + 1)?)))
            }
            Token::Word(word) => {
                self.next += 1;
                self.parts += 1;
                word_of(*at, word)
            }
            Token::And | Token::Or | Token::Close => self.fault(FaultKind::Operand),
        }
    }
}

fn word_of(at: usize, typed: &str) -> Result<Part, QueryFault> {
    let (field, word) = field(typed);
    let Named::Words(field) = field else {
        return years(word).map(Part::Years).ok_or(QueryFault { at, kind: FaultKind::Years });
    };
    let word = word.replace(['"', '“', '”'], "");
    if super::analyse::units([word.as_str()]).is_empty() {
        return Err(QueryFault { at, kind: FaultKind::NoWord });
    }
    Ok(Part::Word(field, word))
}

enum Named {
    Words(Field),
    Years,
}

fn field(word: &str) -> (Named, &str) {
    let Some((name, rest)) = word.split_once([':', '：']) else { return (Named::Words(Field::Any), word) };
    let named = match name {
        "题名" | "title" => Named::Words(Field::Title),
        "全文" | "text" => Named::Words(Field::Text),
        "责任者" | "responsible" => Named::Words(Field::Responsible),
        "备注" | "note" => Named::Words(Field::Note),
        "文号" | "docno" => Named::Words(Field::Docno),
        "档号" | "code" => Named::Words(Field::Code),
        "年度" | "year" => Named::Years,
        _ => return (Named::Words(Field::Any), word),
    };
    (named, rest)
}

/// `2011`, `2011..2015`, `2011..`, `..2015`.
fn years(text: &str) -> Option<RangeInclusive<i64>> {
    let text: String = text.chars().map(super::fold::fold).collect();
    // A full stop folds to the middle dot of codes.
    let year = |text: &str| (text.len() == 4).then(|| text.parse::<i64>().ok()).flatten();
    let (from, to) = match text.split_once("··") {
        None => (year(&text)?, year(&text)?),
        Some(("", "")) => return None,
        Some((from, "")) => (year(from)?, i64::MAX),
        Some(("", to)) => (i64::MIN, year(to)?),
        Some((from, to)) => (year(from)?, year(to)?),
    };
    (from <= to).then_some(from..=to)
}

/// Cuts a query at spaces and at brackets that group. A bracket groups where it stands
/// at the beginning of a word and its partner at the end of one: the brackets of
/// `临政办发(2011)3号` and of `（试行）办法` belong to their words.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, QueryFault> {
    let chars: Vec<char> = text.chars().collect();
    let groups = groups(&chars)?;
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    let (mut quote, mut open) = (None, false);
    for (at, c) in chars.iter().copied().enumerate() {
        if is_quote(c) {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        if quote.is_none() && (c.is_whitespace() || groups.contains(&at)) {
            open = false;
            match c {
                '(' | '（' => tokens.push((at, Token::Open)),
                ')' | '）' => tokens.push((at, Token::Close)),
                _ => {}
            }
            continue;
        }
        match tokens.last_mut() {
            Some((_, Token::Word(word))) if open => word.push(c),
            _ => tokens.push((at, Token::Word(c.to_string()))),
        }
        open = true;
    }
    if let Some(at) = quote {
        return Err(QueryFault { at, kind: FaultKind::Quote });
    }
    for (_, token) in &mut tokens {
        if let Token::Word(word) = token {
            match word.as_str() {
                "AND" => *token = Token::And,
                "OR" => *token = Token::Or,
                "NOT" => *token = Token::Not,
                _ => {}
            }
        }
    }
    Ok(tokens)
}

/// Where the brackets stand that group.
fn groups(chars: &[char]) -> Result<Vec<usize>, QueryFault> {
    let (mut groups, mut open): (Vec<usize>, Vec<(usize, bool)>) = (Vec::new(), Vec::new());
    let (mut quoted, mut begins) = (false, true);
    for (at, c) in chars.iter().copied().enumerate() {
        quoted ^= is_quote(c);
        if quoted {
            begins = false;
            continue;
        }
        match c {
            '(' | '（' => {
                open.push((at, begins));
                continue;
            }
            ')' | '）' => {
                let ends = chars[at + 1..].iter().find(|c| !matches!(c, ')' | '）')).is_none_or(|c| c.is_whitespace());
                match open.pop() {
                    Some((from, true)) if ends => groups.extend([from, at]),
                    _ => {}
                }
            }
            _ => {}
        }
        begins = c.is_whitespace();
    }
    // `(水库 OR 防汛`: a bracket before a space-parted word was meant to group.
    let unclosed = open.iter().find(|(from, begins)| *begins && chars[*from..].iter().any(|c| c.is_whitespace()));
    unclosed.map_or(Ok(groups), |(at, _)| Err(QueryFault { at: *at, kind: FaultKind::Bracket }))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Part {
        Part::Word(Field::Any, text.into())
    }
    fn parsed(text: &str) -> Part {
        Query::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).0
    }

    #[test]
    fn words_phrases_fields_and_not_are_read() {
        assert_eq!(
            parsed("防汛 题名：水库 \"经费 通知\" NOT 移民"),
            Part::All(vec![
                word("防汛"),
                Part::Word(Field::Title, "水库".into()),
                word("经费 通知"),
                Part::Not(Box::new(word("移民"))),
            ])
        );
        assert_eq!(parsed("确权 AND 公示"), Part::All(vec![word("确权"), word("公示")]));
    }

    #[test]
    fn or_binds_less_than_and_and_brackets_group() {
        assert_eq!(
            parsed("防汛 水库 OR 抗旱"),
            Part::Any(vec![Part::All(vec![word("防汛"), word("水库")]), word("抗旱")])
        );
        assert_eq!(
            parsed("(防汛 OR 抗旱) 水库"),
            Part::All(vec![Part::Any(vec![word("防汛"), word("抗旱")]), word("水库")])
        );
        assert_eq!(parsed("（防汛 OR （抗旱 NOT 水库））"), parsed("(防汛 OR (抗旱 NOT 水库))"));
    }

    #[test]
    fn brackets_of_a_word_stay_with_it() {
        for text in ["临政办发(2011)3号", "（试行）办法", "关于(试行)", "(2011)3号"] {
            assert_eq!(parsed(text), word(text), "{text}");
        }
        assert_eq!(parsed("办法 \"(试行)\""), Part::All(vec![word("办法"), word("(试行)")]));
    }

    #[test]
    fn years_are_spans() {
        for (text, span) in [
            ("年度:2011", 2011..=2011),
            ("年度：2011..2015", 2011..=2015),
            ("year:..2015", i64::MIN..=2015),
            ("年度:２０１１..", 2011..=i64::MAX),
        ] {
            assert_eq!(parsed(text), Part::Years(span), "{text}");
        }
    }

    #[test]
    fn words_behind_not_are_not_looked_for() {
        let query = Query::parse("甲 (乙 OR 丙) NOT (丁 戊)").unwrap();
        assert_eq!(query.words().iter().map(|(_, word)| *word).collect::<Vec<_>>(), ["甲", "乙", "丙"]);
        assert!(!query.is_one_row() && Query::parse("甲 乙 NOT 丙").unwrap().is_one_row());
    }

    #[test]
    fn a_query_that_cannot_be_asked_says_where_and_why() {
        use FaultKind::*;
        let deep = format!("{}甲{}", "( ".repeat(40), " )".repeat(40));
        let long = "甲 ".repeat(100);
        for (text, at, kind) in [
            ("", 0, NoWord),
            ("  ", 0, NoWord),
            ("\"\"", 0, NoWord),
            ("题名:", 0, NoWord),
            ("NOT 移民", 0, OnlyNot),
            ("水库 OR NOT 移民", 0, OnlyNot),
            ("水 \"库", 2, Quote),
            ("水 NOT", 5, Operand),
            ("水 OR", 4, Operand),
            ("OR 水", 0, Operand),
            ("水 AND OR 库", 6, Operand),
            ("(水 OR 库", 0, Bracket),
            ("水 ()", 3, Bracket),
            ("年度:20..11", 0, Years),
            ("年度:2015..2011", 0, Years),
            ("年度:..", 0, Years),
            (deep.as_str(), 34, TooMuch),
            (long.as_str(), 128, TooMuch),
        ] {
            assert_eq!(Query::parse(text).unwrap_err(), QueryFault { at, kind }, "{text}");
        }
    }
}
