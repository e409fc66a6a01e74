//! Whole files, as they are made and as they are handed in.

use super::{mail, odf, ofd, pptx, rtf, sheets};
use std::{
    io::{Cursor, Write as _},
    path::Path,
};
use zip::{ZipWriter, write::SimpleFileOptions};

fn zip_of(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Every OFD of a folder against the text listed beside it; gives how many.
fn ofd_samples(folder: &Path) -> usize {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "ofd") {
            continue;
        }
        let expected = std::fs::read(path.with_extension("expected.json")).unwrap();
        let expected: Vec<serde_json::Value> = serde_json::from_slice(&expected).unwrap();
        let pages = ofd::pages(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(pages.len(), expected.len(), "{}", path.display());
        for (page, wanted) in pages.iter().zip(&expected) {
            let page = squeezed(page);
            let mut length = 0;
            for part in ["template", "page", "foreground"] {
                for line in wanted[part].as_array().unwrap() {
                    let line = squeezed(line.as_str().unwrap());
                    assert!(page.contains(&line), "{}: {line:?} in {page}", path.display());
                    length += line.chars().count();
                }
            }
            assert_eq!(page.chars().count(), length, "{}: nothing is there twice", path.display());
        }
        seen += 1;
    }
    seen
}

#[test]
fn ofd_gives_the_text_of_each_page() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(ofd_samples(&here.join("tests/fixtures/ofd")), 4);
    let shared = here.join("../shared/fixtures/ofd");
    if shared.exists() {
        println!("{} samples", ofd_samples(&shared));
    } else {
        println!("skipped: the shared samples are not here");
    }
}

#[test]
fn a_presentation_has_a_page_a_slide_in_their_order() {
    let slide = |text: &str| format!("<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let bytes = zip_of(&[
        (
            "ppt/presentation.xml",
            "<p:presentation xmlns:p='p' xmlns:r='r'><p:sldIdLst><p:sldId id='256' r:id='rId9'/>\
             <p:sldId id='257' r:id='rId2'/></p:sldIdLst></p:presentation>",
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            "<Relationships><Relationship Id='rId2' Target='slides/slide1.xml'/>\
             <Relationship Id='rId9' Target='/ppt/slides/slide2.xml'/></Relationships>",
        ),
        ("ppt/slides/slide1.xml", &slide("后")),
        ("ppt/slides/slide2.xml", &slide("先")),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            "<Relationships><Relationship Id='rId1' Target='../notesSlides/notesSlide1.xml'/></Relationships>",
        ),
        ("ppt/notesSlides/notesSlide1.xml", &slide("备注 &amp; 说明")),
    ]);
    assert_eq!(pptx::pages(&bytes).unwrap(), ["先\n备注 & 说明", "后"]);
}

#[test]
fn open_documents_give_text_sheets_and_slides() {
    let body =
        |inner: &str| format!("<office:document-content><office:body>{inner}</office:body></office:document-content>");
    let read = |inner: &str| odf::pages(&zip_of(&[("content.xml", &body(inner))])).unwrap();
    let text = "<office:text><text:h>标题</text:h><text:p>关于<text:span>土地</text:span><text:s/>的通知</text:p></office:text>";
    assert_eq!(read(text), ["标题\n关于土地 的通知"]);
    let sheet = "<office:spreadsheet><table:table table:name='目录'><table:table-row><table:table-cell><text:p>档号</text:p>\
                 </table:table-cell><table:table-cell><text:p>题名</text:p></table:table-cell></table:table-row>\
                 <table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table>\
                 <table:table table:name='二'/></office:spreadsheet>";
    assert_eq!(read(sheet), ["目录\n档号 题名\n1\n", "二\n"]);
    let slides = "<office:presentation><draw:page><text:p>一</text:p></draw:page><draw:page><text:p>二</text:p></draw:page></office:presentation>";
    assert_eq!(read(slides), ["一", "二"]);
    let locked = zip_of(&[("content.xml", "x"), ("META-INF/manifest.xml", "<manifest:encryption-data/>")]);
    assert!(odf::pages(&locked).unwrap_err().contains("口令"));
}

#[test]
fn a_workbook_has_a_page_a_sheet() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("目录").unwrap();
    sheet.write(0, 0, "档号").unwrap();
    sheet.write(0, 2, 2011).unwrap();
    sheet.write(5, 1, "关于土地的通知").unwrap();
    book.add_worksheet().set_name("空").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(sheets::xlsx(&bytes).unwrap(), ["目录\n档号 2011\n关于土地的通知", "空"]);
    let mut parts = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut without = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..parts.len() {
        let part = parts.by_index_raw(at).unwrap();
        if part.name().unwrap() != "xl/worksheets/sheet2.xml" {
            without.raw_copy_file(part).unwrap();
        }
    }
    let without = without.finish().unwrap().into_inner();
    assert!(sheets::xlsx(&without).is_err(), "a sheet that is gone is no empty sheet");
    assert!(sheets::xlsx(b"PK\x03\x04nothing").is_err());
    assert!(sheets::xls(b"nothing").is_err());
}

