//! What a file is, whatever it calls itself: its type by content, its measures, a small picture of it.

use super::film;
use crate::picture::{self, Bounds, Closed, jpeg, on_white};
use image::{DynamicImage, ExtendedColorType, ImageFormat, ImageReader};
use model::{FileKind, FileWhy, FileWish, file_kind};
use std::io::{Cursor, Write};
use std::path::Path;

/// Bytes of a file's beginning that tell its type.
pub(crate) const HEAD: usize = 4096;
/// The longer side of a small picture, in pixels.
const SMALL: u32 = 480;
/// Larger pictures are not opened.
const BOUNDS: Bounds = Bounds { side: 16_384, memory: 320 << 20 };

/// Endings of programs and scripts whose content does not always tell.
const PROGRAMS: &[&str] = &[
    "apk", "app", "bat", "bin", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "gadget", "hta", "htm", "html", "inf", "ins", "ipa",
    "jar", "js", "jse", "lnk", "mjs", "msc", "msi", "msp", "mst", "pif", "pkg", "ps1", "psm1", "py", "reg", "rpm", "scr", "sct", "sh",
    "shtml", "svg", "swf", "vb", "vbe", "vbs", "wasm", "wsf", "wsh", "xhtml", "xht", "xsl",
];

/// How programs and scripts begin that the library of types asks more of.
const SCRIPTS: &[&[u8]] = &[b"#!/", b"\x7fELF"];

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Look {
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// How long a film is; 0 when that is not known.
    pub seconds: u32,
    /// A small picture, as JPEG.
    pub small: Option<Vec<u8>>,
    /// The picture in a form that networks take, when it was not; its type is `mime`.
    pub converted: Option<Vec<u8>>,
}

/// The type by content where the content tells, else the announced one, never one that a browser would run.
pub fn sniff(head: &[u8], announced: &str) -> String {
    let announced = announced.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let seen = infer::get(head).map(|t| t.mime_type());
    let mime = match seen {
        // Containers whose content does not tell sound from pictures, and office files in a zip.
        Some("video/mp4" | "video/webm" | "application/ogg" | "audio/opus" | "application/zip" | "application/x-ole-storage")
            if !announced.is_empty() =>
        {
            announced
        }
        Some(mime) => mime.to_owned(),
        None if looks_like_markup(head) => "text/plain".to_owned(),
        None if announced.is_empty() => "application/octet-stream".to_owned(),
        None => announced,
    };
    if runs(&mime) { "text/plain".to_owned() } else { mime }
}

/// Types that a browser takes as a page, a picture with scripts, a style or a program.
fn runs(mime: &str) -> bool {
    let harmless_text = ["text/plain", "text/csv", "text/calendar", "text/vcard", "text/x-vcard"];
    (mime.starts_with("text/") && !harmless_text.contains(&mime))
        || mime.ends_with("+xml")
        || ["/xml", "html", "script", "multipart/", "message/", "flash"].iter().any(|part| mime.contains(part))
        || !mime.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b))
        || mime.matches('/').count() != 1
}

fn looks_like_markup(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    start.starts_with('<')
}

/// XML that no browser takes as a page or a picture, such as an electronic invoice.
fn is_data(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(head).to_ascii_lowercase();
    !["<svg", "<html", "<!doctype", "<?xml-stylesheet", "xhtml", "<script"].iter().any(|page| start.contains(page))
}

/// The type of a file that one of us wants to send, from its content and, where that does not tell, its ending; what the
/// browser announced is not asked.
///
/// # Errors
/// Programs, scripts and pages are refused (MD-6).
pub(crate) fn outgoing_type(head: &[u8], name: &str) -> Result<String, FileWhy> {
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let data = ending == "xml" && is_data(head);
    if PROGRAMS.contains(&ending.as_str())
        || infer::is_app(head)
        || SCRIPTS.iter().any(|s| head.starts_with(s))
        || (looks_like_markup(head) && !data)
    {
        return Err(FileWhy::Runs);
    }
    if data {
        return Ok("text/plain".to_owned());
    }
    let by_name = match ending.as_str() {
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "vcf" => "text/vcard",
        "ics" => "text/calendar",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "aac" => "audio/aac",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        _ => "",
    };
    let is_office = by_name.contains("openxmlformats");
    let is_old_office = by_name.starts_with("application/") && !is_office;
    let is_sound = head.windows(4).take(64).any(|w| w == b"M4A ");
    Ok(match infer::get(head).map(|t| t.mime_type()) {
        Some("application/zip") if is_office => by_name,
        Some("application/x-ole-storage") if is_old_office => by_name,
        Some("audio/x-wav") => "audio/wav",
        Some("audio/m4a") => "audio/mp4",
        Some("video/x-m4v") => "video/mp4",
        Some("video/mp4") if is_sound || by_name == "audio/mp4" => "audio/mp4",
        Some("application/ogg" | "audio/ogg" | "audio/opus") if mono_opus(head) => "audio/ogg",
        Some("audio/ogg" | "audio/opus") => "application/ogg",
        Some("application/x-executable") => return Err(FileWhy::Runs),
        Some(seen) => seen,
        None if by_name.starts_with("audio/") || by_name.starts_with("text/") => by_name,
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
    .to_owned())
}

/// Whether a beginning is Ogg with one channel of Opus: the only kind that WhatsApp takes.
pub(crate) fn mono_opus(head: &[u8]) -> bool {
    head.starts_with(b"OggS")
        && head.windows(8).position(|w| w == b"OpusHead").is_some_and(|at| head.get(at + 9).is_some_and(|channels| *channels == 1))
}

fn is_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD)];
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The beginning may end within a character.
        Err(e) => e.error_len().is_none(),
    };
    !head.is_empty() && whole && !head.contains(&0)
}

