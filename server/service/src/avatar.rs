//! Photos of people (PR-1, PR-2) and of contacts (PR-3): a small square that this server drew itself, kept among the files
//! by its hash.
//!
//! What a browser sends is decoded within limits and drawn anew: nothing of the file survives but its pixels, so neither
//! where it was taken nor anything that hides in it is kept.

use crate::desk::{Cx, Desk};
use crate::keys::sha256_hex;
use crate::media::kept;
use crate::picture::{self, Bounds, jpeg, on_white};
use crate::{Error, Result, Work, args, sql, sql_system};
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader};
use model::*;
use std::io::Cursor;
use std::ops::RangeInclusive;

/// Pixels of a side.
const SIDE: u32 = 256;
/// Larger pictures are refused before they are unpacked.
const BOUNDS: Bounds = Bounds { side: 10_000, memory: 160 << 20 };
const QUALITY: u8 = 86;

/// Takes a PNG, JPEG or WebP file as the asker's photo, for all accounts that they work in. Answers its hash.
///
/// # Errors
/// [`Fault::Invalid`] for what is too large or no such picture.
pub async fn save(cx: &Cx, file: Vec<u8>) -> Result<String> {
    cx.may(Permission::Inbox)?;
    let hash = keep(cx.desk(), file).await?;
    set(cx, &hash).await?;
    Ok(hash)
}

/// Draws the photo of a PNG, JPEG or WebP file and keeps it for who is about to point to it. Answers its hash.
///
/// # Errors
/// [`Fault::Invalid`] for what is too large or no such picture.
pub(crate) async fn keep(desk: &Desk, file: Vec<u8>) -> Result<String> {
    let photo = square(desk, file, SIDE..=SIDE).await?;
    let hash = sha256_hex(&photo);
    kept::about_to_point(desk, &hash).await?;
    desk.storage.keep_bytes(photo, &hash).await?;
    Ok(hash)
}

/// The middle square of a PNG, JPEG or WebP file, drawn anew as a JPEG file. Its side has as many pixels as the picture gives,
/// within these bounds.
///
/// # Errors
/// [`Fault::Invalid`] for what is too large or no such picture.
pub(crate) async fn square(desk: &Desk, file: Vec<u8>, sides: RangeInclusive<u32>) -> Result<Vec<u8>> {
    if file.len() > limit::PHOTO_MAX {
        return Err(Fault::field("photo", Wrong::TooLong).into());
    }
    // Few at a time, as passwords: unpacking takes memory.
    let turn = desk.hashing.acquire().await.map_err(|e| Error::Other(e.to_string()))?;
    let drawn = tokio::task::spawn_blocking(move || draw(&file, &sides)).await.map_err(|e| Error::Other(e.to_string()))?;
    drop(turn);
    Ok(drawn.ok_or_else(|| Fault::field("photo", Wrong::NotAllowed))?)
}

/// What of a photo's hash stands in its address: enough to tell one from the next.
pub fn mark(hash: &str) -> String {
    hash.get(..limit::PHOTO_MARK).unwrap_or_default().to_owned()
}

/// Removes the asker's photo.
pub async fn remove(cx: &Cx) -> Result<()> {
    cx.may(Permission::Inbox)?;
    set(cx, "").await
}

/// The photo of a colleague, past ones included, by its name in the store.
///
/// # Errors
/// [`Fault::Missing`] for who has none, or is no member of the asker's account.
pub async fn find(cx: &Cx, user: UserId) -> Result<String> {
    let (hash,): (String,) = cx
        .may(Permission::Inbox)?
        .one(
            sql!("select u.photo from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.user_id = $2 and u.photo <> ''"),
            args![user],
        )
        .await?;
    Ok(hash)
}

/// The middle square of a picture, upright, on white.
fn draw(file: &[u8], sides: &RangeInclusive<u32>) -> Option<Vec<u8>> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().ok()?;
    if !matches!(reader.format()?, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return None;
    }
    let (picture, _) = picture::open(reader, &BOUNDS).ok()?;
    let side = picture.width().min(picture.height());
    if side == 0 {
        return None;
    }
    let square = picture.crop_imm((picture.width() - side) / 2, (picture.height() - side) / 2, side, side);
    let drawn = side.clamp(*sides.start(), *sides.end());
    jpeg(&on_white(&square.resize_exact(drawn, drawn, FilterType::CatmullRom)), QUALITY)
}