#[test]
fn a_mail_is_read_with_what_is_attached() {
    let mail = "Subject: =?utf-8?B?5qGj5qGI?=\r\nFrom: =?utf-8?B?546L?= <a@example.org>\r\nTo: b@example.org\r\n\
                Date: Mon, 2 Feb 2026 08:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
                --x\r\nContent-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: base64\r\n\r\n1dXOxA==\r\n\
                --x\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n--x--\r\n";
    let read = mail::eml(mail.as_bytes()).unwrap();
    assert_eq!(
        read.text.trim_end(),
        "主题：档案\n发件人：王 <a@example.org>\n收件人：b@example.org\n日期：2026-02-02T08:00:00+08:00\n照文"
    );
    let attached: Vec<_> = read.attached.iter().map(|one| (one.name.as_str(), &one.bytes[..])).collect();
    assert_eq!(attached, [("a.txt", &b"attached"[..])]);
    assert!(mail::eml(b"").is_err());
}

#[test]
fn attachments_beyond_the_bound_are_said_and_cost_the_mail_nothing() {
    let part = |name: &str| format!("--x\r\nContent-Disposition: attachment; filename={name}\r\n\r\n{name}\r\n");
    let head = "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n";
    let mail = format!("{head}{}{}--x--\r\n", part("a.txt"), part("b.txt"));
    let read = |mut left| super::pages::letter(mail.as_bytes(), super::Format::Eml, 0, &mut left).unwrap();
    assert_eq!(read(9).len(), 3);
    let bounded = read(1);
    assert!(bounded[1].ends_with("a.txt") && bounded[2].contains("未读取") && bounded.len() == 3, "{bounded:?}");
}

#[test]
fn a_mail_of_outlook_is_read_by_its_properties() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (path, bytes) in [
        ("/__properties_version1.0", Vec::new()),
        ("/__substg1.0_0037001F", utf16("档案移交")),
        ("/__substg1.0_1000001F", utf16("正文\0")),
    ] {
        file.create_stream(path).unwrap().write_all(&bytes).unwrap();
    }
    file.create_storage("/__attach_version1.0_#00000000").unwrap();
    for (tag, bytes) in [("3707001F", utf16("a.txt")), ("37010102", b"attached".to_vec())] {
        let path = format!("/__attach_version1.0_#00000000/__substg1.0_{tag}");
        file.create_stream(path).unwrap().write_all(&bytes).unwrap();
    }
    let bytes = file.into_inner().into_inner();
    let read = mail::msg(&bytes).unwrap();
    assert_eq!(read.text, "主题：档案移交\n正文");
    assert_eq!((read.attached[0].name.as_str(), &read.attached[0].bytes[..]), ("a.txt", &b"attached"[..]));
}

/// Entities that stand for ten times the one before are not expanded, in whatever form.
#[test]
fn no_form_expands_entities_of_its_own() {
    let laughs = "<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>";
    let docx = zip_of(&[("word/document.xml", &format!("{laughs}<w:document><w:p><w:t>&b;</w:t></w:p></w:document>"))]);
    assert!(super::docx::pages(&docx).is_err());
    let odt = zip_of(&[("content.xml", &format!("{laughs}<office:text><text:p>&b;</text:p></office:text>"))]);
    assert!(odf::pages(&odt).is_err());
    let main = format!("{laughs}<ofd:OFD><ofd:DocRoot>&b;</ofd:DocRoot></ofd:OFD>");
    assert!(ofd::pages(&zip_of(&[("OFD.xml", &main)])).is_err());
}

/// A part of many megabytes in a small file is a reason, and so is one that is too deep.
#[test]
fn a_part_that_inflates_without_end_is_refused() {
    let big = format!("<w:document>{}</w:document>", "<w:p><w:r><w:t>档</w:t></w:r></w:p>".repeat(2_000_000));
    let docx = zip_of(&[("word/document.xml", &big)]);
    assert!(docx.len() < 2 << 20);
    assert!(super::docx::pages(&docx).unwrap_err().contains("超过"));
    let deep = zip_of(&[("content.xml", &"<a>".repeat(20_000))]);
    assert!(odf::pages(&deep).unwrap_err().contains("过深"));
}

/// Bytes cut short or changed anywhere are a reason or a text, never a panic.
#[test]
fn nothing_panics_on_bytes_that_were_cut() {
    let ofd = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ofd/path_unstd.ofd")).unwrap();
    for at in (0..ofd.len()).step_by(97) {
        let _ = ofd::pages(&ofd[..at]);
        let mut changed = ofd.clone();
        changed[at] ^= 0x55;
        let _ = ofd::pages(&changed);
        let _ = mail::eml(&changed);
        let _ = rtf::pages(&changed);
        let _ = mail::msg(&changed);
    }
}
