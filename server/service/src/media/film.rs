//! Films: their measures from the container, and one frame of them by `ffmpeg` where that is installed.
//!
//! The file may be anybody's: only the part of it that describes the tracks is read, so much of it and no more, and the
//! library that reads it cannot go round in circles.

use re_mp4::{BoxHeader, BoxType, MoovBox, ReadBox};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;
use webm_iterable::WebmIterator;
use webm_iterable::matroska_spec::MatroskaSpec;

/// Boxes of the outermost level that are looked at until the description is found.
const BOXES: usize = 64;
/// Bytes of the longest description: that of hours of film.
const DESCRIPTION_MAX: u64 = 4 << 20;
/// Bytes of WebM in which its description stands.
const WEBM_HEAD: u64 = 1 << 20;
/// Pixels of a side that are believed.
const SIDE_MAX: u32 = 16_384;
/// Seconds that are believed.
const SECONDS_MAX: u64 = 24 * 3_600;
/// How long the search for a frame may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the container says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Measures {
    pub width: u32,
    pub height: u32,
    pub seconds: u32,
}

/// Measures of a film or a sound as they are shown: turned as its camera was held. Zero is unknown. Blocks.
pub(super) fn measure(path: &Path, mime: &str) -> Measures {
    let seen = match mime {
        "video/mp4" | "video/3gpp" | "video/quicktime" => mp4(path),
        "video/webm" => webm(path),
        _ => None,
    };
    let m = seen.unwrap_or_default();
    let is_real = (1..=SIDE_MAX).contains(&m.width) && (1..=SIDE_MAX).contains(&m.height);
    if is_real { m } else { Measures { seconds: m.seconds, ..Measures::default() } }
}

fn mp4(path: &Path) -> Option<Measures> {
    let description = description(&mut BufReader::new(File::open(path).ok()?))?;
    // It panics at some of what is no film.
    std::panic::catch_unwind(|| described(description)).ok().flatten()
}

/// The box that describes the tracks, with its head.
fn description(file: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    for _ in 0..BOXES {
        let at = file.stream_position().ok()?;
        let head = BoxHeader::read(file).ok()?;
        // A long head counts eight bytes less.
        let long = file.stream_position().ok()? - at - 8;
        if head.size < 8 {
            return None;
        }
        if head.name == BoxType::MoovBox {
            let mut bytes = vec![0; 8];
            let length = head.size - 8;
            let read = file.take(length.min(DESCRIPTION_MAX)).read_to_end(&mut bytes).ok()?;
            return (read as u64 == length).then_some(bytes);
        }
        file.seek(SeekFrom::Start(at.checked_add(long)?.checked_add(head.size)?)).ok()?;
    }
    None
}

fn described(bytes: Vec<u8>) -> Option<Measures> {
    let size = bytes.len() as u64;
    // Whoever goes forward reads a byte at least with each read.
    let left = bytes.len() + 64;
    let mut reader = Bounded { of: Cursor::new(bytes), left };
    reader.seek(SeekFrom::Start(8)).ok()?;
    let film = MoovBox::read_box(&mut reader, size).ok()?;
    let seconds = match u64::from(film.mvhd.timescale) {
        0 => 0,
        // All ones: it is not known, as in what is streamed.
        scale => Some(film.mvhd.duration / scale).filter(|s| *s <= SECONDS_MAX).unwrap_or(0),
    };
    let seconds = u32::try_from(seconds).unwrap_or(0);
    let sides = film.traks.iter().map(|t| {
        let (width, height) = (u32::from(t.tkhd.width.value()), u32::from(t.tkhd.height.value()));
        // A quarter turn: the matrix puts what is across upright.
        let turned = t.tkhd.matrix.a == 0 && t.tkhd.matrix.d == 0 && t.tkhd.matrix.b != 0;
        if turned { (height, width) } else { (width, height) }
    });
    let (width, height) = sides.into_iter().find(|(w, h)| *w > 0 && *h > 0).unwrap_or((0, 0));
    Some(Measures { width, height, seconds })
}

/// Ends a reader that goes round in circles.
struct Bounded<R> {
    of: R,
    left: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("too many reads"))?;
        self.of.read(into)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.of.seek(to)
    }
}

fn webm(path: &Path) -> Option<Measures> {
    let mut head = BufReader::new(File::open(path).ok()?.take(WEBM_HEAD));
    let mut tags = WebmIterator::new(&mut head, &[]);
    tags.set_max_allowable_tag_size(Some(WEBM_HEAD as usize));
    let (mut width, mut height, mut scale, mut length) = (0, 0, 1_000_000, 0.0);
    for tag in tags.map_while(Result::ok) {
        match tag {
            MatroskaSpec::PixelWidth(n) => width = n,
            MatroskaSpec::PixelHeight(n) => height = n,
            MatroskaSpec::TimestampScale(n) => scale = n,
            MatroskaSpec::Duration(n) => length = n,
            MatroskaSpec::Cluster(_) | MatroskaSpec::SimpleBlock(_) => break,
            _ => {}
        }
    }
    let seconds = length * scale as f64 / 1e9;
    let seconds = if (0.0..=SECONDS_MAX as f64).contains(&seconds) { seconds as u32 } else { 0 };
    let side = |n: u64| u32::try_from(n).unwrap_or(0);
    Some(Measures { width: side(width), height: side(height), seconds })
}

