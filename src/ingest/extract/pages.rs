//! One request answered: what a child does between reading and writing.

use super::{
    Examined, Format, Reading, child, docx,
    format::{self, Holder},
    html, mail, odf, ofd, pdf, plain, pptx, render,
    request::{Answer, Request},
    rtf, sheets,
};
use crate::{
    ingest::identify::Identified,
    vault::{Bytes, Source},
};
use data_encoding::BASE64;
use image::ImageFormat;
use std::{
    borrow::Cow,
    io::{Cursor, Read, Seek},
    path::PathBuf,
};

/// Answers a request. Never panics on purpose; where a parser does, the child dies
/// and the parent says so.
pub(super) fn answer(request: Request, font: Option<PathBuf>) -> Answer {
    match request {
        Request::Examine { file, name } => Answer::Examined(examine(&file, &name)),
        Request::Identify { file, name } => match identify(&file, &name) {
            Ok(identified) => Answer::Identified(identified),
            Err(why) => Answer::Failed(why),
        },
        Request::Extract { file, name } => {
            extract(&file, &name).unwrap_or_else(|reason| Answer::Reading(Reading::CouldNotRead { reason }))
        }
        Request::Render { file, name, page, width } => match picture(&file, &name, page, width, font) {
            Ok(bytes) => Answer::Picture(BASE64.encode(&bytes)),
            Err(reason) => Answer::Failed(reason),
        },
    }
}

fn identify(file: &Source, name: &str) -> Result<Identified, String> {
    let signatures = child::signatures()?;
    signatures.identify(&mut *open(file)?, name).map_err(|error| error.to_string())
}

/// Opens a file: what it is, how many pages, whether its first and last page decode.
fn examine(file: &Source, name: &str) -> Examined {
    let format = match format_of(file, name) {
        Ok(format) => format,
        Err(why) => return Examined::failed(why),
    };
    let identified = match identify(file, name) {
        Ok(identified) => Some(identified),
        Err(why) => return Examined::failed(why),
    };
    match look(file, format) {
        Ok(pages) => Examined { format, pages, fault: None, identified },
        Err(why) => Examined { format, pages: None, fault: Some(why), identified },
    }
}

fn look(file: &Source, format: Format) -> Result<Option<u32>, String> {
    if open(file)?.read(&mut [0]).map_err(|error| error.to_string())? == 0 {
        return Err("文件是空的".to_owned());
    }
    Ok(match format {
        Format::Pdf => {
            let bytes = bytes(file)?;
            pdf::ends(&bytes)?;
            let pdf = pdf::open(bytes)?;
            let last = pdf.pages().len() - 1;
            pdf::interpret(&pdf, 0);
            if last > 0 {
                pdf::interpret(&pdf, last);
            }
            Some(count(last + 1))
        }
        Format::Jpeg => render::photo_whole(file, ImageFormat::Jpeg).map(|()| Some(1))?,
        Format::Png => render::photo_whole(file, ImageFormat::Png).map(|()| Some(1))?,
        Format::Tiff => {
            let pages = render::tiff_pages(file)?;
            render::tiff_whole(file, 0)?;
            if pages > 1 {
                render::tiff_whole(file, pages - 1)?;
            }
            Some(pages)
        }
        Format::Txt => plain::decode(&bytes(file)?).map(|_| Some(1))?,
        Format::Eml | Format::Msg => mail_of(&bytes(file)?, format).map(|_| None)?,
        Format::Locked => return Err(LOCKED.to_owned()),
        Format::Doc | Format::Ppt | Format::Other => None,
        // Their pages are laid out by the page: as many as the page column counts.
        Format::Ofd | Format::Pptx | Format::Odp => Some(count(texts(&bytes(file)?, format)?.len())),
        Format::Docx | Format::Xlsx | Format::Xls | Format::Odt | Format::Ods | Format::Rtf | Format::Html => {
            texts(&bytes(file)?, format).map(|_| None)?
        }
    })
}

/// What a file says that cannot be opened without its password.
const LOCKED: &str = "已加密，需要口令；请去掉口令后重新提交";

/// How deep mails within mails are read, and how many attachments of them all (ours).
const MAILS: usize = 4;
const ATTACHED: usize = 1_000;

fn extract(file: &Source, name: &str) -> Result<Answer, String> {
    let format = format_of(file, name)?;
    let pages = match format {
        Format::Jpeg | Format::Png => return Ok(Answer::Reading(Reading::NoText { pages: 1 })),
        Format::Tiff => return Ok(Answer::Reading(Reading::NoText { pages: render::tiff_pages(file)? })),
        Format::Doc | Format::Ppt => return Ok(Answer::Office(format)),
        Format::Eml | Format::Msg => letter(&bytes(file)?, format, MAILS, &mut { ATTACHED })?,
        format => texts(&bytes(file)?, format)?,
    };
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Ok(Answer::Reading(Reading::NoText { pages: count(pages.len()) }));
    }
    Ok(Answer::Reading(Reading::Read { pages }))
}

