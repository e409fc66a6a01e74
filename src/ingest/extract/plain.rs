//! Plain text: UTF-8 with or without a mark, UTF-16 with one, GB18030.

use encoding_rs::{Encoding, GB18030, UTF_8};

/// The text of `bytes`, or why it is none.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    let (encoding, skip) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    let bytes = &bytes[skip..];
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return binary(&text).map_or_else(|| Ok(text.into_owned()), Err);
    }
    if skip == 0
        && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return binary(&text).map_or_else(|| Ok(text.into_owned()), Err);
    }
    Err("既不是 UTF-8 也不是 GB18030 的文本".to_owned())
}

/// Bytes that decode and are no text all the same.
fn binary(text: &str) -> Option<String> {
    text.contains('\0').then(|| "文本中有空字节，不像是文本文件".to_owned())
}

/// Running text of a plain file, which has one page.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let text = decode(bytes)?;
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        super::join::join(&mut joined, line);
        if line.trim_end().ends_with(['。', '！', '？', '：', '；']) {
            joined.push('\n');
        }
    }
    Ok(vec![joined])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_encodings_of_one_text_are_one_text() {
        let text = "档案管理办法２０１１";
        let gb = GB18030.encode(text).0.into_owned();
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), gb, utf16] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text));
        }
        assert!(decode(b"\xff\xff\xff").is_err());
        assert!(decode(b"a\0b").is_err());
    }
}
