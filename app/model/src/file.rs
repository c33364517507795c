//! Files on their way out: what they are, and how a channel takes them (MD-1, MD-2).

use crate::{ChannelKind, Media, MediaId, MediaState, MessageKind, Millis, STICKER_MOVING_MAX, words};
use serde::{Deserialize, Serialize};

/// A megabyte as the networks count it.
pub const MB: i64 = 1024 * 1024;
/// Bytes of the largest file that can be sent in any way.
pub const FILE_MAX: i64 = 200 * MB;
/// Characters of a caption (Meta's limit for WhatsApp).
pub const CAPTION_MAX: usize = 1024;
/// Files that one person sends in one go.
pub const FILES_MAX: usize = 30;
/// Characters of a file's name.
pub const FILE_NAME_MAX: usize = 200;

words! {
    /// What a file is, by its content.
    pub enum FileKind { Image = "IMAGE", Video = "VIDEO", Audio = "AUDIO", Document = "DOCUMENT" }
}

words! {
    /// What its sender wants it to be.
    pub enum FileWish {
        /// Shown as what it is; a picture may be converted to a format that the network takes (MD-4).
        Shown = "SHOWN",
        /// Its bytes as they are.
        Document = "DOCUMENT",
        /// A recorded voice note.
        Voice = "VOICE",
        /// A sticker; a still picture is drawn as one.
        Sticker = "STICKER",
    }
}

words! {
    /// How a file reaches the contact.
    pub enum Delivery {
        /// As what it is.
        Native = "NATIVE",
        /// As a document of the network.
        File = "FILE",
        /// As a link to us that expires (MD-5).
        Link = "LINK",
    }
}

words! {
    /// Why a file is not taken.
    pub enum FileWhy {
        /// A program, a script or a page, whatever its name says (MD-6).
        Runs = "runs",
        /// It says that it is a picture, and cannot be read as one.
        Unreadable = "unreadable",
        /// Small as a file, enormous as a picture.
        TooManyPixels = "too_many_pixels",
        Infected = "infected",
        /// The scanner did not answer; nothing passes unseen.
        NotScanned = "not_scanned",
        /// The recording is in a format that cannot be made a voice note here.
        NotAVoice = "not_a_voice",
        /// The header of the template shows another kind of file.
        NotInHeader = "not_in_header",
        /// Only pictures are made stickers.
        NoPicture = "no_picture",
        /// It moves, and is no sticker already.
        Moves = "moves",
        /// It is too large as a sticker, however it is drawn.
        StickerTooLarge = "sticker_too_large",
    }
}

/// A file that was uploaded and belongs to no message yet; its bytes are at `/media/{id}` for who uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Stays the file's id when it is sent.
    pub id: MediaId,
    pub kind: FileKind,
    pub wish: FileWish,
    /// By content.
    pub mime: String,
    pub file_name: String,
    /// Bytes.
    pub size: i64,
    /// Pixels; 0 when it has none or they are unknown.
    pub width: u32,
    pub height: u32,
    /// How long a film is; 0 when that is not known.
    #[serde(default)]
    pub seconds: u32,
    /// A small picture of it is at `/media/{id}/small`.
    pub small: bool,
    /// Unsent, it is forgotten then.
    pub expires_at: Millis,
}

impl Upload {
    /// How it reaches a contact of the channel; none when it is too large for any way.
    pub fn delivery(&self, channel: ChannelKind) -> Option<Delivery> {
        delivery(channel, self.kind, self.wish, &self.mime, self.size)
    }

    /// Whether a text can stand below it.
    pub fn takes_caption(&self, channel: ChannelKind) -> bool {
        match self.delivery(channel).map(|d| self.message_kind(d)) {
            Some(MessageKind::Sticker) => false,
            Some(MessageKind::Audio) => !channel.uploads(),
            _ => true,
        }
    }

    /// The file as the message shows it.
    pub fn media(&self, delivery: Delivery) -> Media {
        Media {
            id: self.id,
            state: MediaState::Ready,
            mime: self.mime.clone(),
            file_name: self.file_name.clone(),
            size: self.size,
            voice: self.wish == FileWish::Voice && delivery == Delivery::Native,
            reason: String::new(),
            width: self.width,
            height: self.height,
            seconds: self.seconds,
            small: self.small,
            link_until: None,
        }
    }

