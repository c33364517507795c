//! Small real files that stand in for what a person would photograph or record.

/// One sample file.
#[derive(Debug)]
pub struct Sample {
    /// Message type that it suits.
    pub kind: &'static str,
    /// MIME type as inbound webhooks name it.
    pub mime: &'static str,
    /// File name.
    pub filename: &'static str,
    /// The file.
    pub bytes: &'static [u8],
}

/// All samples; the first of a kind is the usual one.
pub static ALL: [Sample; 6] = [
    Sample { kind: "image", mime: "image/jpeg", filename: "foto.jpg", bytes: include_bytes!("../assets/samples/photo.jpg") },
    Sample { kind: "image", mime: "image/png", filename: "imagem.png", bytes: include_bytes!("../assets/samples/picture.png") },
    Sample { kind: "video", mime: "video/mp4", filename: "video.mp4", bytes: include_bytes!("../assets/samples/video.mp4") },
    Sample { kind: "audio", mime: "audio/ogg; codecs=opus", filename: "audio.ogg", bytes: include_bytes!("../assets/samples/voice.ogg") },
    Sample {
        kind: "document",
        mime: "application/pdf",
        filename: "comprovante.pdf",
        bytes: include_bytes!("../assets/samples/document.pdf"),
    },
    Sample { kind: "sticker", mime: "image/webp", filename: "figurinha.webp", bytes: include_bytes!("../assets/samples/sticker.webp") },
];

/// The usual sample of a message type; the document for a type without one.
pub fn of(kind: &str) -> &'static Sample {
    ALL.iter().find(|s| s.kind == kind).unwrap_or(&ALL[4])
}

/// A sample by MIME type or file name.
pub fn named(what: &str) -> Option<&'static Sample> {
    ALL.iter().find(|s| s.filename == what || s.mime == what || crate::media_rules::bare(s.mime) == what)
}
