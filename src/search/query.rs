//! What a person typed, as a form: words are joined by AND.

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

/// The parsed form: every part must hold, none of `without` may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub with: Vec<(Field, String)>,
    pub without: Vec<(Field, String)>,
}

/// Why a query cannot be asked, at which character, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第{at}个字符：{reason}，{remedy}")]
pub struct QueryFault {
    /// From 0.
    pub at: usize,
    pub reason: &'static str,
    pub remedy: &'static str,
}

impl Query {
    /// Reads words, "phrases", `NOT word`, `AND` (which is understood anyway) and `题名:word`.
    /// OR, grouping and ranges are refused by name.
    pub fn parse(text: &str) -> Result<Self, QueryFault> {
        let mut query = Self { with: Vec::new(), without: Vec::new() };
        let mut negated = false;
        for (at, word) in words(text)? {
            match word.as_str() {
                "AND" => continue,
                "NOT" => {
                    negated = true;
                    continue;
                }
                "OR" => return Err(QueryFault { at, reason: "暂不支持 OR", remedy: "请分两次检索" }),
                _ => {}
            }
            let (field, word) = field(&word);
            let word = word.replace(['"', '“', '”'], "");
            if super::analyse::units([word.as_str()]).is_empty() {
                return Err(QueryFault { at, reason: "没有可检索的字词", remedy: "请输入字词" });
            }
            if std::mem::take(&mut negated) { &mut query.without } else { &mut query.with }.push((field, word));
        }
        if negated {
            return Err(QueryFault {
                at: text.chars().count(), reason: "NOT 后面没有字词", remedy: "请补上字词"
            });
        }
        if query.with.is_empty() {
            return Err(QueryFault {
                at: 0, reason: "没有要查找的字词", remedy: "请至少输入一个不带 NOT 的字词"
            });
        }
        Ok(query)
    }
}

fn words(text: &str) -> Result<Vec<(usize, String)>, QueryFault> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut quote = None;
    let mut open = false;
    for (at, c) in text.chars().enumerate() {
        if matches!(c, '"' | '“' | '”') {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        if c.is_whitespace() && quote.is_none() {
            open = false;
            continue;
        }
        match words.last_mut() {
            Some((_, word)) if open => word.push(c),
            _ => words.push((at, c.to_string())),
        }
        open = true;
    }
    match quote {
        Some(at) => Err(QueryFault { at, reason: "引号没有成对", remedy: "请补上另一个引号" }),
        None => Ok(words),
    }
}

fn field(word: &str) -> (Field, &str) {
    let Some((name, rest)) = word.split_once([':', '：']) else { return (Field::Any, word) };
    let field = match name {
        "题名" | "title" => Field::Title,
        "全文" | "text" => Field::Text,
        "责任者" | "responsible" => Field::Responsible,
        "备注" | "note" => Field::Note,
        "文号" | "docno" => Field::Docno,
        "档号" | "code" => Field::Code,
        _ => return (Field::Any, word),
    };
    (field, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_fields_and_not_are_read() {
        let query = Query::parse("防汛 题名：水库 \"经费 通知\" NOT 移民").unwrap();
        assert_eq!(
            query.with,
            [(Field::Any, "防汛".into()), (Field::Title, "水库".into()), (Field::Any, "经费 通知".into())]
        );
        assert_eq!(query.without, [(Field::Any, "移民".into())]);
    }

    #[test]
    fn a_query_that_cannot_be_asked_says_where() {
        for (text, at) in [("", 0), ("NOT 移民", 0), ("水 \"库", 2), ("水 NOT", 5), ("水 OR 库", 2)] {
            assert_eq!(Query::parse(text).unwrap_err().at, at, "{text}");
        }
    }
}
