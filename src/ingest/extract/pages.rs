//! One request answered: what a child does between reading and writing.

use super::{
    Examined, Format, Reading, docx, pdf, plain, render,
    request::{Answer, Request},
};
use data_encoding::BASE64;
use image::ImageFormat;
use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Answers a request. Never panics on purpose; where a parser does, the child dies
/// and the parent says so.
pub(super) fn answer(request: Request, font: Option<PathBuf>) -> Answer {
    match request {
        Request::Examine { path, name } => Answer::Examined(examine(&path, &name)),
        Request::Extract { path, name } => Answer::Reading(match extract(&path, &name) {
            Ok(reading) => reading,
            Err(reason) => Reading::CouldNotRead { reason },
        }),
        Request::Render { path, name, page, width } => match picture(&path, &name, page, width, font) {
            Ok(bytes) => Answer::Picture(BASE64.encode(&bytes)),
            Err(reason) => Answer::Failed(reason),
        },
    }
}

/// Opens a file: what it is, how many pages, whether its first and last page decode.
fn examine(path: &Path, name: &str) -> Examined {
    let format = match format_of(path, name) {
        Ok(format) => format,
        Err(why) => return Examined { format: Format::Other, pages: None, fault: Some(why) },
    };
    match look(path, format) {
        Ok(pages) => Examined { format, pages, fault: None },
        Err(why) => Examined { format, pages: None, fault: Some(why) },
    }
}

fn look(path: &Path, format: Format) -> Result<Option<u32>, String> {
    if std::fs::metadata(path).map_err(|error| error.to_string())?.len() == 0 {
        return Err("文件是空的".to_owned());
    }
    Ok(match format {
        Format::Pdf => {
            let bytes = bytes(path)?;
            pdf::ends(&bytes)?;
            let pdf = pdf::open(bytes)?;
            let last = pdf.pages().len() - 1;
            pdf::interpret(&pdf, 0);
            if last > 0 {
                pdf::interpret(&pdf, last);
            }
            Some(count(last + 1))
        }
        Format::Docx => docx::pages(&bytes(path)?).map(|_| None)?,
        Format::Txt => plain::decode(&bytes(path)?).map(|_| Some(1))?,
        Format::Jpeg => render::photo_whole(path, ImageFormat::Jpeg).map(|()| Some(1))?,
        Format::Png => render::photo_whole(path, ImageFormat::Png).map(|()| Some(1))?,
        Format::Tiff => {
            let pages = render::tiff_pages(path)?;
            render::tiff_whole(path, 0)?;
            if pages > 1 {
                render::tiff_whole(path, pages - 1)?;
            }
            Some(pages)
        }
        Format::Other => None,
    })
}

fn extract(path: &Path, name: &str) -> Result<Reading, String> {
    let format = format_of(path, name)?;
    let pages = match format {
        Format::Pdf => pdf::text(&pdf::open(bytes(path)?)?),
        Format::Docx => docx::pages(&bytes(path)?)?,
        Format::Txt => plain::pages(&bytes(path)?)?,
        Format::Jpeg | Format::Png => return Ok(Reading::NoText { pages: 1 }),
        Format::Tiff => return Ok(Reading::NoText { pages: render::tiff_pages(path)? }),
        Format::Other => return Err("此格式尚不能读取文字".to_owned()),
    };
    if pages.iter().all(|page| page.trim().is_empty()) {
        return Ok(Reading::NoText { pages: count(pages.len()) });
    }
    Ok(Reading::Read { pages })
}

fn picture(path: &Path, name: &str, page: u32, width: u32, font: Option<PathBuf>) -> Result<Vec<u8>, String> {
    let page = page.checked_sub(1).ok_or("页码从 1 起")?;
    let picture = match format_of(path, name)? {
        Format::Pdf => pdf::picture(&pdf::open(bytes(path)?)?, page as usize, width, font)?.into(),
        Format::Jpeg => render::photo(path, ImageFormat::Jpeg)?,
        Format::Png => render::photo(path, ImageFormat::Png)?,
        Format::Tiff => render::tiff_page(path, page)?,
        Format::Docx | Format::Txt | Format::Other => return Err("此格式没有可显示的页面图像".to_owned()),
    };
    render::jpeg(picture, width)
}

fn format_of(path: &Path, name: &str) -> Result<Format, String> {
    let mut head = Vec::with_capacity(2_048);
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(2_048).read_to_end(&mut head).map_err(|error| error.to_string())?;
    Ok(Format::of(&head, name))
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| error.to_string())
}

fn count(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}
