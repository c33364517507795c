//! Voice notes: whatever container a browser made becomes Ogg with one channel of Opus, the only one that WhatsApp plays
//! as a voice note (AUD-2).
//!
//! Chromium records Opus in WebM: its packets move to Ogg as they are. Firefox records Ogg. What has two channels or
//! another codec, such as Safari's AAC, is encoded anew by `ffmpeg` where that is installed.

use super::look::mono_opus;
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use webm_iterable::WebmIterator;
use webm_iterable::matroska_spec::{MatroskaSpec, SimpleBlock};

/// Packets in one page: about half a second.
const PAGE: usize = 25;
/// How long the encoder may take.
const PATIENCE: Duration = Duration::from_secs(60);
const SERIAL: u32 = 1;

/// Makes a recording a voice note, in a file beside it; none when it is one already, or cannot be made one here.
pub(super) async fn voice_note(ffmpeg: &str, path: &Path, mime: &str) -> Option<PathBuf> {
    let to = path.with_extension("ogg.part");
    if mime == "audio/ogg" {
        return None;
    }
    if matches!(mime, "video/webm" | "audio/webm") {
        let (from, target) = (path.to_owned(), to.clone());
        if tokio::task::spawn_blocking(move || from_webm(&from, &target)).await.ok().flatten().is_some() {
            return Some(to);
        }
    }
    encoded(ffmpeg, path, &to).await.then_some(to)
}

/// Whether a file is a voice note as WhatsApp plays it.
pub(super) fn is_voice_note(path: &Path) -> bool {
    let mut head = [0; 128];
    File::open(path).and_then(|mut f| f.read(&mut head)).is_ok_and(|n| mono_opus(&head[..n]))
}

/// Moves the packets of the one Opus track from WebM to Ogg. None when it holds something else, or two channels.
fn from_webm(from: &Path, to: &Path) -> Option<()> {
    let mut file = BufReader::new(File::open(from).ok()?);
    let mut out = PacketWriter::new(std::io::BufWriter::new(File::create(to).ok()?));
    let (mut track, mut is_opus, mut head) = (None, false, None);
    let (mut samples, mut n, mut before) = (0u64, 0usize, None::<Vec<u8>>);
    // A recording that was cut off ends with half an element: what is whole is kept.
    for tag in WebmIterator::new(&mut file, &[]).map_while(Result::ok) {
        match tag {
            MatroskaSpec::TrackNumber(number) if track.replace(number).is_some() => return None,
            MatroskaSpec::CodecID(id) => is_opus = id == "A_OPUS",
            MatroskaSpec::CodecPrivate(bytes) => head = Some(bytes),
            MatroskaSpec::SimpleBlock(block) => {
                let block = SimpleBlock::try_from(block.as_slice()).ok()?;
                if let Some(head) = head.take() {
                    if !is_opus || !head.starts_with(b"OpusHead") || head.get(9) != Some(&1) {
                        return None;
                    }
                    out.write_packet(head, SERIAL, PacketWriteEndInfo::EndPage, 0).ok()?;
                    out.write_packet(tags(), SERIAL, PacketWriteEndInfo::EndPage, 0).ok()?;
                }
                let data = block.raw_frame_data();
                if data.is_empty() {
                    continue;
                }
                if let Some(packet) = before.replace(data.to_vec()) {
                    n += 1;
                    samples += length(&packet)?;
                    let end = if n.is_multiple_of(PAGE) { PacketWriteEndInfo::EndPage } else { PacketWriteEndInfo::NormalPacket };
                    out.write_packet(packet, SERIAL, end, samples).ok()?;
                }
            }
            _ => {}
        }
    }
    let last = before?;
    samples += length(&last)?;
    out.write_packet(last, SERIAL, PacketWriteEndInfo::EndStream, samples).ok()?;
    std::io::Write::flush(out.inner_mut()).ok()
}

/// The comment packet, without comments.
fn tags() -> Vec<u8> {
    let vendor = b"Prosa";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((vendor.len() as u32).to_le_bytes());
    tags.extend(vendor);
    tags.extend(0u32.to_le_bytes());
    tags
}

/// Samples of a packet at 48 kHz, by its first bytes (RFC 6716, section 3.1).
fn length(packet: &[u8]) -> Option<u64> {
    let first = *packet.first()?;
    let config = first >> 3;
    let frame = match config {
        0..12 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..16 => [480, 960][usize::from(config & 1)],
        _ => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3f),
    };
    Some(frame * frames)
}