/// Measures a picture and makes its small one; with `wish` shown, one that networks refuse is made one that they take.
/// Blocks; what is no picture is left as it is.
///
/// # Errors
/// A picture that is to be shown but cannot be read, or is too large to be opened; what cannot be a sticker.
pub(crate) fn look(path: &Path, mime: String, wish: FileWish) -> Result<Look, FileWhy> {
    if wish == FileWish::Sticker {
        return super::sticker::look(path, &mime);
    }
    let strict = wish == FileWish::Shown;
    let plain = |mime: String| Look { mime, ..Look::default() };
    match file_kind(&mime) {
        FileKind::Image => {}
        FileKind::Video => {
            let film::Measures { width, height, seconds } = film::measure(path, &mime);
            return Ok(Look { width, height, seconds, ..plain(mime) });
        }
        FileKind::Audio | FileKind::Document => return Ok(plain(mime)),
    }
    let Some(format) = ImageFormat::from_mime_type(&mime).filter(ImageFormat::reading_enabled) else { return Ok(plain(mime)) };
    match open(path, format) {
        Ok((picture, odd)) => {
            let (width, height) = (picture.width(), picture.height());
            let small = small(&picture);
            let converted = if strict && (odd || mime == "image/webp") { convert(&picture) } else { None };
            let mime = match &converted {
                Some(bytes) if bytes.starts_with(b"\x89PNG") => "image/png".to_owned(),
                Some(_) => "image/jpeg".to_owned(),
                None => mime,
            };
            Ok(Look { mime, width, height, seconds: 0, small, converted })
        }
        Err(why) if strict => Err(why),
        Err(_) => Ok(plain(mime)),
    }
}

/// Opens a picture, and tells whether it is a PNG of a kind that WhatsApp refuses.
pub(super) fn open(path: &Path, format: ImageFormat) -> Result<(DynamicImage, bool), FileWhy> {
    let mut reader = ImageReader::open(path).map_err(|_| FileWhy::Unreadable)?;
    reader.set_format(format);
    let (picture, stored) = picture::open(reader, &BOUNDS).map_err(|closed| match closed {
        Closed::TooLarge => FileWhy::TooManyPixels,
        Closed::Unreadable => FileWhy::Unreadable,
    })?;
    let odd = format == ImageFormat::Png && !matches!(stored, ExtendedColorType::Rgb8 | ExtendedColorType::Rgba8);
    Ok((picture, odd))
}

/// JPEG on white, because the small picture need not be seen through.
pub(super) fn small(picture: &DynamicImage) -> Option<Vec<u8>> {
    let shrunk = if picture.width().max(picture.height()) > SMALL { picture.thumbnail(SMALL, SMALL) } else { picture.clone() };
    jpeg(&on_white(&shrunk), 78)
}

