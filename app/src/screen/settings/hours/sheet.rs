//! What is on screen of a week and of special dates: as typed, so that nothing typed is lost on the way.

use leptos::prelude::*;
use model::{DAY_MINUTES, Holiday, Hours, Period, SpecialDate, WeekDay};

/// Rows of the week; those of special dates follow.
const DAYS: u32 = 7;

/// A period of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub row: u32,
    pub key: u32,
    pub from: String,
    pub to: String,
}

/// A special date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub row: u32,
    pub date: String,
    pub name: String,
    pub closed: bool,
}

/// All rows of a form.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    active: RwSignal<[bool; 7]>,
    slots: RwSignal<Vec<Slot>>,
    pub dates: RwSignal<Vec<Dated>>,
    next: StoredValue<u32>,
    /// Its fields have names, by which the first wrong one is found: of several forms on a page one has.
    pub named: bool,
}

impl Sheet {
    pub fn new(hours: &Hours, named: bool) -> Sheet {
        let sheet = Sheet {
            active: RwSignal::new([false; 7]),
            slots: RwSignal::new(Vec::new()),
            dates: RwSignal::new(Vec::new()),
            next: StoredValue::new(DAYS),
            named,
        };
        sheet.fill(hours);
        sheet
    }

    /// Shows what is stored.
    pub fn fill(self, hours: &Hours) {
        self.active.set(std::array::from_fn(|i| hours.week.get(i).is_some_and(|d| d.active)));
        let mut slots = Vec::new();
        for (row, day) in (0..).zip(&hours.week) {
            slots.extend(day.periods.iter().map(|p| self.slot(row, p)));
        }
        let mut dates = Vec::new();
        for special in &hours.dates {
            let row = self.take();
            slots.extend(special.periods.iter().map(|p| self.slot(row, p)));
            dates.push(Dated { row, date: special.date.clone(), name: special.name.clone(), closed: special.periods.is_empty() });
        }
        dates.sort_by(|a, b| a.date.cmp(&b.date));
        self.slots.set(slots);
        self.dates.set(dates);
    }

    fn take(self) -> u32 {
        let next = self.next.get_value();
        self.next.set_value(next + 1);
        next
    }

    fn slot(self, row: u32, p: &Period) -> Slot {
        Slot { row, key: self.take(), from: written(p.from), to: written(p.to) }
    }

    /// The week as it would be saved. Tracked.
    pub fn week(self) -> Vec<WeekDay> {
        let active = self.active.get();
        (0..).zip(active).map(|(row, active)| WeekDay { active, periods: self.periods(row) }).collect()
    }

    /// The special dates as they would be saved. Tracked.
    pub fn special(self) -> Vec<SpecialDate> {
        let mut dates: Vec<SpecialDate> = self.dates.with(|all| {
            let one = |d: &Dated| SpecialDate {
                date: d.date.clone(),
                name: d.name.trim().to_owned(),
                periods: if d.closed { Vec::new() } else { self.periods(d.row) },
            };
            all.iter().map(one).collect()
        });
        dates.sort_by(|a, b| a.date.cmp(&b.date));
        dates
    }

    fn periods(self, row: u32) -> Vec<Period> {
        let mut periods: Vec<Period> = self.slots.with(|all| {
            let of_row = all.iter().filter(|s| s.row == row);
            // What is no time is more than any time: the form says so beside the day.
            of_row.map(|s| Period { from: typed(&s.from).unwrap_or(u16::MAX), to: end(&s.to).unwrap_or(u16::MAX) }).collect()
        });
        periods.sort_unstable();
        periods
    }

    /// Whether it is open on this day of the week. Tracked.
    pub fn is_active(self, day: usize) -> bool {
        self.active.read().get(day).copied().unwrap_or_default()
    }

    /// Opens or closes a day; one without periods gets those of the day before, or a usual one.
    pub fn set_active(self, day: usize, on: bool) {
        let Ok(row) = u32::try_from(day) else { return };
        let is_empty = |row| untrack(|| self.keys(row)).is_empty();
        if on && is_empty(row) {
            let before = (0..row).rev().find(|r| !is_empty(*r));
            match before {
                Some(before) => self.copy(before, &[row]),
                None => self.add(row),
            }
        }
        self.active.update(|all| all[day] = on);
    }

    /// The periods of a row. Tracked.
    pub fn keys(self, row: u32) -> Vec<u32> {
        self.slots.with(|all| all.iter().filter(|s| s.row == row).map(|s| s.key).collect())
    }

    /// A period. Tracked.
    pub fn read(self, key: u32) -> Option<Slot> {
        self.slots.with(|all| all.iter().find(|s| s.key == key).cloned())
    }

    /// Changes a period.
    pub fn write(self, key: u32, change: impl FnOnce(&mut Slot)) {
        self.slots.update(|all| {
            if let Some(slot) = all.iter_mut().find(|s| s.key == key) {
                change(slot);
            }
        });
    }

