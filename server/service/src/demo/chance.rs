//! Random numbers that repeat: SplitMix64, the same on every machine and in every version.

/// A source of numbers.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// The source for one thing: `stream` says what for, `n` which one.
    pub fn new(seed: u64, stream: u64, n: u64) -> Chance {
        let mut c = Chance(seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ n.wrapping_mul(0xA076_1D64_78BD_642F));
        // Neighbouring seeds must not give neighbouring numbers.
        c.next();
        c.0 ^= n;
        c
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1; 0 when there is none.
    pub fn below(&mut self, end: i64) -> i64 {
        if end <= 1 { 0 } else { ((u128::from(self.next()) * end as u128) >> 64) as i64 }
    }

    /// True in `percent` of 100 cases.
    pub fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of them; there must be one.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len() as i64) as usize]
    }
}

/// Ids of rows in the past: the time above, and below it numbers that do not repeat within a million ids.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    salt: u64,
    n: u64,
}

impl Ids {
    pub fn new(salt: u64) -> Ids {
        Ids { salt, n: 0 }
    }

    /// The next id, as if made at `at`.
    pub fn at(&mut self, at: model::Millis) -> i64 {
        self.n += 1;
        // An odd factor makes every value of the lower bits come once before the first comes again.
        let low = self.n.wrapping_mul(0x9_E375).wrapping_add(self.salt) & ((1 << model::RANDOM_BITS) - 1);
        (at << model::RANDOM_BITS) | low as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_differ() {
        let mut ids = Ids::new(7);
        let made: std::collections::HashSet<i64> = (0..200_000).map(|_| ids.at(1_784_000_000_000)).collect();
        assert_eq!(made.len(), 200_000);
        assert!(made.iter().all(|id| id >> model::RANDOM_BITS == 1_784_000_000_000));
    }

    #[test]
    fn numbers_repeat_and_fill_their_range() {
        let draw = |seed| -> Vec<i64> { (0..1000).map(|n| Chance::new(seed, 1, n).below(10)).collect() };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..10).all(|v| (60..140).contains(&draw(1).iter().filter(|x| **x == v).count())));
    }
}
