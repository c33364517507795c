//! Times in the account's zone and the reader's language, by the browser's own `Intl`.
//!
//! The server has no `Intl`: it writes the exact time in `datetime` and leaves the text empty.

use super::effect;
use crate::i18n::*;
use crate::language;
use crate::session::{Session, use_session};
use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::Millis;
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};

/// How often relative times move on, in milliseconds.
const TICK: u32 = 20_000;
const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;
/// Less than that: the same weekday a week later would read like today's.
const WEEK: Millis = 6 * DAY;

/// The server's clock as the browser knows it; a context. Empty on the server.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<Option<Millis>>,
    /// What to add to the browser's clock.
    ahead: StoredValue<Millis>,
}

impl Clock {
    /// The time, moving on every 20 seconds; none on the server.
    pub fn now(self) -> Option<Millis> {
        self.now.get()
    }

    /// The exact time at this moment, untracked. In the browser only.
    pub fn exact(self) -> Millis {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
        let browser = js_sys::Date::now() as Millis;
        browser + self.ahead.get_value()
    }

    /// Sets the clock by the server's, which said `now` a moment ago.
    pub fn set(self, now: Millis) {
        self.ahead.set_value(self.ahead.get_value() + now - self.exact());
        self.now.set(Some(now));
    }
}

/// Provides [`Clock`] to everything below and winds it up.
pub fn provide_clock() -> Clock {
    let clock = Clock { now: RwSignal::new(None), ahead: StoredValue::new(0) };
    provide_context(clock);
    if cfg!(feature = "browser") {
        clock.now.set(Some(clock.exact()));
    }
    effect(move || {
        gloo_timers::callback::Interval::new(TICK, move || {
            let _ = clock.now.try_set(Some(clock.exact()));
        })
        .forget();
    });
    clock
}

/// The clock of this page.
pub fn use_clock() -> Clock {
    expect_context()
}

/// How a [`Time`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeStyle {
    /// As in lists: `14:05` today, `ontem`, `qua.`, `12/11`.
    List,
    /// `14:05`.
    Clock,
    /// `12 de nov.`, with the year when it is another one.
    Day,
    /// `quarta-feira, 12 de novembro`, for day separators.
    LongDay,
    /// `há 5 minutos`.
    Ago,
    /// `12 de nov. de 2026, 14:05`.
    Full,
    /// What is to come: `14:05` today, `segunda-feira 08:00` within a week, else as `Full`.
    Ahead,
}

/// A time as people read it; its exact one is the tooltip's, which reads it from `datetime`.
#[component]
pub fn Time(#[prop(into)] at: Signal<Millis>, #[prop(default = TimeStyle::List)] style: TimeStyle) -> impl IntoView {
    let times = use_times();
    view! {
        <time class="time" datetime=move || iso(at.get())>
            {move || times.text(at.get(), style)}
        </time>
    }
}

/// Writes times; every function tracks language and zone, and the clock where the text depends on the present. On the
/// server all of them answer nothing.
#[derive(Clone, Copy)]
pub struct Times {
    clock: Clock,
    session: Session,
    i18n: I18nContext<Locale>,
}

/// Writes times in this account's zone and this reader's language.
pub fn use_times() -> Times {
    Times { clock: use_clock(), session: use_session(), i18n: use_i18n() }
}

impl Times {
    /// The time in the given style.
    pub fn text(self, at: Millis, style: TimeStyle) -> String {
        if !cfg!(feature = "browser") {
            return String::new();
        }
        let now = || self.clock.now().unwrap_or_default();
        match style {
            TimeStyle::Clock => self.format(at, Shape::Clock),
            TimeStyle::Full => self.format(at, Shape::Full),
            TimeStyle::List => self.list(at, now()),
            TimeStyle::Day => self.format(at, self.day_shape(at, now())),
            TimeStyle::LongDay => self.long_day(at, now()),
            TimeStyle::Ago => self.ago(at, now()),
            TimeStyle::Ahead => self.ahead(at, now()),
        }
    }