    /// The upload behind a message that was not sent after all.
    pub fn of(media: &Media, kind: MessageKind, expires_at: Millis) -> Upload {
        let seen = file_kind(&media.mime);
        let wish = match kind {
            _ if media.voice => FileWish::Voice,
            MessageKind::Document if seen != FileKind::Document => FileWish::Document,
            MessageKind::Sticker => FileWish::Sticker,
            _ => FileWish::Shown,
        };
        Upload {
            id: media.id,
            kind: seen,
            wish,
            mime: media.mime.clone(),
            file_name: media.file_name.clone(),
            size: media.size,
            width: media.width,
            height: media.height,
            seconds: media.seconds,
            small: media.small,
            expires_at,
        }
    }

    /// The message that it becomes.
    pub fn message_kind(&self, delivery: Delivery) -> MessageKind {
        match (delivery, self.wish, self.kind) {
            (Delivery::File | Delivery::Link, _, _) | (_, FileWish::Document, _) => MessageKind::Document,
            (_, FileWish::Sticker, FileKind::Image) => MessageKind::Sticker,
            (_, _, FileKind::Image) => MessageKind::Image,
            (_, _, FileKind::Video) => MessageKind::Video,
            (_, _, FileKind::Audio) => MessageKind::Audio,
            (_, _, FileKind::Document) => MessageKind::Document,
        }
    }
}

/// The kind of a type.
pub fn file_kind(mime: &str) -> FileKind {
    match mime.split('/').next() {
        Some("image") => FileKind::Image,
        Some("video") => FileKind::Video,
        Some("audio") => FileKind::Audio,
        _ => FileKind::Document,
    }
}

