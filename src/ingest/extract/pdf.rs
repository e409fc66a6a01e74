//! PDF: its text, its pages, how one looks. By hayro, which reads owner-locked
//! files and says so where a user's password is needed.

use super::join::join;
use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
        InterpreterSettings, SoftMask,
        font::{FontData, FontQuery, GlyphRun},
        hayro_cmap::{BfString, CidFamily},
        hayro_syntax::{LoadPdfError, Pdf, page::Page},
        interpret_page,
    },
    kurbo::{Affine, BezPath, Point, Rect},
    render,
    vello_cpu::color::palette::css::WHITE,
};
use image::RgbImage;
use std::{path::PathBuf, sync::Arc};

/// Where Debian puts fonts for Chinese, the best first.
const FONTS: [&str; 4] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf",
];

/// Opens a PDF, or says why it cannot be opened.
pub(super) fn open(bytes: Vec<u8>) -> Result<Pdf, String> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => "PDF 已加密，需要口令才能打开".to_owned(),
        LoadPdfError::Invalid => "不是完好的 PDF：文件被截断或结构已损坏".to_owned(),
    })?;
    if pdf.pages().is_empty() {
        return Err("PDF 中没有一页".to_owned());
    }
    Ok(pdf)
}

/// Whether a PDF has its end (ISO 32000-1 §7.5.5; readers look for it in the last
/// kilobyte, we in the last four): one without was cut off, even where its objects can
/// be gathered again.
pub(super) fn ends(bytes: &[u8]) -> Result<(), String> {
    let tail = &bytes[bytes.len().saturating_sub(4_096)..];
    if tail.windows(5).any(|five| five == b"%%EOF") {
        return Ok(());
    }
    Err("PDF 的结尾缺失，多半在传送或拷贝时被截断".to_owned())
}

/// The text of every page in the order it is drawn, invisible text of dual-layer scans too.
pub(super) fn text(pdf: &Pdf) -> Vec<String> {
    let cache = InterpreterCache::new();
    pdf.pages().iter().map(|page| text_of(pdf, page, &cache)).collect()
}

/// Interprets a page without drawing it, so that damage in it is found.
pub(super) fn interpret(pdf: &Pdf, page: usize) {
    if let Some(page) = pdf.pages().get(page) {
        text_of(pdf, page, &InterpreterCache::new());
    }
}

fn text_of<'a>(pdf: &'a Pdf, page: &'a Page<'a>, cache: &InterpreterCache<'a>) -> String {
    let settings = InterpreterSettings::default();
    let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
    let mut context = Context::new(Affine::IDENTITY, bounds, cache, pdf.xref(), settings);
    let mut lines = Lines::default();
    interpret_page(page, &mut context, &mut lines);
    lines.text()
}

/// Gathers glyphs into lines: a glyph whose base line is another begins one.
#[derive(Default)]
struct Lines {
    done: Vec<String>,
    line: String,
    /// The base line of the last glyph.
    at: Option<Point>,
}

impl Lines {
    fn glyph(&mut self, at: Point, text: &str) {
        if let Some(last) = self.at
            && (at.y - last.y).abs() > 2.0
        {
            self.end_line();
        }
        // A glyph that its font maps to nothing says nothing.
        self.line.extend(text.chars().filter(|c| *c != '\0'));
        self.at = Some(at);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.done.push(line);
        }
    }

    /// The lines joined; a number of the page at its head or foot is no part of the
    /// running text, which goes on over the page end.
    fn text(mut self) -> String {
        self.end_line();
        let mut lines = &self.done[..];
        if let [first, rest @ ..] = lines
            && !rest.is_empty()
            && is_page_number(first)
        {
            lines = rest;
        }
        if let [rest @ .., last] = lines
            && !rest.is_empty()
            && is_page_number(last)
        {
            lines = rest;
        }
        let mut text = String::new();
        for line in lines {
            join(&mut text, line);
        }
        text
    }
}

/// `3`, `— 3 —`, `第 3 页`, `3/12`, `第3页 共12页`.
fn is_page_number(line: &str) -> bool {
    let line = line.trim();
    line.chars().any(char::is_numeric)
        && line.chars().count() <= 16
        && line.chars().all(|c| c.is_numeric() || c.is_whitespace() || "-–—－·/第页共".contains(c))
}

impl Device<'_> for Lines {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            let at = props.transform * glyph.transform() * Point::ZERO;
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => self.glyph(at, c.encode_utf8(&mut [0; 4])),
                Some(BfString::String(text)) => self.glyph(at, &text),
                None => {}
            }
        }
    }
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// A page `width` pixels wide on white; `page` counts from 0.
pub(super) fn picture(pdf: &Pdf, page: usize, width: u32, font: Option<PathBuf>) -> Result<RgbImage, String> {
    let page = pdf.pages().get(page).ok_or("没有这一页")?;
    let (points, height) = page.render_dimensions();
    if !(points > 0.0 && height > 0.0 && height / points < 20.0 && points / height < 20.0) {
        return Err("页面尺寸不合理".to_owned());
    }
    let scale = width as f32 / points;
    let settings = InterpreterSettings { font_resolver: resolver(font), ..InterpreterSettings::default() };
    let pixmap = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &pixmap);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let pixels = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]).collect();
    RgbImage::from_raw(width, height, pixels).ok_or_else(|| "页面无法绘制".to_owned())
}

/// Answers which font stands in for one that a PDF does not carry.
type FontResolver = Arc<dyn Fn(&FontQuery) -> Option<(FontData, u32)> + Send + Sync>;

/// Fonts for PDFs that do not carry their own: a CJK font where the text is Chinese,
/// Japanese or Korean, the fourteen standard ones otherwise.
fn resolver(font: Option<PathBuf>) -> FontResolver {
    Arc::new(move |query| match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(fallback) => {
            let cjk = fallback.character_collection.as_ref().is_some_and(|collection| {
                matches!(
                    collection.family,
                    CidFamily::AdobeGB1 | CidFamily::AdobeCNS1 | CidFamily::AdobeJapan1 | CidFamily::AdobeKorea1
                )
            });
            cjk.then(|| cjk_font(font.as_ref()))
                .flatten()
                .or_else(|| Some(fallback.pick_standard_font().get_font_data()))
        }
    })
}

fn cjk_font(configured: Option<&PathBuf>) -> Option<(FontData, u32)> {
    let usual = FONTS.iter().map(PathBuf::from);
    let path = configured.cloned().into_iter().chain(usual).find(|path| path.exists())?;
    let bytes = std::fs::read(&path).ok()?;
    // Of Noto's collection the third face is the simplified Chinese one.
    let face = if path.extension().is_some_and(|ending| ending == "ttc") { 2 } else { 0 };
    Some((Arc::new(bytes), face))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_number_is_told_from_text() {
        for number in ["3", "— 3 —", " 第 3 页 ", "3/12", "第3页 共12页", "－１２－"] {
            assert!(is_page_number(number), "{number}");
        }
        for text in ["3月", "—", "2011年", "第页", "共3人", ""] {
            assert!(!is_page_number(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_pdf_says_so() {
        assert!(open(b"not a pdf".to_vec()).is_err_and(|why| why.contains("PDF")));
    }
}