    /// Date and time to the second.
    pub fn exact(self, at: Millis) -> String {
        self.format(at, Shape::Exact)
    }

    /// The calendar day in the account's zone, as `2026-11-21`: equal for two times of one day.
    pub fn day_key(self, at: Millis) -> String {
        self.format(at, Shape::Key)
    }

    /// What time it is now in another zone, such as `14:05`; nothing when the browser does not know the zone.
    pub fn clock_in(self, zone: &str) -> String {
        let language = language::code(self.i18n.get_locale());
        let Some(now) = self.clock.now().filter(|_| !zone.is_empty()) else { return String::new() };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
        let now = JsValue::from_f64(now as f64);
        // Not kept: while somebody types, every text is another zone.
        formatter(zone, language, Shape::Clock)
            .and_then(|format| format.call1(&JsValue::UNDEFINED, &now).ok()?.as_string())
            .unwrap_or_default()
    }

    /// A length of time such as `1 h 05 min`, `12 min`, `40 s`.
    pub fn span(self, millis: Millis) -> String {
        let seconds = millis.max(0) / 1000;
        match (seconds / 3600, seconds / 60 % 60) {
            (0, 0) => format!("{seconds} s"),
            (0, m) => format!("{m} min"),
            (h, m) if h < 24 => format!("{h} h {m:02} min"),
            (h, _) => format!("{} d {} h", h / 24, h % 24),
        }
    }

    fn list(self, at: Millis, now: Millis) -> String {
        if now - at < DAY && self.day_key(at) == self.day_key(now) {
            self.format(at, Shape::Clock)
        } else if self.day_key(at) == self.day_key(now - DAY) {
            t_string!(self.i18n, common.time.yesterday).to_string()
        } else if (0..6 * DAY).contains(&(now - at)) {
            self.format(at, Shape::Weekday)
        } else if self.format(at, Shape::Year) == self.format(now, Shape::Year) {
            self.format(at, Shape::Short)
        } else {
            self.format(at, Shape::ShortYear)
        }
    }

    fn ahead(self, at: Millis, now: Millis) -> String {
        let clock = self.format(at, Shape::Clock);
        match at - now {
            ..DAY if self.day_key(at) == self.day_key(now) => clock,
            ..WEEK => format!("{} {clock}", self.format(at, Shape::LongWeekday)),
            _ => self.format(at, Shape::Full),
        }
    }

    fn long_day(self, at: Millis, now: Millis) -> String {
        let key = self.day_key(at);
        if key == self.day_key(now) {
            t_string!(self.i18n, common.time.today).to_string()
        } else if key == self.day_key(now - DAY) {
            t_string!(self.i18n, common.time.yesterday).to_string()
        } else if self.format(at, Shape::Year) == self.format(now, Shape::Year) {
            self.format(at, Shape::LongDay)
        } else {
            self.format(at, Shape::LongDayYear)
        }
    }

    fn day_shape(self, at: Millis, now: Millis) -> Shape {
        if self.format(at, Shape::Year) == self.format(now, Shape::Year) { Shape::Day } else { Shape::DayYear }
    }

    fn ago(self, at: Millis, now: Millis) -> String {
        let past = (now - at).max(0);
        let (amount, unit) = match past {
            0..MINUTE => return t_string!(self.i18n, common.time.now).to_string(),
            MINUTE..HOUR => (past / MINUTE, "minute"),
            HOUR..DAY => (past / HOUR, "hour"),
            _ => (past / DAY, "day"),
        };
        #[expect(clippy::cast_precision_loss, reason = "days since 1970 fit")]
        let amount = JsValue::from_f64(-(amount as f64));
        with_formatter("", language::code(self.i18n.get_locale()), Shape::Ago, |format| {
            format.call2(&JsValue::UNDEFINED, &amount, &JsValue::from_str(unit))
        })
    }

