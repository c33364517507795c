//! Six figures that change every thirty seconds (RFC 6238, with SHA-1: what every app understands).

use hmac::{Hmac, KeyInit, Mac};
use model::Millis;
use sha1::Sha1;

const STEP_MILLIS: Millis = 30_000;
/// Steps before and after the present one that count: clocks of phones differ.
const SKEW: i64 = 1;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Bytes of a secret.
pub(super) const SECRET: usize = 20;

/// The figures of a step.
pub(super) fn figures(secret: &[u8], step: i64) -> String {
    let hash = Hmac::<Sha1>::new_from_slice(secret).map_or([0; 20], |mut mac| {
        mac.update(&step.to_be_bytes());
        mac.finalize().into_bytes().into()
    });
    let at = usize::from(hash[19] & 0xf);
    let word = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    format!("{:06}", word % 1_000_000)
}

/// The step whose figures these are, near this time.
pub(super) fn step_of(secret: &[u8], typed: &str, now: Millis) -> Option<i64> {
    let current = now.div_euclid(STEP_MILLIS);
    // All are compared, each byte by byte to its end: how long it takes tells nothing.
    let mut found = None;
    for step in current - SKEW..=current + SKEW {
        let differs = figures(secret, step).bytes().zip(typed.bytes()).fold(0, |acc, (a, b)| acc | (a ^ b));
        if differs == 0 && typed.len() == 6 {
            found = Some(step);
        }
    }
    found
}

/// Base 32 without padding, as apps take it.
pub(super) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// The link that an app reads from a picture.
pub(super) fn link(email: &str, secret: &str) -> String {
    let email: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    format!("otpauth://totp/Prosa:{email}?secret={secret}&issuer=Prosa&algorithm=SHA1&digits=6&period=30")
}

/// A text as the path of an SVG, and the side of its box, quiet edge included; none when it is too long.
pub(super) fn picture(text: &str) -> Option<(String, i64)> {
    use std::fmt::Write;
    const EDGE: i32 = 4;
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + EDGE, y + EDGE);
        }
    }
    Some((path, i64::from(code.size() + 2 * EDGE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET_OF_RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn ac_7_figures_are_those_of_rfc_6238() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000_i64, "353130"),
        ] {
            assert_eq!(figures(SECRET_OF_RFC, seconds / 30), expected);
        }
    }

    #[test]
    fn ac_7_figures_of_the_steps_beside_count_and_no_others() {
        let now = 1_784_000_010_000;
        let step = now / STEP_MILLIS;
        for away in -3..=3 {
            let expected = (-1..=1).contains(&away).then_some(step + away);
            assert_eq!(step_of(SECRET_OF_RFC, &figures(SECRET_OF_RFC, step + away), now), expected, "{away}");
        }
        for bad in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(step_of(SECRET_OF_RFC, bad, now), None);
        }
    }

    #[test]
    fn base_32_is_that_of_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_link_becomes_a_picture() {
        let link = link("ana+x@loja.example", "MZXW6");
        assert!(link.starts_with("otpauth://totp/Prosa:ana%2Bx%40loja.example?secret=MZXW6&"));
        let (path, side) = picture(&link).unwrap();
        assert!(path.starts_with("M4,4h1v1h-1z") && (30..90).contains(&side));
    }
}
