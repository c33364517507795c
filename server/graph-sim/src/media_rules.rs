//! Which media WhatsApp takes: MIME types, sizes, and a look at the first bytes.

use crate::error::{GraphError, GraphResult};

const MB: usize = 1024 * 1024;

/// MIME types that an upload may have, of any kind.
const DOCUMENTS: [&str; 8] = [
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// MIME type without parameters, in lower case.
pub fn bare(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// MIME types that a message type accepts.
fn accepted(kind: &str) -> &'static [&'static str] {
    match kind {
        "image" => &["image/jpeg", "image/png"],
        "audio" => &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
        "video" => &["video/mp4", "video/3gpp"],
        "sticker" => &["image/webp"],
        "document" => &DOCUMENTS,
        _ => &[],
    }
}

/// Largest size of a message type in bytes. A sticker's limit depends on whether it moves.
fn limit(kind: &str, animated: bool) -> usize {
    match (kind, animated) {
        ("image", _) => 5 * MB,
        ("sticker", false) => 100 * 1024,
        ("sticker", true) => 500 * 1024,
        ("document", _) => 100 * MB,
        _ => 16 * MB,
    }
}

/// The kind that a MIME type belongs to, none when WhatsApp takes it nowhere.
pub fn kind_of(mime: &str) -> Option<&'static str> {
    let mime = bare(mime);
    ["image", "audio", "video", "sticker", "document"].into_iter().find(|kind| accepted(kind).contains(&mime.as_str()))
}

/// MIME type told by the first bytes, none when they say nothing.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, what: &[u8]| bytes.get(from..from + what.len()) == Some(what);
    Some(if at(0, &[0xff, 0xd8, 0xff]) {
        "image/jpeg"
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if at(0, b"GIF8") {
        "image/gif"
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        "image/webp"
    } else if at(0, b"OggS") {
        "audio/ogg"
    } else if at(0, b"%PDF-") {
        "application/pdf"
    } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        "video/webm"
    } else if at(4, b"ftyp3g") {
        "video/3gpp"
    } else if at(4, b"ftypM4A") {
        "audio/mp4"
    } else if at(4, b"ftyp") {
        "video/mp4"
    } else if at(0, b"#!AMR") {
        "audio/amr"
    } else if at(0, b"ID3") {
        "audio/mpeg"
    } else if at(0, b"PK\x03\x04") {
        "application/zip"
    } else if bytes.len() > 1 && bytes[0] == 0xff && bytes[1] & 0xf6 == 0xf0 {
        "audio/aac"
    } else if bytes.len() > 1 && bytes[0] == 0xff && bytes[1] & 0xe0 == 0xe0 {
        "audio/mpeg"
    } else {
        return None;
    })
}

/// True for a WebP that moves.
pub fn animated_webp(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0x02 != 0)
}

/// True when declared type and bytes agree as far as they can be compared.
fn agrees(declared: &str, found: &str) -> bool {
    declared == found
        || (found == "video/mp4" && matches!(declared, "audio/mp4" | "video/3gpp" | "audio/aac"))
        || (found == "audio/mp4" && declared == "video/mp4")
        || (found == "application/zip" && declared.contains("openxmlformats"))
}

/// Checks an upload: a type that some kind of message takes, bytes that agree with it, and the largest size of all. How
/// large a picture may be is a matter of the message that names it.
pub fn check_upload(mime: &str, bytes: &[u8]) -> GraphResult<()> {
    check("document", mime, bytes)
}

/// Checks bytes of a declared type as the given message type; the details go into code 131053. As a document goes whatever
/// can be uploaded.
pub fn check(kind: &str, mime: &str, bytes: &[u8]) -> GraphResult<()> {
    let declared = bare(mime);
    let refuse = |details: String| Err(GraphError::new(131053).details(details));
    let taken = if kind == "document" { kind_of(&declared).is_some() } else { accepted(kind).contains(&declared.as_str()) };
    if !taken {
        return refuse(format!("Unsupported {kind} mime type {declared}. Please use one of {}.", accepted(kind).join(", ")));
    }
    let found = sniff(bytes);
    if let Some(found) = found
        && !agrees(&declared, found)
    {
        return refuse(format!("Media file of type {found} does not match the declared type {declared}."));
    }
    let binary = !matches!(declared.as_str(), "text/plain" | "audio/aac" | "audio/mpeg") && kind != "document";
    if found.is_none() && binary {
        return refuse(format!("Media file is corrupt: it is no {declared}."));
    }
    let max = limit(kind, animated_webp(bytes));
    if bytes.len() > max {
        return refuse(format!("Media file of {} bytes is larger than the limit of {max} bytes for {kind}.", bytes.len()));
    }
    match declared.as_str() {
        _ if kind == "document" => Ok(()),
        "audio/ogg" => check_ogg(bytes),
        "image/png" => check_png(bytes),
        "image/webp" => check_webp(bytes),
        _ => Ok(()),
    }
}