    /// One more period: an hour after the last one, for some hours.
    pub fn add(self, row: u32) {
        let last = untrack(|| self.periods(row)).last().map(|p| p.to).filter(|to| *to < 22 * 60);
        let new = match last {
            Some(to) => Period { from: to + 60, to: (to + 5 * 60).min(DAY_MINUTES) },
            None => Period { from: 8 * 60, to: 18 * 60 },
        };
        let slot = self.slot(row, &new);
        self.slots.update(|all| all.push(slot));
    }

    pub fn remove(self, key: u32) {
        self.slots.update(|all| all.retain(|s| s.key != key));
    }

    /// Gives other rows the periods of this one.
    pub fn copy(self, from: u32, to: &[u32]) {
        let pattern: Vec<Slot> = self.slots.with_untracked(|all| all.iter().filter(|s| s.row == from).cloned().collect());
        let copies: Vec<Slot> = to
            .iter()
            .flat_map(|row| pattern.iter().map(|s| Slot { row: *row, key: self.take(), ..s.clone() }).collect::<Vec<_>>())
            .collect();
        self.slots.update(|all| {
            all.retain(|s| !to.contains(&s.row));
            all.extend(copies);
        });
        if let Ok(from) = usize::try_from(from) {
            self.active.update(|all| {
                let on = all.get(from).copied().unwrap_or_default();
                for row in to {
                    if let Some(day) = usize::try_from(*row).ok().and_then(|row| all.get_mut(row)) {
                        *day = on;
                    }
                }
            });
        }
    }

    /// A special date of which nothing is known yet.
    pub fn add_date(self, date: String) -> u32 {
        let row = self.take();
        self.dates.update(|all| all.push(Dated { row, date, name: String::new(), closed: true }));
        row
    }

    /// Changes a special date. Opened, it gets a usual day's period.
    pub fn write_date(self, row: u32, change: impl FnOnce(&mut Dated)) {
        self.dates.update(|all| {
            if let Some(dated) = all.iter_mut().find(|d| d.row == row) {
                change(dated);
            }
        });
        if untrack(|| self.read_date(row).is_some_and(|d| !d.closed) && self.keys(row).is_empty()) {
            self.add(row);
        }
    }

    pub fn read_date(self, row: u32) -> Option<Dated> {
        self.dates.with(|all| all.iter().find(|d| d.row == row).cloned())
    }

    pub fn remove_date(self, row: u32) {
        self.slots.update(|all| all.retain(|s| s.row != row));
        self.dates.update(|all| all.retain(|d| d.row != row));
    }

    /// Takes holidays over whose dates are not there yet; answers how many.
    pub fn import(self, holidays: &[Holiday]) -> usize {
        let known: Vec<String> = self.dates.with_untracked(|all| all.iter().map(|d| d.date.clone()).collect());
        let new: Vec<Dated> = holidays
            .iter()
            .filter(|h| !known.contains(&h.date))
            .map(|h| Dated { row: self.take(), date: h.date.clone(), name: h.name.to_owned(), closed: true })
            .collect();
        let n = new.len();
        self.dates.update(|all| {
            all.extend(new);
            all.sort_by(|a, b| a.date.cmp(&b.date));
        });
        n
    }
}

/// `08:00` as minutes.
fn typed(text: &str) -> Option<u16> {
    let (hour, minute) = text.get(..5)?.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// The same as the end of a period: midnight is the day's end.
fn end(text: &str) -> Option<u16> {
    typed(text).map(|minutes| if minutes == 0 { DAY_MINUTES } else { minutes })
}

/// Minutes as a field of time takes them.
fn written(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_back_as_they_are_written() {
        for minutes in [1, 60, 719, 1439, DAY_MINUTES] {
            assert_eq!(end(&written(minutes)), Some(minutes));
        }
        assert_eq!((typed("00:00"), typed("08:30"), typed(""), typed("24:00"), typed("é:000")), (Some(0), Some(510), None, None, None));
    }

    #[test]
    fn hr_1_a_day_is_copied_and_what_is_shown_is_what_is_saved() {
        let owner = Owner::new();
        owner.with(|| {
            let sheet = Sheet::new(&Hours::of(None), true);
            assert_eq!(sheet.week(), Hours::of(None).week);
            sheet.write(sheet.keys(0)[0], |s| s.from = "07:30".into());
            sheet.copy(0, &[5, 6]);
            let week = sheet.week();
            assert!(week[6].active && week[6].periods == week[0].periods && week[0].periods[0].from == 450);
            sheet.write(sheet.keys(1)[0], |s| s.from = String::new());
            assert!(Hours { limited: true, week: sheet.week(), ..Hours::of(None) }.check().is_err());
        });
    }
}
