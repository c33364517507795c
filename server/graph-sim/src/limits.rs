//! Clocks and limits: the 24-hour window, free entry point, pair rate, throughput, price.

use crate::clock::{FREE_ENTRY_MS, PER_MESSAGE_FROM_MS, SERVICE_CHARGED_FROM_MS, WINDOW_MS};
use crate::error::{GraphError, GraphResult};
use crate::settings::PairLimit;
use crate::state::{Number, Price, Thread};

/// Length of a burst that may be borrowed, in milliseconds.
const BURST_MS: i64 = 6_000;

/// True when the person wrote within the last 24 hours.
pub fn window_open(thread: &Thread, now_ms: i64) -> bool {
    thread.last_user_ms.is_some_and(|at| now_ms - at < WINDOW_MS)
}

/// True when the free entry point window is open.
pub fn free_entry_open(thread: &Thread, now_ms: i64) -> bool {
    thread.free_until_ms.is_some_and(|until| now_ms < until)
}

/// Opens the free entry point window when the business answers an ad's message within 24 hours.
pub fn note_answer(thread: &mut Thread, now_ms: i64) {
    if let Some(ad) = thread.ad_ms.take()
        && now_ms - ad < WINDOW_MS
    {
        thread.free_until_ms = Some(now_ms + FREE_ENTRY_MS);
    }
}

/// Whether a message inbound of this type opens the window.
pub fn opens_window(kind: &str) -> bool {
    !matches!(kind, "system" | "request_welcome" | "edit" | "revoke")
}

/// Takes one message out of the pair's allowance, or 131056.
pub fn take_pair(thread: &mut Thread, limit: PairLimit, now_ms: i64) -> GraphResult<()> {
    let interval = i64::try_from(limit.interval_ms).unwrap_or(i64::MAX / 1024);
    let burst = i64::from(limit.burst.max(1));
    if thread.pair_paid_ms <= now_ms {
        thread.pair_paid_ms = now_ms;
        thread.pair_burst_ms = now_ms;
    }
    let debt = thread.pair_paid_ms - now_ms;
    let allowed = if limit.strict {
        // After the burst the whole debt is paid back before the next message.
        debt == 0 || (now_ms - thread.pair_burst_ms <= BURST_MS && thread.pair_paid_ms - thread.pair_burst_ms < burst * interval)
    } else {
        debt <= (burst - 1) * interval
    };
    if !allowed {
        return Err(GraphError::new(131056).details(
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        ));
    }
    thread.pair_paid_ms += interval;
    Ok(())
}

/// Takes one message out of the number's second, or 130429. A limit of 0 is none.
pub fn take_throughput(number: &mut Number, limit: u32, now_ms: i64) -> GraphResult<()> {
    let second = now_ms.div_euclid(1000);
    if number.this_second.0 != second {
        number.this_second = (second, 0);
    }
    if limit > 0 && number.this_second.1 >= limit {
        return Err(GraphError::new(130429).details(
            "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
        ));
    }
    number.this_second.1 = number.this_second.1.saturating_add(1);
    Ok(())
}

/// Price facts of a message accepted now. `template` is the template's category.
pub fn price(template: Option<&str>, in_window: bool, free_entry: bool, now_ms: i64) -> Price {
    let category = template.map_or("service", |c| match c {
        "UTILITY" => "utility",
        "AUTHENTICATION" => "authentication",
        _ => "marketing",
    });
    let model = if now_ms < PER_MESSAGE_FROM_MS { "CBP" } else { "PMP" };
    if free_entry {
        return Price {
            model: model.into(),
            kind: (model == "PMP").then(|| "free_entry_point".into()),
            category: "referral_conversion".into(),
            billable: false,
        };
    }
    let free = in_window && now_ms < SERVICE_CHARGED_FROM_MS && (category == "service" || (category == "utility" && model == "PMP"));
    Price {
        model: model.into(),
        kind: (model == "PMP").then(|| if free { "free_customer_service".into() } else { "regular".into() }),
        category: category.into(),
        billable: !free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: PairLimit = PairLimit { burst: 45, interval_ms: 6000, strict: false };

    #[test]
    fn pair_rate_lends_a_burst_and_then_one_per_six_seconds() {
        let mut thread = Thread::default();
        for i in 0..45 {
            take_pair(&mut thread, META, 1_000_000 + i).unwrap();
        }
        assert_eq!(take_pair(&mut thread, META, 1_000_100).unwrap_err().code, 131056);
        take_pair(&mut thread, META, 1_006_100).unwrap();
        assert!(take_pair(&mut thread, META, 1_006_200).is_err());
    }

    #[test]
    fn strict_pair_rate_wants_everything_back() {
        let strict = PairLimit { strict: true, ..META };
        let mut thread = Thread::default();
        for i in 0..20 {
            take_pair(&mut thread, strict, 1_000_000 + i).unwrap();
        }
        assert!(take_pair(&mut thread, strict, 1_000_000 + 7_000).is_err());
        assert!(take_pair(&mut thread, strict, 1_000_000 + 119_000).is_err());
        take_pair(&mut thread, strict, 1_000_000 + 120_000).unwrap();
        let one = PairLimit { burst: 1, ..META };
        let mut thread = Thread::default();
        take_pair(&mut thread, one, 50_000).unwrap();
        assert!(take_pair(&mut thread, one, 55_000).is_err());
        take_pair(&mut thread, one, 56_000).unwrap();
    }

    #[test]
    fn throughput_is_per_second() {
        let mut number = crate::seed::number("1", "2", "+55 11 5550-0100", "x");
        for _ in 0..80 {
            take_throughput(&mut number, 80, 5_500).unwrap();
        }
        assert_eq!(take_throughput(&mut number, 80, 5_999).unwrap_err().code, 130429);
        take_throughput(&mut number, 80, 6_000).unwrap();
        assert!(take_throughput(&mut number, 0, 6_000).is_ok());
    }

    #[test]
    fn price_follows_the_date() {
        let before = SERVICE_CHARGED_FROM_MS - 1;
        let after = SERVICE_CHARGED_FROM_MS;
        let kind = |p: Price| (p.kind.unwrap_or_default(), p.billable);
        assert_eq!(kind(price(None, true, false, before)), ("free_customer_service".into(), false));
        assert_eq!(kind(price(None, true, false, after)), ("regular".into(), true));
        assert_eq!(kind(price(Some("UTILITY"), true, false, before)), ("free_customer_service".into(), false));
        assert_eq!(kind(price(Some("UTILITY"), false, false, before)), ("regular".into(), true));
        assert_eq!(kind(price(Some("UTILITY"), true, false, after)), ("regular".into(), true));
        assert_eq!(kind(price(Some("MARKETING"), true, false, before)), ("regular".into(), true));
        assert_eq!(kind(price(Some("MARKETING"), true, true, after)), ("free_entry_point".into(), false));
        assert_eq!(price(None, true, false, PER_MESSAGE_FROM_MS - 1).model, "CBP");
    }

    #[test]
    fn window_and_free_entry() {
        let mut thread = Thread { last_user_ms: Some(0), ad_ms: Some(0), ..Thread::default() };
        assert!(window_open(&thread, WINDOW_MS - 1));
        assert!(!window_open(&thread, WINDOW_MS));
        note_answer(&mut thread, 3_600_000);
        assert!(free_entry_open(&thread, 3_600_000 + FREE_ENTRY_MS - 1));
        assert!(!free_entry_open(&thread, 3_600_000 + FREE_ENTRY_MS));
    }
}