/// Ogg must hold Opus with one channel.
fn check_ogg(bytes: &[u8]) -> GraphResult<()> {
    let head = bytes.get(..512.min(bytes.len())).unwrap_or_default();
    let opus = head.windows(8).position(|w| w == b"OpusHead");
    match opus.and_then(|at| head.get(at + 9)) {
        Some(1) => Ok(()),
        Some(_) => Err(GraphError::new(131053).details("audio/ogg must be mono.")),
        None => Err(GraphError::new(131053).details("audio/ogg must be encoded with the Opus codec.")),
    }
}

/// PNG must be 8 bits deep, RGB or RGBA.
fn check_png(bytes: &[u8]) -> GraphResult<()> {
    match (bytes.get(24), bytes.get(25)) {
        (Some(8), Some(2 | 6)) => Ok(()),
        _ => Err(GraphError::new(131053).details("Images must be 8-bit, RGB or RGBA.")),
    }
}

/// A sticker is 512 by 512 pixels.
fn check_webp(bytes: &[u8]) -> GraphResult<()> {
    match webp_size(bytes) {
        Some((512, 512)) => Ok(()),
        Some((w, h)) => Err(GraphError::new(131053).details(format!("A sticker must be 512x512 pixels, not {w}x{h}."))),
        None => Err(GraphError::new(131053).details("The sticker is no valid WebP.")),
    }
}

/// Width and height of a WebP.
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).copied().map(u32::from);
    match bytes.get(12..16)? {
        b"VP8X" => Some((1 + (byte(24)? | byte(25)? << 8 | byte(26)? << 16), 1 + (byte(27)? | byte(28)? << 8 | byte(29)? << 16))),
        b"VP8L" => {
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            Some((1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)))
        }
        b"VP8 " => Some((byte(26)? | (byte(27)? & 0x3f) << 8, byte(28)? | (byte(29)? & 0x3f) << 8)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_samples_pass_as_what_they_are() {
        for sample in &samples::ALL {
            check(sample.kind, sample.mime, sample.bytes).unwrap_or_else(|e| panic!("{}: {e:?}", sample.filename));
        }
    }

    #[test]
    fn wrong_type_wrong_bytes_and_wrong_size_are_131053() {
        let jpeg = samples::of("image").bytes;
        let big = [jpeg, &vec![0; 5 * MB]].concat();
        for (kind, mime, bytes) in [
            ("image", "image/webp", samples::of("sticker").bytes),
            ("image", "image/png", jpeg),
            ("image", "image/jpeg", &b"hello"[..]),
            ("audio", "audio/webm", &b"\x1a\x45\xdf\xa3"[..]),
            ("audio", "audio/ogg", &b"OggS without the codec"[..]),
            ("video", "image/jpeg", jpeg),
            ("image", "image/jpeg", &big),
        ] {
            assert_eq!(check(kind, mime, bytes).unwrap_err().code, 131053, "{kind} {mime}");
        }
        assert!(check("document", "image/jpeg", &big).is_ok(), "too large as a picture, and fine as a document");
        assert!(check_upload("image/jpeg", &big).is_ok() && check_upload("image/gif", b"GIF89a").is_err());
        assert!(check("document", "application/pdf", samples::of("document").bytes).is_ok());
        assert!(check("document", "text/plain; charset=utf-8", b"hello").is_ok());
    }

    /// A sticker of so many bytes and pixels. Only its beginning is looked at.
    fn sticker(side: u32, moves: bool, size: usize) -> Vec<u8> {
        let [a, b, c, _] = (side - 1).to_le_bytes();
        let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".to_vec();
        bytes.extend([if moves { 2 } else { 0 }, 0, 0, 0, a, b, c, a, b, c]);
        bytes.resize(size, 0);
        bytes
    }

    #[test]
    fn md_2_stickers_have_one_size_and_a_limit_of_their_own() {
        for (moves, limit) in [(false, 102_400), (true, 512_000)] {
            for (size, ok) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
                assert_eq!(check("sticker", "image/webp", &sticker(512, moves, size)).is_ok(), ok, "{size} bytes");
            }
            for side in [511, 513] {
                assert_eq!(check("sticker", "image/webp", &sticker(side, moves, 1000)).unwrap_err().code, 131053, "{side} pixels");
            }
        }
        assert_eq!(check("sticker", "image/png", samples::of("image").bytes).unwrap_err().code, 131053);
    }
}
