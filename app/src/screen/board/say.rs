//! Times and figures in words.

use model::{Millis, Tally, TallyClock, TallySpan};

/// `45 s`, `3 min`, `1 h 05`, `2 d 03 h`: units that all three languages have.
pub fn long(ms: Millis) -> String {
    let seconds = (ms / 1000).max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {:02}", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A percentile, or a dash when nothing was measured.
pub fn percentile(tally: &Tally, span: TallySpan, clock: TallyClock, percent: i64) -> String {
    tally.percentile(span, clock, percent).map_or_else(|| "–".to_owned(), long)
}

/// A mean, or a dash when nothing was measured.
pub fn mean(tally: &Tally, span: TallySpan, clock: TallyClock) -> String {
    tally.mean(span, clock).map_or_else(|| "–".to_owned(), long)
}

/// How much more or less than before, in percent; none without a before.
pub fn change(now: i64, before: i64) -> Option<String> {
    (before > 0).then(|| {
        let percent = (now - before) * 100 / before;
        format!("{}{percent} %", if percent > 0 { "+" } else { "" })
    })
}

/// The mean of a few days, with one decimal.
pub fn of_days(sum: i64, days: i64) -> String {
    let tenths = sum * 10 / days.max(1);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{},{}", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_one_needs_them() {
        let said: Vec<String> = [900, 59_000, 61_000, 3_900_000, 100_000_000].into_iter().map(long).collect();
        assert_eq!(said, ["0 s", "59 s", "1 min", "1 h 05", "1 d 03 h"]);
        assert_eq!((change(12, 10), change(5, 10), change(1, 0)), (Some("+20 %".into()), Some("-50 %".into()), None));
        assert_eq!((of_days(8, 4), of_days(10, 4)), ("2".into(), "2,5".into()));
    }
}