/// Types that WhatsApp shows as what they are.
const WHATSAPP_SHOWN: &[&str] =
    &["image/jpeg", "image/png", "video/mp4", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"];
/// Types that it takes besides, as documents.
const WHATSAPP_DOCUMENTS: &[&str] = &[
    "image/webp",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// How a file of this type and size reaches a contact of the channel (the table of MD, with Meta's own limits).
pub fn delivery(channel: ChannelKind, kind: FileKind, wish: FileWish, mime: &str, size: i64) -> Option<Delivery> {
    if !(1..=FILE_MAX).contains(&size) {
        return None;
    }
    if channel == ChannelKind::WebChat {
        return Some(Delivery::Native);
    }
    let shown = WHATSAPP_SHOWN.contains(&mime);
    let taken = shown || mime.starts_with("text/") || WHATSAPP_DOCUMENTS.contains(&mime);
    let native = match kind {
        FileKind::Image => 5 * MB,
        FileKind::Video | FileKind::Audio => 16 * MB,
        FileKind::Document => 100 * MB,
    };
    let as_file = if kind == FileKind::Audio { 60 * MB } else { 100 * MB };
    Some(match wish {
        // Whoever wishes it has seen that it is one.
        FileWish::Sticker if mime == "image/webp" && size <= STICKER_MOVING_MAX => Delivery::Native,
        FileWish::Shown | FileWish::Voice if (shown || kind == FileKind::Document) && taken && size <= native => Delivery::Native,
        _ if taken && size <= as_file => Delivery::File,
        _ => Delivery::Link,
    })
}

/// The type under which WhatsApp takes it: any plain text is `text/plain` there.
pub fn whatsapp_mime(mime: &str) -> &str {
    if mime.starts_with("text/") { "text/plain" } else { mime }
}

/// A file name that is safe to show and to save: no folders, no signs that turn the reading direction or hide, not too
/// long; its ending stays.
pub fn clean_file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: &char| {
        c.is_control()
            || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{00ad}' | '\u{061c}')
    };
    let clean: String = name.chars().filter(|c| !hidden(c)).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let count = clean.chars().count();
    if count <= FILE_NAME_MAX {
        return clean.to_owned();
    }
    let ending = clean.rsplit_once('.').map(|(_, e)| e).filter(|e| e.chars().count() <= 12).map(|e| format!(".{e}")).unwrap_or_default();
    let room = FILE_NAME_MAX - ending.chars().count();
    clean.chars().take(room).chain(ending.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Delivery::*;
    use proptest::prelude::*;

    fn whatsapp(mime: &str, wish: FileWish, size: i64) -> Option<Delivery> {
        delivery(ChannelKind::WhatsApp, file_kind(mime), wish, mime, size)
    }

    /// At each threshold: one byte less, the very size, one byte more.
    fn thresholds(mime: &str, wish: FileWish, steps: &[(i64, Delivery, Option<Delivery>)]) {
        for (megabytes, upto, above) in steps {
            let limit = megabytes * MB;
            assert_eq!(whatsapp(mime, wish, limit - 1), Some(*upto), "{mime} {megabytes} MB - 1");
            assert_eq!(whatsapp(mime, wish, limit), Some(*upto), "{mime} {megabytes} MB");
            assert_eq!(whatsapp(mime, wish, limit + 1), *above, "{mime} {megabytes} MB + 1");
        }
    }

    #[test]
    fn md_2_every_threshold_of_whatsapp_to_the_byte() {
        for mime in ["image/jpeg", "image/png"] {
            thresholds(mime, FileWish::Shown, &[(5, Native, Some(File)), (100, File, Some(Link)), (200, Link, None)]);
        }
        for mime in ["video/mp4", "video/3gpp"] {
            thresholds(mime, FileWish::Shown, &[(16, Native, Some(File)), (100, File, Some(Link)), (200, Link, None)]);
        }
        for mime in ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"] {
            thresholds(mime, FileWish::Shown, &[(16, Native, Some(File)), (60, File, Some(Link)), (200, Link, None)]);
        }
        for mime in ["application/pdf", "text/plain", "text/csv", "application/vnd.ms-excel"] {
            thresholds(mime, FileWish::Shown, &[(100, Native, Some(Link)), (200, Link, None)]);
        }
    }

    #[test]
    fn md_1_nothing_above_200_mb_and_nothing_empty() {
        for channel in ChannelKind::ALL {
            for mime in ["image/jpeg", "application/zip"] {
                let of = |size| delivery(*channel, file_kind(mime), FileWish::Shown, mime, size);
                assert_eq!((of(0), of(FILE_MAX + 1)), (None, None));
                assert!(of(1).is_some() && of(FILE_MAX).is_some());
            }
        }
    }

    #[test]
    fn md_4_a_document_keeps_its_bytes_and_is_no_picture() {
        assert_eq!(whatsapp("image/jpeg", FileWish::Document, 1), Some(File));
        let upload = Upload {
            id: MediaId(1),
            kind: FileKind::Image,
            wish: FileWish::Document,
            mime: "image/jpeg".into(),
            file_name: "a.jpg".into(),
            size: 1,
            width: 0,
            height: 0,
            seconds: 0,
            small: false,
            expires_at: 0,
        };
        assert_eq!(upload.message_kind(File), MessageKind::Document);
        assert_eq!(upload.message_kind(Native), MessageKind::Document);
        let shown = Upload { wish: FileWish::Shown, ..upload };
        assert_eq!(shown.message_kind(Native), MessageKind::Image);
        assert_eq!(shown.message_kind(Link), MessageKind::Document);
        let sticker = Upload { wish: FileWish::Sticker, mime: "image/webp".into(), ..shown };
        for channel in ChannelKind::ALL {
            assert_eq!((sticker.delivery(*channel), sticker.takes_caption(*channel)), (Some(Native), false));
        }
        assert_eq!((sticker.message_kind(Native), sticker.message_kind(File)), (MessageKind::Sticker, MessageKind::Document));
    }

    #[test]
    fn md_5_what_whatsapp_takes_in_no_form_goes_as_a_link() {
        for mime in ["image/gif", "image/heic", "video/webm", "application/zip", "application/octet-stream", "audio/wav"] {
            assert_eq!(whatsapp(mime, FileWish::Shown, 1), Some(Link), "{mime}");
        }
        assert_eq!(whatsapp("image/webp", FileWish::Shown, 1), Some(File));
        assert_eq!(delivery(ChannelKind::WebChat, FileKind::Document, FileWish::Shown, "application/zip", FILE_MAX), Some(Native));
    }

    #[test]
    fn names_lose_folders_and_signs_that_deceive() {
        assert_eq!(clean_file_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_file_name("C:\\x\\nota fiscal.pdf"), "nota fiscal.pdf");
        assert_eq!(clean_file_name("foto\u{202e}gpj.exe"), "fotogpj.exe");
        assert_eq!(clean_file_name("a\r\nb\0.txt"), "ab.txt");
        assert_eq!(clean_file_name(".."), "");
        assert_eq!(clean_file_name("orçamento ✅.pdf"), "orçamento ✅.pdf");
        let long = clean_file_name(&format!("{}.pdf", "é".repeat(500)));
        assert_eq!((long.chars().count(), long.ends_with("é.pdf")), (FILE_NAME_MAX, true));
    }

    proptest! {
        #[test]
        fn names_are_bounded_and_have_no_folder(name in any::<String>()) {
            let clean = clean_file_name(&name);
            let has_folder = clean.contains(["/", "\\", "\0", "\u{202e}"].map(|s| s.chars().next().unwrap_or_default()));
            prop_assert!(clean.chars().count() <= FILE_NAME_MAX);
            prop_assert!(!has_folder);
            prop_assert_eq!(clean_file_name(&clean).chars().count() <= FILE_NAME_MAX, true);
        }
    }
}
