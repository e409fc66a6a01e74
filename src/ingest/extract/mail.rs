//! Mail: EML (RFC 5322, MIME) and MSG (MS-OXMSG), with what is attached.

use super::{html, plain};
use mail_parser::{Address, Message, MessageParser, MimeHeaders as _, PartType};
use std::io::{Cursor, Read as _};

/// The most attachments that are read of one mail (ours).
const MOST_PARTS: usize = 200;
/// The most one property of an MSG may weigh, in bytes.
const LARGEST: u64 = 64 << 20;

/// A mail, read apart from its attachments.
#[derive(Debug)]
pub(super) struct Mail {
    /// Subject, people, date, and the body.
    pub text: String,
    pub attached: Vec<Attached>,
}

/// Something attached: its name and its bytes.
#[derive(Debug)]
pub(super) struct Attached {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads an EML.
pub(super) fn eml(bytes: &[u8]) -> Result<Mail, String> {
    let message = MessageParser::default().parse(bytes).ok_or("不是完好的邮件：没有可读的邮件头")?;
    if message.headers().is_empty() {
        return Err("不是完好的邮件：没有可读的邮件头".to_owned());
    }
    let mut text = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            text.push_str(&format!("{name}：{}\n", value.trim()));
        }
    };
    line("主题", message.subject().map(str::to_owned));
    line("发件人", message.from().map(people));
    line("收件人", message.to().map(people));
    line("抄送", message.cc().map(people));
    line("日期", message.date().map(mail_parser::DateTime::to_rfc3339));
    text.push_str(&body(&message));
    Ok(Mail { text, attached: attached(&message)? })
}

fn body(message: &Message<'_>) -> String {
    let parts = message.text_bodies().map(|part| match &part.body {
        PartType::Text(text) => text.to_string(),
        PartType::Html(page) => html::text(page).unwrap_or_else(|why| format!("（未读取：{why}）")),
        _ => String::new(),
    });
    parts.collect::<Vec<_>>().join("\n")
}

fn attached(message: &Message<'_>) -> Result<Vec<Attached>, String> {
    let mut found = Vec::new();
    for part in message.attachments() {
        if found.len() == MOST_PARTS {
            return Err(format!("邮件的附件超过 {MOST_PARTS} 个"));
        }
        found.push(match &part.body {
            PartType::Message(inner) => Attached {
                name: format!("{}.eml", inner.subject().unwrap_or("邮件")),
                bytes: inner.raw_message().to_vec(),
            },
            _ => Attached {
                name: part.attachment_name().unwrap_or("附件").to_owned(),
                bytes: part.contents().to_vec(),
            },
        });
    }
    Ok(found)
}

fn people(address: &Address<'_>) -> String {
    let one = |one: &mail_parser::Addr<'_>| match (one.name(), one.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Reads an MSG: the properties of MS-OXPROPS by their tags, in UTF-16 or as bytes.
pub(super) fn msg(bytes: &[u8]) -> Result<Mail, String> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| format!("不是完好的 MSG：{error}"))?;
    let mut text = String::new();
    for (name, tag) in [("主题", "0037"), ("发件人", "0C1A"), ("收件人", "0E04"), ("抄送", "0E03")] {
        if let Some(value) = property(&mut file, "/", tag)?.filter(|value| !value.trim().is_empty()) {
            text.push_str(&format!("{name}：{}\n", value.trim()));
        }
    }
    let body = match property(&mut file, "/", "1000")? {
        Some(body) => body,
        None => match stream(&mut file, "/__substg1.0_10130102")? {
            Some(page) => html::text(&plain::decode(&page)?)?,
            None if stream(&mut file, "/__substg1.0_10090102")?.is_some() => {
                return Err("此 MSG 的正文只有压缩的 RTF，尚不能读取文字".to_owned());
            }
            None => String::new(),
        },
    };
    text.push_str(&body);
    let storages: Vec<String> = file
        .read_root_storage()
        .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0_"))
        .map(|entry| entry.name().to_owned())
        .collect();
    if storages.len() > MOST_PARTS {
        return Err(format!("邮件的附件超过 {MOST_PARTS} 个"));
    }
    let mut attached = Vec::new();
    for storage in storages {
        let at = format!("/{storage}/");
        let name = match property(&mut file, &at, "3707")? {
            Some(name) => name,
            None => property(&mut file, &at, "3704")?.unwrap_or_else(|| "附件".to_owned()),
        };
        // A mail attached as such has no bytes of its own here; its name is all that is told.
        let bytes = stream(&mut file, &format!("{at}__substg1.0_37010102"))?.unwrap_or_default();
        attached.push(Attached { name, bytes });
    }
    Ok(Mail { text, attached })
}

type Compound<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// A property that is text.
fn property(file: &mut Compound<'_>, at: &str, tag: &str) -> Result<Option<String>, String> {
    if let Some(bytes) = stream(file, &format!("{at}__substg1.0_{tag}001F"))? {
        let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        return Ok(Some(text.trim_end_matches('\0').to_owned()));
    }
    match stream(file, &format!("{at}__substg1.0_{tag}001E"))? {
        Some(bytes) => {
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            plain::decode(&bytes[..end]).map(Some)
        }
        None => Ok(None),
    }
}

fn stream(file: &mut Compound<'_>, path: &str) -> Result<Option<Vec<u8>>, String> {
    if !file.is_stream(path) {
        return Ok(None);
    }
    let broken = |error: std::io::Error| format!("不是完好的 MSG：{error}");
    let mut bytes = Vec::new();
    file.open_stream(path).map_err(broken)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("MSG 的一项超过 {} MiB", LARGEST >> 20));
    }
    Ok(Some(bytes))
}
