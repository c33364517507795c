//! Making stickers: a file that is one passes as it is, any other still picture is drawn as one.

use super::look::{self, Look};
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::{self, FilterType};
use image::{AnimationDecoder, DynamicImage, ExtendedColorType, ImageFormat, Rgba, RgbaImage};
use model::{FileWhy, STICKER_SIDE, STICKER_STILL_MAX, WEBP_HEAD, Webp};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Bits of each colour that are kept, one after the other until the file is small enough. Drawings fit with all of them.
const BITS: [u32; 3] = [8, 6, 5];

/// Looks at a file that is to be a sticker. Blocks.
///
/// # Errors
/// What is no picture, moves and is no sticker already, or is too large even when drawn as one.
pub(super) fn look(path: &Path, mime: &str) -> Result<Look, FileWhy> {
    let format = match mime {
        "image/webp" => ImageFormat::WebP,
        "image/png" => ImageFormat::Png,
        "image/jpeg" => ImageFormat::Jpeg,
        "image/gif" => ImageFormat::Gif,
        _ => return Err(FileWhy::NoPicture),
    };
    let (webp, size) = head(path).map_err(|_| FileWhy::Unreadable)?;
    let (picture, _) = look::open(path, format)?;
    let is_sticker = webp.is_some_and(|w| w.is_sticker(size)) && (picture.width(), picture.height()) == (STICKER_SIDE, STICKER_SIDE);
    if !is_sticker && (webp.is_some_and(|w| w.moves) || (format == ImageFormat::Gif && gif_moves(path))) {
        return Err(FileWhy::Moves);
    }
    let small = look::small(&picture);
    let converted = if is_sticker { None } else { Some(draw(&picture).ok_or(FileWhy::StickerTooLarge)?) };
    Ok(Look { mime: "image/webp".to_owned(), width: STICKER_SIDE, height: STICKER_SIDE, seconds: 0, small, converted })
}

fn head(path: &Path) -> std::io::Result<(Option<Webp>, i64)> {
    let file = File::open(path)?;
    let size = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
    let mut head = Vec::with_capacity(WEBP_HEAD);
    file.take(WEBP_HEAD as u64).read_to_end(&mut head)?;
    Ok((Webp::read(&head), size))
}

fn gif_moves(path: &Path) -> bool {
    let decoder = File::open(path).ok().and_then(|file| GifDecoder::new(BufReader::new(file)).ok());
    decoder.is_some_and(|gif| gif.into_frames().take(2).count() > 1)
}

/// The picture as large as it fits, in the middle of a clear square, as WebP without loss; none when that is too large.
fn draw(picture: &DynamicImage) -> Option<Vec<u8>> {
    let fitted = picture.resize(STICKER_SIDE, STICKER_SIDE, FilterType::CatmullRom).to_rgba8();
    let mut square = RgbaImage::new(STICKER_SIDE, STICKER_SIDE);
    let edge = |side: u32| i64::from((STICKER_SIDE - side) / 2);
    imageops::replace(&mut square, &fitted, edge(fitted.width()), edge(fitted.height()));
    for pixel in square.pixels_mut().filter(|p| p.0[3] == 0) {
        *pixel = Rgba([0; 4]);
    }
    BITS.iter().find_map(|bits| {
        let mut drawn = square.clone();
        if *bits < 8 {
            drawn.pixels_mut().for_each(|p| p.0[..3].iter_mut().for_each(|c| *c = rounded(*c, *bits)));
        }
        let mut out = Vec::new();
        WebPEncoder::new_lossless(&mut out).encode(&drawn, STICKER_SIDE, STICKER_SIDE, ExtendedColorType::Rgba8).ok()?;
        Some(out).filter(|file| file.len() as i64 <= STICKER_STILL_MAX)
    })
}

