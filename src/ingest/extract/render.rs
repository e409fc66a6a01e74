//! Pictures: whole or not, how many pages, how one looks.

use super::pages::{bytes, open};
use crate::vault::{Bytes, Source};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage, imageops::FilterType,
};
use std::io::BufReader;
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::{ColorType, TiffError};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// The most pixels a page may have: A0 at 600 dpi.
const MOST_PIXELS: u64 = 600_000_000;
/// The most pixels a JPEG may have to a side; the form itself has no more.
const MOST_SIDE: usize = 65_535;
/// The most bytes a decoder may allocate.
const MOST_BYTES: u64 = 1 << 30;

/// A JPEG or PNG, decoded whole and upright.
pub(super) fn photo(file: &Source, format: ImageFormat) -> Result<DynamicImage, String> {
    let file = open(file)?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(spoilt)?;
    let (width, height) = decoder.dimensions();
    bounded(width, height)?;
    let orientation = decoder.orientation().map_err(spoilt)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(spoilt)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Whether a JPEG or PNG is whole: decoded to its last row, and a JPEG to its end mark. A
/// form that we cannot draw is not for that reason damaged.
pub(super) fn photo_whole(file: &Source, format: ImageFormat) -> Result<(), String> {
    if format == ImageFormat::Jpeg {
        let bytes = bytes(file)?;
        jpeg_ends(&bytes)?;
        if brightness(&bytes)? {
            return Ok(());
        }
    }
    let file = open(file)?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let decoded = reader.into_decoder().and_then(|decoder| {
        let (width, height) = decoder.dimensions();
        Ok((bounded(width, height), DynamicImage::from_decoder(decoder)?))
    });
    match decoded {
        Ok((bounded, _)) => bounded,
        Err(ImageError::Unsupported(_)) => Ok(()),
        Err(error) => Err(spoilt(error)),
    }
}

/// Decodes the brightness of a JPEG: every coefficient is read, and two thirds of the
/// arithmetic on colours that nobody looks at is saved. `false` for one of other colours
/// than brightness and two differences.
fn brightness(bytes: &[u8]) -> Result<bool, String> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_max_width(MOST_SIDE)
        .set_max_height(MOST_SIDE);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(spoilt)?;
    if !matches!(decoder.input_colorspace(), Some(ColorSpace::YCbCr | ColorSpace::Luma)) {
        return Ok(false);
    }
    let (width, height) = decoder.dimensions().ok_or("图像没有尺寸")?;
    let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    bounded(side(width), side(height))?;
    decoder.decode().map_err(spoilt)?;
    Ok(true)
}

/// Walks the segments of a JPEG to its end mark (ITU-T T.81 §B.1): decoders paint what is
/// missing grey and say nothing.
fn jpeg_ends(bytes: &[u8]) -> Result<(), String> {
    let cut = || "图像不完整：文件在结束标记之前就断了".to_owned();
    let mut at = 2;
    loop {
        // Between segments: fill bytes, then a marker.
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (Some(0xff), Some(marker)) = (bytes.get(at), bytes.get(at + 1)) else { return Err(cut()) };
        at += 2;
        match marker {
            0xd9 => return Ok(()),
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let (Some(high), Some(low)) = (bytes.get(at), bytes.get(at + 1)) else { return Err(cut()) };
        at += usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == 0xda {
            // Coded data: up to a marker that is neither a stuffed byte nor a restart.
            loop {
                let found = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff));
                at += found.ok_or_else(cut)?;
                match bytes.get(at + 1) {
                    Some(0x00 | 0xd0..=0xd7) => at += 2,
                    Some(_) => break,
                    None => return Err(cut()),
                }
            }
        }
    }
}

/// How many pages a TIFF has; walks its directories, decodes none.
pub(super) fn tiff_pages(file: &Source) -> Result<u32, String> {
    let mut decoder = tiff(file)?;
    let mut pages = 1;
    while decoder.more_images() {
        decoder.next_image().map_err(spoilt)?;
        pages += 1;
    }
    Ok(pages)
}