/// The text of a file that is held in memory, one a page.
fn texts(bytes: &[u8], format: Format) -> Result<Vec<String>, String> {
    match format {
        Format::Pdf => Ok(pdf::text(&pdf::open(bytes.to_vec())?)),
        Format::Ofd => ofd::pages(bytes),
        Format::Docx => docx::pages(bytes),
        Format::Xlsx => sheets::xlsx(bytes),
        Format::Xls => sheets::xls(bytes),
        Format::Pptx => pptx::pages(bytes),
        Format::Odt | Format::Ods | Format::Odp => odf::pages(bytes),
        Format::Rtf => rtf::pages(bytes),
        Format::Html => html::pages(bytes),
        Format::Txt => plain::pages(bytes),
        Format::Locked => Err(LOCKED.to_owned()),
        Format::Eml | Format::Msg | Format::Doc | Format::Ppt => Err("作为附件时不读取此格式".to_owned()),
        Format::Jpeg | Format::Png | Format::Tiff => Ok(Vec::new()),
        Format::Other => Err("此格式尚不能读取文字".to_owned()),
    }
}

fn mail_of(bytes: &[u8], format: Format) -> Result<mail::Mail, String> {
    if format == Format::Msg { mail::msg(bytes) } else { mail::eml(bytes) }
}

/// A mail: its own text, then each attachment's, headed by its name. One that cannot be
/// read says why and costs the others nothing.
pub(super) fn letter(bytes: &[u8], format: Format, mails: usize, left: &mut usize) -> Result<Vec<String>, String> {
    let mail = mail_of(bytes, format)?;
    let mut pages = vec![mail.text];
    for attached in mail.attached {
        let Some(rest) = left.checked_sub(1) else {
            pages.push(format!("其余附件未读取：邮件连同其中的邮件，附件超过 {ATTACHED} 个"));
            break;
        };
        *left = rest;
        let format = format_in(&attached.bytes, &attached.name);
        let read = match format {
            Format::Eml | Format::Msg if mails > 0 => letter(&attached.bytes, format, mails - 1, left),
            format => texts(&attached.bytes, format),
        };
        let head = format!("附件：{}", attached.name);
        match read {
            Ok(read) if read.is_empty() => pages.push(head),
            Ok(read) => pages.extend(read.into_iter().enumerate().map(|(at, page)| match at {
                0 => format!("{head}\n{page}"),
                _ => page,
            })),
            Err(why) => pages.push(format!("{head}（未读取：{why}）")),
        }
    }
    Ok(pages)
}

fn picture(file: &Source, name: &str, page: u32, width: u32, font: Option<PathBuf>) -> Result<Vec<u8>, String> {
    let page = page.checked_sub(1).ok_or("页码从 1 起")?;
    let picture = match format_of(file, name)? {
        Format::Pdf => pdf::picture(&pdf::open(bytes(file)?)?, page as usize, width, font)?.into(),
        Format::Jpeg => render::photo(file, ImageFormat::Jpeg)?,
        Format::Png => render::photo(file, ImageFormat::Png)?,
        Format::Tiff => render::tiff_page(file, page)?,
        _ => return Err("此格式没有可显示的页面图像".to_owned()),
    };
    render::jpeg(picture, width)
}

/// How much of a file is looked at first, in bytes.
const HEAD: u64 = 2_048;

fn format_of(file: &Source, name: &str) -> Result<Format, String> {
    let mut head = Vec::new();
    open(file)?.take(HEAD).read_to_end(&mut head).map_err(|error| error.to_string())?;
    let found = match format::holder(&head) {
        Some(holder) => inside(open(file)?, holder),
        None => None,
    };
    Ok(found.unwrap_or_else(|| Format::of(&head, name)))
}

fn format_in(bytes: &[u8], name: &str) -> Format {
    let head = &bytes[..bytes.len().min(HEAD as usize)];
    let found = format::holder(head).and_then(|holder| inside(Cursor::new(bytes), holder));
    found.unwrap_or_else(|| Format::of(head, name))
}

/// What a file that holds several formats holds.
fn inside(file: impl Read + Seek, holder: Holder) -> Option<Format> {
    match holder {
        Holder::Zip => {
            let mut zip = zip::ZipArchive::new(file).ok()?;
            let names: Vec<String> = zip.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
            let mut mimetype = String::new();
            if let Ok(part) = zip.by_name("mimetype") {
                // What is no text is no type.
                part.take(200).read_to_string(&mut mimetype).ok();
            }
            Format::of_members(&names, &mimetype)
        }
        Holder::Compound => {
            let file = cfb::CompoundFile::open(file).ok()?;
            let names: Vec<String> = file.read_root_storage().map(|entry| entry.name().to_owned()).collect();
            Format::of_streams(&names)
        }
    }
}

pub(super) fn open(file: &Source) -> Result<Box<dyn Bytes>, String> {
    file.open().map_err(|error| error.to_string())
}

pub(super) fn bytes(file: &Source) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    open(file)?.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn count(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}
