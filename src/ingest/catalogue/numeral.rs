//! Chinese numerals, as dates and periods are written with them.

/// The number `text` writes: digits one after another (`二〇一一`, `2011`), or
/// counted (`十四`, `二十一`, `三十`, `廿三`), below 10,000. `None` for anything
/// else, and for a mixture of both kinds.
pub fn number(text: &str) -> Option<u32> {
    let signs: Vec<char> = text.chars().collect();
    if signs.is_empty() || signs.len() > 8 {
        return None;
    }
    if signs.iter().all(char::is_ascii_digit) {
        return text.parse().ok();
    }
    if let Some(digits) = signs.iter().map(|sign| digit(*sign)).collect::<Option<Vec<u32>>>() {
        return Some(digits.into_iter().fold(0, |number, digit| number * 10 + digit));
    }
    counted(&signs)
}

/// Below 100: `十` with a digit on either side, or neither.
fn counted(signs: &[char]) -> Option<u32> {
    let ten = signs.iter().position(|sign| matches!(sign, '十' | '拾' | '廿' | '卅'))?;
    let tens = match (signs[ten], &signs[..ten]) {
        ('十' | '拾', []) => 1,
        ('十' | '拾', [sign]) => digit(*sign).filter(|digit| *digit > 0)?,
        ('廿', []) => 2,
        ('卅', []) => 3,
        _ => return None,
    };
    let ones = match &signs[ten + 1..] {
        [] => 0,
        [sign] => digit(*sign).filter(|digit| *digit > 0)?,
        _ => return None,
    };
    Some(tens * 10 + ones)
}

fn digit(sign: char) -> Option<u32> {
    Some(match sign {
        '〇' | '○' | '零' | '０' | 'Ｏ' | 'O' | '0' => 0,
        '一' | '壹' => 1,
        '二' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_as_they_are_written() {
        for (text, wanted) in [
            ("2011", Some(2011)),
            ("二〇一一", Some(2011)),
            ("一九五○", Some(1950)),
            ("六", Some(6)),
            ("十", Some(10)),
            ("十四", Some(14)),
            ("二十", Some(20)),
            ("三十一", Some(31)),
            ("廿三", Some(23)),
            ("", None),
            ("十十", None),
            ("二百", None),
            ("1十", None),
            ("十〇", None),
            ("年", None),
        ] {
            assert_eq!(number(text), wanted, "{text}");
        }
    }
}
