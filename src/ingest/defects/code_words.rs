//! Why a 档号 is refused, in Chinese. (In English a [`CodeError`] speaks for itself.)

use crate::{
    holdings::code::{CodeError, Fault, Place},
    profile::Kind,
};

/// `第3层：机构（问题）代码应为…`.
pub fn code_refused(error: &CodeError) -> String {
    let fault = fault(&error.fault);
    match error.place {
        Some(Place { level, part: Some(part) }) => format!("第 {level} 层第 {part} 段：{fault}"),
        Some(Place { level, part: None }) => format!("第 {level} 层：{fault}"),
        None => fault,
    }
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Empty => "档号是空的".to_owned(),
        Fault::NotCanonical { found, canonical } => {
            format!("“{found}”应写作“{canonical}”；档号只用大写字母、数字、“-”和“·”，不留空格")
        }
        Fault::Foreign { found } => format!("档号中不能有“{found}”；层间用“-”，同层各段间用“·”"),
        Fault::EmptyPart => "分隔符相连，或在开头、结尾，其间没有内容".to_owned(),
        Fault::Missing { kind } => format!("缺{}", name(*kind)),
        Fault::Separator { kind, expected, found } => {
            format!("{}前应是“{}”，写成了“{found}”", name(*kind), expected.sign())
        }
        Fault::Surplus { found } => format!("多了一段“{found}”"),
        Fault::Shape { kind, wanted, found } => {
            format!("{}写作“{found}”，应为{}", name(*kind), shape(wanted))
        }
        Fault::Year { found } => format!("年度写作“{found}”，应为 1000 至 2999 的四位数字"),
        Fault::Retention { found, .. } => format!("保管期限代码写作“{found}”，应为 Y，或 D 加年数（如 D30）"),
        Fault::Zero { kind, found } => format!("{}从 1 起，写作“{found}”", name(*kind)),
        Fault::OtherFonds { expected, found } => format!("全宗号应为“{expected}”，写作“{found}”"),
        Fault::OtherCategory { expected, found } => format!("门类应为“{expected}”，写作“{found}”"),
        Fault::UnknownCategory { found } => format!("没有门类“{found}”"),
        Fault::NotForCategory { scheme, category } => format!("规则 {scheme} 没有门类“{category}”的写法"),
        Fault::UnknownWord { kind, found, defined } => {
            format!("{}“{found}”未定义，已定义的有：{}", name(*kind), defined.join("、"))
        }
        Fault::Overflow { kind, number, digits } => {
            format!("{} {number} 超过 {digits} 位；请自某年起放宽规则", name(*kind))
        }
        Fault::NoPlace { kind, found } => format!("规则中没有{}“{found}”的位置", name(*kind)),
        Fault::Ambiguous { kind, found, code } => format!("{}“{found}”在 {code} 中会被读成别的", name(*kind)),
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Fonds => "全宗号",
        Kind::Category => "门类代码",
        Kind::Subcategory => "类别号",
        Kind::Project => "项目号",
        Kind::Catalogue => "目录号",
        Kind::Year => "年度",
        Kind::Retention => "保管期限代码",
        Kind::Department => "机构（问题）代码",
        Kind::Volume => "案卷号",
        Kind::Item => "件号",
        Kind::Page => "页号",
    }
}

/// `3 to 4 capitals or digits` as `3 至 4 位大写字母或数字`.
fn shape(wanted: &str) -> String {
    wanted
        .replace("capitals, digits or Chinese characters", "位大写字母、数字或汉字")
        .replace("capitals or digits", "位大写字母或数字")
        .replace("capitals", "位大写字母")
        .replace("digits", "位数字")
        .replace(" to ", " 至 ")
        .replace(" or ", " 或 ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{holdings::code::Scheme, profile::Profile};

    #[test]
    fn a_refusal_has_no_english_in_it() {
        let profile = Profile::compiled().unwrap();
        let scheme = Scheme::of(&profile, profile.preset("DAT22-2015").unwrap(), "X001", "WS", 1).unwrap();
        for code in [
            "",
            "X001",
            "X001-",
            "X001-WS",
            "X001-WS·11-Y-BGS-0001",
            "X001-WS·2011-永久-BGS-0001",
            "X001-WS·2011-Y-BGSABCDE-0001",
            "X001-WS·2011-Y-BGS-1",
            "X001-WS·2011-Y-BGS-0000",
            "X002-WS·2011-Y-BGS-0001",
            "X001-KJ·2011-Y-BGS-0001",
            "X001-WS-2011-Y-BGS-0001",
            "X001-WS·2011-Y-BGS-0001-1-1-1",
            "X001-WS·2011-Y-BGS-0001?",
        ] {
            let said = code_refused(&scheme.parse(code).unwrap_err());
            let words = said.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.len() > 2);
            assert_eq!(words.count(), 0, "{code}: {said}");
        }
    }
}