/// The nearest colour of so many bits; black stays black and white white.
fn rounded(colour: u8, bits: u32) -> u8 {
    let steps = (1u32 << bits) - 1;
    let step = (u32::from(colour) * steps + 127) / 255;
    (step * 255 / steps) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture;
    use std::io::Cursor;

    /// A file with these bytes.
    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn seen(bytes: &[u8], mime: &str) -> Result<Look, FileWhy> {
        look(file(bytes).path(), mime)
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn plain(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, Rgba([200, 30, 30, 255])))
    }

    /// Something that no encoder makes small.
    fn noise(width: u32, height: u32) -> DynamicImage {
        let mut n = 7u32;
        let mut next = || {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 24) as u8
        };
        DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |_, _| Rgba([next(), next(), next(), 255])))
    }

    /// A WebP of so many bytes, which moves or not; what is not needed for its picture is filling.
    fn webp(width: u32, height: u32, moves: bool, size: usize) -> Vec<u8> {
        let picture = encoded(&plain(width, height), ImageFormat::WebP);
        let chunk = |name: &[u8; 4], data: &[u8]| {
            let pad = vec![0; data.len() % 2];
            [&name[..], &(data.len() as u32).to_le_bytes()[..], data, &pad].concat()
        };
        let side = |n: u32| (n - 1).to_le_bytes()[..3].to_vec();
        let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
        out.extend(chunk(b"VP8X", &[&[if moves { 0x12 } else { 0x10 }, 0, 0, 0], &side(width)[..], &side(height)[..]].concat()));
        if moves {
            out.extend(chunk(b"ANIM", &[0; 6]));
            for _ in 0..2 {
                out.extend(chunk(b"ANMF", &[&[0; 6], &side(width)[..], &side(height)[..], &[100, 0, 0, 0], &picture[12..]].concat()));
            }
        } else {
            out.extend(&picture[12..]);
        }
        let filling = size - out.len() - 8;
        out.extend(chunk(b"FILL", &vec![1; filling]));
        // An odd one has a byte after it, which counts, too.
        out.truncate(size);
        let length = (out.len() as u32 - 8).to_le_bytes();
        out[4..8].copy_from_slice(&length);
        out
    }

    #[test]
    fn md_2_what_is_a_sticker_passes_untouched_up_to_the_last_byte() {
        for (moves, limit) in [(false, 102_400), (true, 512_000)] {
            for size in [limit - 1, limit] {
                let look = seen(&webp(512, 512, moves, size), "image/webp").unwrap();
                assert_eq!(
                    (look.mime.as_str(), look.width, look.height, look.converted.is_none()),
                    ("image/webp", 512, 512, true),
                    "{size}"
                );
                assert!(look.small.is_some());
            }
        }
        // One byte more: what stands still is drawn anew, and what moves cannot be.
        let drawn = seen(&webp(512, 512, false, 102_401), "image/webp").unwrap().converted.unwrap();
        assert!(drawn.len() < 102_400 && Webp::read(&drawn).unwrap().is_sticker(drawn.len() as i64));
        assert_eq!(seen(&webp(512, 512, true, 512_001), "image/webp").err(), Some(FileWhy::Moves));
        for (width, height) in [(511, 512), (513, 512), (512, 511), (512, 513)] {
            assert!(seen(&webp(width, height, false, 50_000), "image/webp").unwrap().converted.is_some(), "{width} x {height}");
            assert_eq!(seen(&webp(width, height, true, 50_000), "image/webp").err(), Some(FileWhy::Moves), "{width} x {height}");
        }
    }

    #[test]
    fn any_still_picture_becomes_a_clear_square() {
        for (format, mime) in [(ImageFormat::Png, "image/png"), (ImageFormat::WebP, "image/webp"), (ImageFormat::Gif, "image/gif")] {
            let look = seen(&encoded(&plain(100, 50), format), mime).unwrap();
            let drawn = image::load_from_memory(&look.converted.unwrap()).unwrap().to_rgba8();
            assert_eq!((drawn.dimensions(), look.mime.as_str()), ((512, 512), "image/webp"));
            assert_eq!((drawn.get_pixel(256, 10).0[3], drawn.get_pixel(256, 256).0), (0, [200, 30, 30, 255]), "{mime}");
            assert!(drawn.get_pixel(256, 129).0[3] == 255 && drawn.get_pixel(256, 126).0[3] == 0, "in the middle");
        }
        let tall = DynamicImage::ImageRgb8(plain(300, 1200).to_rgb8());
        let drawn = seen(&encoded(&tall, ImageFormat::Jpeg), "image/jpeg").unwrap().converted.unwrap();
        let drawn = image::load_from_memory(&drawn).unwrap().to_rgba8();
        assert_eq!((drawn.get_pixel(10, 256).0[3], drawn.get_pixel(256, 2).0[3]), (0, 255));
    }

    #[test]
    fn what_cannot_be_a_sticker_is_refused_for_what_it_is() {
        assert_eq!(seen(&encoded(&noise(512, 512), ImageFormat::Png), "image/png").err(), Some(FileWhy::StickerTooLarge));
        let mut moving = Vec::new();
        let frames = [plain(8, 8), plain(8, 8)].map(|p| image::Frame::new(p.to_rgba8()));
        image::codecs::gif::GifEncoder::new(&mut moving).encode_frames(frames).unwrap();
        assert_eq!(seen(&moving, "image/gif").err(), Some(FileWhy::Moves));
        assert_eq!(seen(b"%PDF-1.7", "application/pdf").err(), Some(FileWhy::NoPicture));
        assert_eq!(seen(b"RIFF\0\0\0\0WEBPVP8X nothing", "image/webp").err(), Some(FileWhy::Unreadable));
        assert_eq!(seen(&picture::bomb(60_000, 60_000), "image/png").err(), Some(FileWhy::TooManyPixels));
    }

    #[test]
    fn fewer_colours_keep_black_and_white() {
        for bits in BITS {
            assert_eq!((rounded(0, bits), rounded(255, bits)), (0, 255));
        }
        assert_eq!((rounded(100, 8), rounded(130, 5)), (100, 131));
    }
}
