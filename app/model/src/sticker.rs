//! Stickers: what WhatsApp takes as one.

/// Pixels of a sticker's sides, neither more nor less.
pub const STICKER_SIDE: u32 = 512;
/// Bytes of a sticker that does not move.
pub const STICKER_STILL_MAX: i64 = 100 * 1024;
/// Bytes of one that moves.
pub const STICKER_MOVING_MAX: i64 = 500 * 1024;
/// Stickers that are offered to be sent once more.
pub const STICKERS_SHOWN: usize = 50;
/// Bytes of a file's beginning that [`Webp::read`] looks at.
pub const WEBP_HEAD: usize = 30;

/// What the beginning of a WebP file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webp {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// It has several pictures.
    pub moves: bool,
}

impl Webp {
    /// Reads the beginning of a file; none when it is no WebP.
    pub fn read(head: &[u8]) -> Option<Webp> {
        if head.get(..4)? != b"RIFF" || head.get(8..12)? != b"WEBP" {
            return None;
        }
        let byte = |at: usize| head.get(at).copied().map(u32::from);
        let two = |at: usize| Some(byte(at)? | byte(at + 1)? << 8);
        let three = |at: usize| Some(two(at)? | byte(at + 2)? << 16);
        let still = |width, height| Webp { width, height, moves: false };
        match head.get(12..16)? {
            b"VP8X" => Some(Webp { width: 1 + three(24)?, height: 1 + three(27)?, moves: byte(20)? & 2 != 0 }),
            b"VP8L" => {
                let bits = two(21)? | two(23)? << 16;
                Some(still(1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)))
            }
            b"VP8 " => Some(still(two(26)? & 0x3fff, two(28)? & 0x3fff)),
            _ => None,
        }
    }

    /// Whether WhatsApp takes a file of so many bytes as a sticker.
    pub fn is_sticker(self, size: i64) -> bool {
        let most = if self.moves { STICKER_MOVING_MAX } else { STICKER_STILL_MAX };
        (self.width, self.height) == (STICKER_SIDE, STICKER_SIDE) && (1..=most).contains(&size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(kind: &[u8; 4], rest: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", &kind[..], &[0; 4], rest].concat()
    }

    fn side(n: u32) -> [u8; 3] {
        let [a, b, c, _] = (n - 1).to_le_bytes();
        [a, b, c]
    }

    fn extended(width: u32, height: u32, moves: bool) -> Vec<u8> {
        head(b"VP8X", &[&[if moves { 2 } else { 0 }, 0, 0, 0], &side(width)[..], &side(height)[..]].concat())
    }

    #[test]
    fn the_head_tells_measures_and_whether_it_moves_in_all_three_forms() {
        let is = |width, height, moves| Some(Webp { width, height, moves });
        assert_eq!(Webp::read(&extended(512, 300, true)), is(512, 300, true));
        assert_eq!(Webp::read(&extended(16_384, 1, false)), is(16_384, 1, false));
        let bits: u32 = 511 | 512 << 14;
        assert_eq!(Webp::read(&head(b"VP8L", &[&[0x2f], &bits.to_le_bytes()[..]].concat())), is(512, 513, false));
        // The two upper bits scale, and are no measure.
        assert_eq!(Webp::read(&head(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 0, 0x42, 0xff, 0x01])), is(512, 511, false));
        let whole = extended(512, 512, false);
        assert_eq!(whole.len(), WEBP_HEAD);
        for bad in [
            &b""[..],
            b"RIFF",
            &whole[..WEBP_HEAD - 1],
            b"RIFF\0\0\0\0WAVEVP8X",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(Webp::read(bad), None);
        }
    }

    #[test]
    fn md_2_the_limits_of_stickers_to_the_byte_and_to_the_pixel() {
        for (moves, limit) in [(false, 102_400), (true, 512_000)] {
            let fits = |width, height, size| Webp { width, height, moves }.is_sticker(size);
            assert_eq!([-1, 0, 1].map(|more| fits(512, 512, limit + more)), [true, true, false], "{limit}");
            for (width, height) in [(511, 512), (513, 512), (512, 511), (512, 513)] {
                assert!(!fits(width, height, 1), "{width} x {height}");
            }
            assert!(!fits(512, 512, 0));
        }
    }
}