    fn format(self, at: Millis, shape: Shape) -> String {
        if !cfg!(feature = "browser") {
            return String::new();
        }
        let language = if shape == Shape::Key { "en-CA" } else { language::code(self.i18n.get_locale()) };
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
        let at = JsValue::from_f64(at as f64);
        with_formatter(&self.session.time_zone(), language, shape, |format| format.call1(&JsValue::UNDEFINED, &at))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Clock,
    Weekday,
    LongWeekday,
    Short,
    ShortYear,
    Day,
    DayYear,
    LongDay,
    LongDayYear,
    Full,
    Exact,
    Year,
    Key,
    Ago,
}

impl Shape {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Shape::Clock => &[("hour", "2-digit"), ("minute", "2-digit")],
            Shape::Weekday => &[("weekday", "short")],
            Shape::LongWeekday => &[("weekday", "long")],
            Shape::Short => &[("day", "2-digit"), ("month", "2-digit")],
            Shape::ShortYear => &[("day", "2-digit"), ("month", "2-digit"), ("year", "2-digit")],
            Shape::Day => &[("day", "numeric"), ("month", "short")],
            Shape::DayYear => &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
            Shape::LongDay => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Shape::LongDayYear => &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")],
            Shape::Full => &[("dateStyle", "medium"), ("timeStyle", "short")],
            Shape::Exact => &[("dateStyle", "full"), ("timeStyle", "medium")],
            Shape::Year => &[("year", "numeric")],
            Shape::Key => &[("year", "numeric"), ("month", "2-digit"), ("day", "2-digit")],
            Shape::Ago => &[("numeric", "always")],
        }
    }
}

/// Formatters by zone, language and shape; none where the browser does not know the zone.
type Formatters = HashMap<(String, &'static str, Shape), Option<Function>>;

thread_local! {
    /// Making a formatter costs far more than using it.
    static FORMATTERS: RefCell<Formatters> = RefCell::default();
}

fn with_formatter(zone: &str, language: &'static str, shape: Shape, run: impl FnOnce(&Function) -> Result<JsValue, JsValue>) -> String {
    // A zone that this browser does not know reads as UTC rather than not at all.
    let made = FORMATTERS.with_borrow_mut(|all| {
        all.entry((zone.to_owned(), language, shape))
            .or_insert_with(|| formatter(zone, language, shape).or_else(|| formatter("UTC", language, shape)))
            .clone()
    });
    made.and_then(|format| run(&format).ok()).and_then(|text| text.as_string()).unwrap_or_default()
}

fn formatter(zone: &str, language: &str, shape: Shape) -> Option<Function> {
    let options = Object::new();
    for (name, value) in shape.options() {
        Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    let relative = shape == Shape::Ago;
    if !relative {
        Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
        if matches!(shape, Shape::Clock | Shape::Full | Shape::Exact) {
            Reflect::set(&options, &"hourCycle".into(), &"h23".into()).ok()?;
        }
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let kind = if relative { "RelativeTimeFormat" } else { "DateTimeFormat" };
    let make = Reflect::get(&intl, &kind.into()).ok()?.dyn_into::<Function>().ok()?;
    let made = Reflect::construct(&make, &Array::of2(&language.into(), &options)).ok()?;
    // `format` of a date format is bound to it already; that of a relative one is not.
    let format = Reflect::get(&made, &"format".into()).ok()?.dyn_into::<Function>().ok()?;
    Some(if relative { format.bind0(&made) } else { format })
}

/// The time as ISO 8601 in UTC, such as `2026-11-21T05:30:00Z`.
pub fn iso(at: Millis) -> String {
    let (days, rest) = (at.div_euclid(DAY), at.rem_euclid(DAY) / 1000);
    // Days to a civil date, with years that begin in March.
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn iso_is_right_around_leap_days_and_before_1970() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_709_251_199_999), "2024-02-29T23:59:59Z");
        assert_eq!(iso(-1000), "1969-12-31T23:59:59Z");
        assert_eq!(iso(4_102_444_800_000), "2100-01-01T00:00:00Z");
    }
}