/// Encodes anew by the program of that name; false when it is not there or does not know the file.
async fn encoded(ffmpeg: &str, from: &Path, to: &Path) -> bool {
    let mut run = tokio::process::Command::new(ffmpeg);
    run.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-protocol_whitelist", "file", "-i"])
        .arg(from)
        .args(["-map", "0:a:0", "-vn", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-t", "3600", "-f", "ogg"])
        .arg(to);
    super::wrote(&mut run, to, PATIENCE).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element of WebM: id and content, its length in eight bytes.
    fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u64 | 0x0100_0000_0000_0000).to_be_bytes();
        [id, &length, content].concat()
    }

    /// The same while it is written: its length is not known.
    fn open_ended(id: &[u8], content: &[u8]) -> Vec<u8> {
        [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], content].concat()
    }

    /// What Chromium makes of a recording: a header, one Opus track, clusters of simple blocks.
    fn webm(channels: u8, packets: &[&[u8]]) -> Vec<u8> {
        let head = [&b"OpusHead\x01"[..], &[channels], &312u16.to_le_bytes(), &48_000u32.to_le_bytes(), &[0, 0, 0]].concat();
        let ebml = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
        let audio = [element(&[0xb5], &48_000f64.to_be_bytes()), element(&[0x9f], &[channels])].concat();
        let track = [
            element(&[0xd7], &[1]),
            element(&[0x73, 0xc5], &[7]),
            element(&[0x83], &[2]),
            element(&[0x86], b"A_OPUS"),
            element(&[0x63, 0xa2], &head),
            element(&[0xe1], &audio),
        ]
        .concat();
        let info = element(
            &[0x15, 0x49, 0xa9, 0x66],
            &[element(&[0x2a, 0xd7, 0xb1], &1_000_000u32.to_be_bytes()), element(&[0x4d, 0x80], b"t"), element(&[0x57, 0x41], b"t")]
                .concat(),
        );
        let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track));
        let blocks: Vec<u8> = packets
            .iter()
            .enumerate()
            .flat_map(|(i, p)| element(&[0xa3], &[&[0x81][..], &(20 * i as i16).to_be_bytes(), &[0x80], p].concat()))
            .collect();
        let cluster = open_ended(&[0x1f, 0x43, 0xb6, 0x75], &[element(&[0xe7], &[0]), blocks].concat());
        [ebml, open_ended(&[0x18, 0x53, 0x80, 0x67], &[info, tracks, cluster].concat())].concat()
    }

    fn moved(bytes: &[u8]) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&from, bytes).unwrap();
        from_webm(&from, &to)?;
        assert!(is_voice_note(&to));
        Some(std::fs::read(to).unwrap())
    }

    #[test]
    fn aud_2_the_packets_of_webm_move_to_ogg_as_they_are() {
        // 20 ms of wide-band speech each.
        let packets: Vec<Vec<u8>> = (0..60u8).map(|i| vec![0x48, i, i, i]).collect();
        let refs: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
        let ogg = moved(&webm(1, &refs)).unwrap();
        let mut reader = ogg::reading::PacketReader::new(std::io::Cursor::new(ogg));
        let (mut all, mut last) = (Vec::new(), 0);
        while let Some(packet) = reader.read_packet().unwrap() {
            last = packet.absgp_page();
            all.push(packet.data);
        }
        assert!(all[0].starts_with(b"OpusHead\x01\x01") && all[1].starts_with(b"OpusTags"));
        assert_eq!(all[2..], packets);
        assert_eq!(last, 60 * 960, "the length is that of the recording");
    }

    #[test]
    fn aud_2_a_recording_that_was_cut_off_is_kept_as_far_as_it_goes() {
        let packets: Vec<Vec<u8>> = (0..60u8).map(|i| vec![0x48, i, i, i]).collect();
        let refs: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
        let whole = webm(1, &refs);
        assert!(moved(&whole[..whole.len() - 3]).is_some());
        assert_eq!(moved(&whole[..200]), None);
    }

    #[test]
    fn two_channels_and_other_files_are_not_moved() {
        assert_eq!(moved(&webm(2, &[&[0x4c, 1]])), None);
        assert_eq!(moved(&webm(1, &[])), None);
        assert_eq!(moved(b"no webm"), None);
    }

    #[test]
    fn packets_tell_their_length() {
        assert_eq!(length(&[0x48]), Some(960));
        assert_eq!(length(&[0x08]), Some(960));
        assert_eq!(length(&[0x18]), Some(2880));
        assert_eq!(length(&[0xe0]), Some(120));
        assert_eq!(length(&[0x49]), Some(1920));
        assert_eq!(length(&[0x4b, 3]), Some(2880));
        assert_eq!(length(&[]), None);
    }
}
