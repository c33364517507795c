//! Ids in the shapes that Meta uses. All of them are random; none tells anything about volume.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Whether a message id belongs to a message of the business or of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Written by the business through the API.
    Business,
    /// Written by the person on the simulated phone.
    User,
}

/// A message id: `wamid.` and base64 of a small binary frame around the peer and 20 hex digits.
pub fn wamid(peer: &str, side: Side) -> String {
    let random: [u8; 10] = rand::random();
    let peer = &peer.as_bytes()[..peer.len().min(60)];
    let mut frame = Vec::with_capacity(40 + peer.len());
    frame.extend_from_slice(&[0x1c, 0x18, u8::try_from(peer.len()).unwrap_or(0)]);
    frame.extend_from_slice(peer);
    frame.extend_from_slice(&[0x15, 0x02, 0x00, if side == Side::Business { 0x11 } else { 0x12 }, 0x18, 0x14]);
    frame.extend_from_slice(hex::encode_upper(random).as_bytes());
    frame.push(0);
    format!("wamid.{}", STANDARD.encode(frame))
}

/// A trace id as found in error answers.
pub fn fbtrace() -> String {
    format!("A{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()))
}

/// A numeric object id of 15 or 16 digits.
pub fn numeric() -> String {
    (1_000_000_000_000_000u64 + rand::random::<u64>() % 8_000_000_000_000_000).to_string()
}

/// A business-scoped user id (BSUID): country, dot, 20 digits.
pub fn bsuid(country: &str) -> String {
    let digits = rand::random::<u64>();
    format!("{country}.{digits:020}")
}

/// Lower-case hex of `n` random bytes.
pub fn secret(n: usize) -> String {
    let mut bytes = vec![0u8; n];
    rand::fill(&mut bytes[..]);
    hex::encode(bytes)
}