/// Decodes one page of a TIFF, from 0, and makes no picture of it.
pub(super) fn tiff_whole(file: &Source, page: u32) -> Result<(), String> {
    let mut decoder = tiff_at(file, page)?;
    let (width, height) = decoder.dimensions().map_err(spoilt)?;
    bounded(width, height)?;
    match decoder.read_image() {
        Ok(_) | Err(TiffError::UnsupportedError(_)) => Ok(()),
        Err(error) => Err(spoilt(error)),
    }
}

/// One page of a TIFF, from 0.
pub(super) fn tiff_page(file: &Source, page: u32) -> Result<DynamicImage, String> {
    let mut decoder = tiff_at(file, page)?;
    let (width, height) = decoder.dimensions().map_err(spoilt)?;
    bounded(width, height)?;
    let colour = decoder.colortype().map_err(spoilt)?;
    let DecodingResult::U8(pixels) = decoder.read_image().map_err(spoilt)? else {
        return Err("TIFF 的像素格式不受支持".to_owned());
    };
    let unfit = || "TIFF 的像素与尺寸不符".to_owned();
    match colour {
        ColorType::Gray(1) => {
            image::GrayImage::from_raw(width, height, bits(&pixels, width)).map(DynamicImage::ImageLuma8)
        }
        ColorType::Gray(8) => image::GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        ColorType::RGB(8) => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        ColorType::RGBA(8) => image::RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8),
        _ => return Err("TIFF 的像素格式不受支持".to_owned()),
    }
    .ok_or_else(unfit)
}

/// JPEG of a picture, `width` pixels wide at the most.
pub(super) fn jpeg(picture: DynamicImage, width: u32) -> Result<Vec<u8>, String> {
    let picture = if picture.width() > width {
        let height = u64::from(picture.height()) * u64::from(width) / u64::from(picture.width());
        let height = u32::try_from(height).unwrap_or(u32::MAX).max(1);
        // A picture far larger is first brought near by its mean, then filtered.
        let near = if picture.width() > 3 * width { picture.thumbnail_exact(width * 2, height * 2) } else { picture };
        near.resize_exact(width, height, FilterType::Triangle)
    } else {
        picture
    };
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 82);
    picture.to_rgb8().write_with_encoder(encoder).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn tiff_at(file: &Source, page: u32) -> Result<Decoder<BufReader<Box<dyn Bytes>>>, String> {
    let mut decoder = tiff(file)?;
    for _ in 0..page {
        decoder.next_image().map_err(spoilt)?;
    }
    Ok(decoder)
}

fn tiff(file: &Source) -> Result<Decoder<BufReader<Box<dyn Bytes>>>, String> {
    let file = open(file)?;
    let mut limits = TiffLimits::default();
    limits.decoding_buffer_size = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
    Ok(Decoder::new(BufReader::new(file)).map_err(spoilt)?.with_limits(limits))
}

/// One bit a pixel into one byte a pixel, rows padded to bytes.
fn bits(pixels: &[u8], width: u32) -> Vec<u8> {
    let width = width as usize;
    let stride = width.div_ceil(8);
    pixels
        .chunks(stride)
        .flat_map(|row| {
            (0..width).map(move |x| if row.get(x / 8).is_some_and(|b| b >> (7 - x % 8) & 1 == 1) { 255 } else { 0 })
        })
        .collect()
}

fn bounded(width: u32, height: u32) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MOST_PIXELS {
        return Err(format!("图像尺寸 {width}×{height} 不合理"));
    }
    Ok(())
}

fn spoilt(error: impl std::fmt::Display) -> String {
    format!("图像不完整或已损坏（{error}）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_cut_anywhere_is_not_whole() {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(90, 70, |x, y| image::Rgb([x as u8, y as u8, 7])));
        let whole = jpeg(picture, 90).unwrap();
        jpeg_ends(&whole).unwrap();
        for end in [4, 40, whole.len() / 2, whole.len() - 2, whole.len() - 1] {
            assert!(jpeg_ends(&whole[..end]).is_err(), "cut at {end} of {}", whole.len());
        }
        let mut trailing = whole;
        trailing.extend(b"what a camera leaves behind the end");
        jpeg_ends(&trailing).unwrap();
    }
}