/// One frame of a film as a JPEG in a file beside it; none where `ffmpeg` is not there or does not know the film.
pub(super) async fn frame(ffmpeg: &str, path: &Path, mime: &str) -> Option<PathBuf> {
    // Named, so that no file makes the program look for another one.
    let container = match mime {
        "video/mp4" | "video/3gpp" | "video/quicktime" => "mov",
        "video/webm" => "matroska",
        _ => return None,
    };
    let to = path.with_extension("frame.part");
    let mut run = tokio::process::Command::new(ffmpeg);
    run.args([
        "-hide_banner",
        "-loglevel",
        "error",
        "-nostdin",
        "-y",
        "-threads",
        "1",
        "-protocol_whitelist",
        "file",
        "-f",
        container,
        "-i",
    ])
    .arg(path)
    .args(["-map", "0:v:0", "-an", "-frames:v", "1", "-vf", "scale='min(960,iw)':-2", "-c:v", "mjpeg", "-f", "image2", "-update", "1"])
    .arg(&to);
    let done = super::wrote(&mut run, &to, PATIENCE).await;
    done.then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        [&(content.len() as u32 + 8).to_be_bytes()[..], name, &content].concat()
    }

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_be_bytes()).collect()
    }

    const ONE: u32 = 0x1_0000;

    /// A film of one track, with all that its description has to have.
    fn film(width: u32, height: u32, turned: bool, seconds: u32) -> Vec<u8> {
        let upright = [ONE, 0, 0, 0, ONE, 0, 0, 0, 0x4000_0000];
        let turn = [0, ONE, 0, (-(ONE as i32)) as u32, 0, 0, 0, 0, 0x4000_0000];
        let matrix = words(if turned { &turn } else { &upright });
        let mvhd = of(b"mvhd", &[&words(&[0, 0, 0, 600, 600 * seconds, ONE, 0x0100_0000, 0, 0]), &words(&upright), &[0; 24], &words(&[2])]);
        let tkhd = of(b"tkhd", &[&words(&[7, 0, 0, 1, 0, 600 * seconds, 0, 0, 0, 0]), &matrix, &words(&[width * ONE, height * ONE])]);
        let mdhd = of(b"mdhd", &[&words(&[0, 0, 0, 600, 600 * seconds, 0x55c4_0000])]);
        let hdlr = of(b"hdlr", &[&words(&[0, 0]), b"vide", &[0; 12], b"film\0"]);
        let url = of(b"url ", &[&words(&[1])]);
        let dinf = of(b"dinf", &[&of(b"dref", &[&words(&[0, 1]), &url])]);
        let stsd = of(b"stsd", &[&words(&[0, 1]), &of(b"any ", &[&[0; 16]])]);
        let [stts, stsc, stco] = [b"stts", b"stsc", b"stco"].map(|name| of(name, &[&words(&[0, 0])]));
        let stsz = of(b"stsz", &[&words(&[0, 0, 0])]);
        let stbl = of(b"stbl", &[&stsd, &stts, &stsc, &stsz, &stco]);
        let minf = of(b"minf", &[&of(b"vmhd", &[&words(&[1, 0, 0])]), &dinf, &stbl]);
        let mdia = of(b"mdia", &[&mdhd, &hdlr, &minf]);
        let ftyp = of(b"ftyp", &[b"isom", &words(&[512]), b"isommp41"]);
        // Cameras write the description behind the pictures.
        let mdat = of(b"mdat", &[&[7; 5_000]]);
        [ftyp, mdat, of(b"moov", &[&mvhd, &of(b"trak", &[&tkhd, &mdia])])].concat()
    }

    fn seen(bytes: &[u8]) -> Measures {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        measure(file.path(), "video/mp4")
    }

    #[test]
    fn a_film_tells_its_measures_as_it_is_shown() {
        assert_eq!(seen(&film(1280, 720, false, 12)), Measures { width: 1280, height: 720, seconds: 12 });
        assert_eq!(seen(&film(1280, 720, true, 0)), Measures { width: 720, height: 1280, seconds: 0 });
        assert_eq!(seen(&film(20_000, 720, false, 90_000)), Measures::default(), "nobody believes these");
        assert_eq!(seen(b"no film"), Measures::default());
    }

    #[test]
    fn what_wants_to_harm_ends_soon_and_without_harm() {
        let whole = film(640, 480, false, 1);
        let at = whole.windows(4).position(|w| w == b"moov").unwrap() - 4;
        for end in at..whole.len() {
            // Cut off anywhere in the description.
            assert_eq!(seen(&whole[..end]), Measures::default());
        }
        for byte in at..whole.len() {
            for value in [0, 1, 7, 0x7f, 0xff] {
                let mut odd = whole.clone();
                odd[byte] = value;
                seen(&odd);
            }
        }
        // A box of no length stands still; one that says it is enormous is not there.
        let circle = of(b"moov", &[&words(&[0]), b"what", &[0; 64]]);
        assert_eq!(seen(&circle), Measures::default());
        assert_eq!(seen(&[&0xffff_fff0u32.to_be_bytes()[..], b"moov"].concat()), Measures::default());
        assert_eq!(seen(&[&words(&[1])[..], b"moov", &u64::MAX.to_be_bytes()].concat()), Measures::default());
        assert_eq!(seen(&[&words(&[1])[..], b"free", &u64::MAX.to_be_bytes()].concat()), Measures::default());
    }
}
