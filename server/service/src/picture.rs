//! Pictures from outside: opened within bounds, the right way up, and drawn anew.

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage};
use std::io::{BufRead, Seek};

/// What opening a picture may cost.
pub(crate) struct Bounds {
    /// Pixels of one side.
    pub side: u32,
    /// Bytes in memory.
    pub memory: u64,
}

/// Why a picture was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    Unreadable,
    /// Small as a file, enormous as a picture.
    TooLarge,
}

/// Opens a picture whose format the reader knows; answers its pixels, turned as its file says, and how the file stores them.
pub(crate) fn open<R: BufRead + Seek>(mut reader: ImageReader<R>, bounds: &Bounds) -> Result<(DynamicImage, ExtendedColorType), Closed> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(bounds.side);
    limits.max_image_height = Some(bounds.side);
    limits.max_alloc = Some(bounds.memory);
    reader.limits(limits);
    let closed = |e: ImageError| if matches!(e, ImageError::Limits(_)) { Closed::TooLarge } else { Closed::Unreadable };
    let mut decoder = reader.into_decoder().map_err(closed)?;
    // The pixels themselves count, too.
    if decoder.total_bytes() > bounds.memory {
        return Err(Closed::TooLarge);
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let stored = decoder.original_color_type();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(closed)?;
    picture.apply_orientation(turned);
    Ok((picture, stored))
}

/// The picture on white, where there is something to see through.
pub(crate) fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    let mix = |c: u8, a: u8| ((u16::from(c) * u16::from(a) + 255 * (255 - u16::from(a))) / 255) as u8;
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        Rgb([mix(r, a), mix(g, a), mix(b, a)])
    })
}

/// The picture as a JPEG file; `quality` is 1 to 100.
pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).ok().map(|()| out)
}

/// The head of a PNG of so many pixels, with little behind it.
#[cfg(test)]
pub(crate) fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bomb.extend(width.to_be_bytes());
    bomb.extend(height.to_be_bytes());
    bomb.extend([8, 6, 0, 0, 0]);
    let mark = bomb[12..]
        .iter()
        .fold(!0u32, |crc, b| (0..8).fold(crc ^ u32::from(*b), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 }));
    bomb.extend((!mark).to_be_bytes());
    bomb.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bomb
}
