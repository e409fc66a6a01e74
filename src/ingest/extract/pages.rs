//! One request answered: what a child does between reading and writing.

use super::{
    Examined, Format, Reading, docx, pdf, plain, render,
    request::{Answer, Request},
};
use crate::vault::{Bytes, Source};
use data_encoding::BASE64;
use image::ImageFormat;
use std::{io::Read as _, path::PathBuf};

/// Answers a request. Never panics on purpose; where a parser does, the child dies
/// and the parent says so.
pub(super) fn answer(request: Request, font: Option<PathBuf>) -> Answer {
    match request {
        Request::Examine { file, name } => Answer::Examined(examine(&file, &name)),
        Request::Extract { file, name } => Answer::Reading(match extract(&file, &name) {
            Ok(reading) => reading,
            Err(reason) => Reading::CouldNotRead { reason },
        }),
        Request::Render { file, name, page, width } => match picture(&file, &name, page, width, font) {
            Ok(bytes) => Answer::Picture(BASE64.encode(&bytes)),
            Err(reason) => Answer::Failed(reason),
        },
    }
}

/// Opens a file: what it is, how many pages, whether its first and last page decode.
fn examine(file: &Source, name: &str) -> Examined {
    let format = match format_of(file, name) {
        Ok(format) => format,
        Err(why) => return Examined { format: Format::Other, pages: None, fault: Some(why) },
    };
    match look(file, format) {
        Ok(pages) => Examined { format, pages, fault: None },
        Err(why) => Examined { format, pages: None, fault: Some(why) },
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
        Format::Docx => docx::pages(&bytes(file)?).map(|_| None)?,
        Format::Txt => plain::decode(&bytes(file)?).map(|_| Some(1))?,
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
        Format::Other => None,
    })
}

fn extract(file: &Source, name: &str) -> Result<Reading, String> {
    let format = format_of(file, name)?;
    let pages = match format {
        Format::Pdf => pdf::text(&pdf::open(bytes(file)?)?),
        Format::Docx => docx::pages(&bytes(file)?)?,
        Format::Txt => plain::pages(&bytes(file)?)?,
        Format::Jpeg | Format::Png => return Ok(Reading::NoText { pages: 1 }),
        Format::Tiff => return Ok(Reading::NoText { pages: render::tiff_pages(file)? }),
        Format::Other => return Err("此格式尚不能读取文字".to_owned()),
    };
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Ok(Reading::NoText { pages: count(pages.len()) });
    }
    Ok(Reading::Read { pages })
}

fn picture(file: &Source, name: &str, page: u32, width: u32, font: Option<PathBuf>) -> Result<Vec<u8>, String> {
    let page = page.checked_sub(1).ok_or("页码从 1 起")?;
    let picture = match format_of(file, name)? {
        Format::Pdf => pdf::picture(&pdf::open(bytes(file)?)?, page as usize, width, font)?.into(),
        Format::Jpeg => render::photo(file, ImageFormat::Jpeg)?,
        Format::Png => render::photo(file, ImageFormat::Png)?,
        Format::Tiff => render::tiff_page(file, page)?,
        Format::Docx | Format::Txt | Format::Other => return Err("此格式没有可显示的页面图像".to_owned()),
    };
    render::jpeg(picture, width)
}

fn format_of(file: &Source, name: &str) -> Result<Format, String> {
    let mut head = Vec::with_capacity(2_048);
    open(file)?.take(2_048).read_to_end(&mut head).map_err(|error| error.to_string())?;
    Ok(Format::of(&head, name))
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