/// PNG where there is something to see through, JPEG otherwise.
fn convert(picture: &DynamicImage) -> Option<Vec<u8>> {
    if !picture.color().has_alpha() {
        return jpeg(&picture.to_rgb8(), 88);
    }
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut out, ImageFormat::Png).ok()?;
    out.flush().ok()?;
    Some(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opus(channels: u8) -> Vec<u8> {
        let mut head = b"OggS\0\x02".to_vec();
        head.extend([0; 22]);
        head.extend(b"OpusHead\x01");
        head.push(channels);
        head
    }

    #[test]
    fn a_page_in_disguise_is_plain_text() {
        assert_eq!(sniff(b"<html><script>1</script>", "image/jpeg"), "text/plain");
        assert_eq!(sniff(b"  <svg onload=1>", "image/svg+xml"), "text/plain");
        assert_eq!(sniff(b"see <script>1</script>", "text/html"), "text/plain");
        assert_eq!(sniff(b"PK\x03\x04page", "application/xhtml+xml"), "text/plain");
        assert_eq!(sniff(b"alert(1)", "application/javascript"), "text/plain");
        assert_eq!(sniff(b"x", "image/png\r\nset-cookie: a=b"), "text/plain");
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(sniff(b"PK\x03\x04sheet", sheet), sheet);
        assert_eq!(sniff(b"a;b", "text/csv"), "text/csv");
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0, 0, 0], "text/html"), "image/jpeg");
        assert_eq!(sniff(b"OggS\0\0\0\0", "audio/ogg; codecs=opus"), "audio/ogg");
        assert_eq!(sniff(&opus(1), "audio/ogg; codecs=opus"), "audio/ogg");
    }

    #[test]
    fn md_6_programs_scripts_and_pages_are_refused_by_content_and_by_name() {
        for (head, name) in [
            (&b"MZ\x90\0\x03\0\0\0"[..], "foto.jpg"),
            (b"\x7fELF\x02\x01\x01\0", "nota.pdf"),
            (b"#!/bin/sh\nrm", "lista.txt"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'>", "logo.png"),
            (b"\xef\xbb\xbf<!doctype html>", "a.txt"),
            (b"dir", "roda.BAT"),
            (b"alert(1)", "x.js"),
            (b"<?xml version='1.0'?><svg onload='x'/>", "nota.xml"),
            (b"<?xml version='1.0'?><nfeProc/>", "nota.txt"),
            (b"PK\x03\x04", "app.apk"),
        ] {
            assert_eq!(outgoing_type(head, name), Err(FileWhy::Runs), "{name}");
        }
    }

    #[test]
    fn md_6_the_type_is_the_contents_and_not_the_names() {
        let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F'];
        assert_eq!(outgoing_type(&jpeg, "relatório.pdf").as_deref(), Ok("image/jpeg"));
        assert_eq!(outgoing_type(b"%PDF-1.7", "foto.jpg").as_deref(), Ok("application/pdf"));
        assert_eq!(outgoing_type(b"a;b\n1;2", "tabela.csv").as_deref(), Ok("text/csv"));
        assert_eq!(outgoing_type(b"<?xml version='1.0'?><nfeProc/>", "nota.xml").as_deref(), Ok("text/plain"));
        assert_eq!(outgoing_type(b"um texto", "sem nome").as_deref(), Ok("text/plain"));
        assert_eq!(outgoing_type("cortado no é".as_bytes().split_last().unwrap().1, "x").as_deref(), Ok("text/plain"));
        assert_eq!(outgoing_type(b"PK\x03\x04\x14\0", "a.zip").as_deref(), Ok("application/zip"));
        assert!(outgoing_type(b"PK\x03\x04\x14\0", "a.docx").unwrap().ends_with("wordprocessingml.document"));
        assert_eq!(outgoing_type(&[0, 1, 2, 3], "dados").as_deref(), Ok("application/octet-stream"));
        assert_eq!(outgoing_type(&opus(1), "voz.ogg").as_deref(), Ok("audio/ogg"));
        assert_eq!(outgoing_type(&opus(2), "musica.ogg").as_deref(), Ok("application/ogg"));
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        std::fs::write(file.path(), out.into_inner()).unwrap();
        file
    }

    #[test]
    fn pictures_are_measured_and_made_small() {
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(1200, 300, image::Rgb([200, 30, 30])));
        for (format, mime) in [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::Png, "image/png")] {
            let seen = look(file(&picture, format).path(), mime.into(), FileWish::Shown).unwrap();
            assert_eq!((seen.mime.as_str(), seen.width, seen.height, seen.converted.is_none()), (mime, 1200, 300, true));
            let small = image::load_from_memory(&seen.small.unwrap()).unwrap();
            assert_eq!((small.width(), small.height()), (480, 120));
        }
    }

    #[test]
    fn md_4_odd_pictures_are_converted_unless_sent_as_documents() {
        let grey = DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(8, 8, image::Luma([40_000u16])));
        let grey = file(&grey, ImageFormat::Png);
        let seen = look(grey.path(), "image/png".into(), FileWish::Shown).unwrap();
        assert_eq!((seen.mime.as_str(), seen.converted.is_some()), ("image/jpeg", true));
        let seen = look(grey.path(), "image/png".into(), FileWish::Document).unwrap();
        assert_eq!((seen.mime.as_str(), seen.converted.is_none(), seen.width), ("image/png", true, 8));
        let glass = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(8, 8, image::Rgba([0, 0, 0, 0])));
        let seen = look(file(&glass, ImageFormat::WebP).path(), "image/webp".into(), FileWish::Shown).unwrap();
        assert_eq!(seen.mime, "image/png");
        let small = image::load_from_memory(&seen.small.unwrap()).unwrap().to_rgb8();
        assert!(small.pixels().all(|p| p.0.iter().all(|c| *c > 250)), "white where there is nothing");
    }

    #[test]
    fn broken_and_enormous_pictures_are_refused_but_pass_as_documents() {
        let broken = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(broken.path(), b"\xff\xd8\xff\xe0\x00\x10JFIF nothing").unwrap();
        assert_eq!(look(broken.path(), "image/jpeg".into(), FileWish::Shown).err(), Some(FileWhy::Unreadable));
        assert!(look(broken.path(), "image/jpeg".into(), FileWish::Document).is_ok());
        // A small file of 60000 by 60000 pixels: header and nothing else, as far as the bound is concerned.
        let bomb = picture::bomb(60_000, 60_000);
        std::fs::write(broken.path(), &bomb).unwrap();
        assert_eq!(look(broken.path(), "image/png".into(), FileWish::Shown).err(), Some(FileWhy::TooManyPixels));
    }
}