/// Writes the hash, tells everybody who sees the person, and lets the clean-up look at the photo before.
async fn set(cx: &Cx, hash: &str) -> Result<()> {
    let mut work = cx.may(Permission::Inbox)?.begin().await?;
    let before: Option<(String,)> = work.system().one(sql_system!("select photo from users where id = $1"), args![cx.user]).await?;
    let before = before.map(|(b,)| b).unwrap_or_default();
    if before == hash {
        return Ok(());
    }
    work.system().run(sql_system!("update users set photo = $2 where id = $1"), args![cx.user, hash]).await?;
    work.audit(Some(cx.user), "user.photo", cx.user, serde_json::json!({})).await?;
    tell_colleagues(&mut work, cx.user).await?;
    kept::stopped_pointing(&mut work, &[&before]).await?;
    work.commit().await?;
    Ok(())
}

/// A person changed: everybody in their accounts fetches the members again.
pub(crate) async fn tell_colleagues(work: &mut Work, user: UserId) -> Result<()> {
    let here = work.account();
    let accounts: Vec<(i64,)> = work
        .system()
        .all(sql_system!("select account_id from membership where user_id = $1 order by account_id limit 1000"), args![user])
        .await?;
    for (account,) in accounts {
        work.turn_to(account.into());
        work.tell(Change::Setup { what: SetupKind::Members });
    }
    work.turn_to(here);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
    use image::{ImageEncoder, Rgb, RgbImage};

    fn draw(file: &[u8]) -> Option<Vec<u8>> {
        super::draw(file, &(SIDE..=SIDE))
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        PngEncoder::new(&mut out).write_image(&picture, width, height, image::ExtendedColorType::Rgb8).unwrap();
        out
    }

    #[test]
    fn pr_2_a_photo_becomes_a_square_without_anything_else_of_its_file() {
        // A JPEG with a note and a turn in its head, as cameras write them.
        let mut plain = Vec::new();
        JpegEncoder::new(&mut plain).encode_image(&RgbImage::from_fn(80, 40, |x, _| Rgb([if x < 40 { 250 } else { 5 }, 5, 5]))).unwrap();
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS -23.5505,-46.6333");
        let mut file = vec![0xff, 0xd8, 0xff, 0xe1];
        file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        file.extend(&exif);
        file.extend(&plain[2..]);
        let drawn = draw(&file).unwrap();
        assert!(!drawn.windows(4).any(|w| w == b"Exif" || w == b"GPS "));
        let picture = image::load_from_memory(&drawn).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (SIDE, SIDE));
        // A quarter turn to the right: what was left is above.
        assert!(picture.get_pixel(128, 20).0[0] > 200 && picture.get_pixel(128, 236).0[0] < 60);
    }

    #[test]
    fn pr_2_only_pictures_of_the_three_kinds_are_taken() {
        assert!(draw(&png(300, 200)).is_some());
        let mut gif = Vec::new();
        image::codecs::gif::GifEncoder::new(&mut gif).encode(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
        for bad in [&b""[..], b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n", &png(30, 30)[..60], &gif] {
            assert!(draw(bad).is_none());
        }
    }

    #[test]
    fn pr_4_a_square_is_as_large_as_its_picture_gives_within_bounds() {
        for (width, height, side) in [(900, 700, 640), (300, 200, 200), (60, 90, 192)] {
            let drawn = super::draw(&png(width, height), &(192..=640)).unwrap();
            let picture = image::load_from_memory(&drawn).unwrap();
            assert_eq!((picture.width(), picture.height()), (side, side));
        }
    }

    #[test]
    fn a_picture_that_would_unpack_to_gigabytes_is_refused() {
        assert!(draw(&picture::bomb(60_000, 60_000)).is_none());
        // Within the sides, but too much memory.
        assert!(draw(&picture::bomb(9_999, 9_999)).is_none());
    }
}
