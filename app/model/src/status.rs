//! What people do now: online, away for a reason, offline (03, section 3.10).

use crate::{Check, Fault, Millis, Wrong, limit, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// Whether a person works now (ST-1).
    pub enum StatusKind {
        Online = "ONLINE",
        Away = "AWAY",
        Offline = "OFFLINE",
    }
}

words! {
    /// Reasons for being away that every account has.
    pub enum AwayPreset {
        Lunch = "LUNCH",
        Break = "BREAK",
        Meeting = "MEETING",
        Training = "TRAINING",
    }
}

/// What a person does now, as colleagues see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserStatus {
    pub kind: StatusKind,
    /// Why they are away: the word of an [`AwayPreset`], or the key of a reason of the account's own; empty = not said.
    #[serde(default)]
    pub reason: String,
    /// What the account calls a reason of its own; else empty.
    #[serde(default)]
    pub name: String,
    /// When they mean to be back.
    #[serde(default)]
    pub back_at: Option<Millis>,
}

impl UserStatus {
    /// Without a reason.
    pub fn of(kind: StatusKind) -> UserStatus {
        UserStatus { kind, reason: String::new(), name: String::new(), back_at: None }
    }
}

impl Default for UserStatus {
    /// Of whom nothing is known: they were never here.
    fn default() -> Self {
        UserStatus::of(StatusKind::Offline)
    }
}

/// What a person chooses for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusDraft {
    pub kind: StatusKind,
    /// Why they are away; empty = not said.
    #[serde(default)]
    pub reason: String,
    /// When they mean to be back, such as `13:30`: the next time that the account's clock shows it. Empty = not said.
    #[serde(default)]
    pub back_at: String,
}

impl StatusDraft {
    /// Without a reason.
    pub fn of(kind: StatusKind) -> StatusDraft {
        StatusDraft { kind, reason: String::new(), back_at: String::new() }
    }

    /// What the dialog and the server check; whether the reason is offered is checked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        let away = self.kind == StatusKind::Away;
        Check::default()
            .that(away || self.reason.is_empty(), "reason", Wrong::NotAllowed)
            .that(away || self.back_at.is_empty(), "back_at", Wrong::NotAllowed)
            .that(self.back_at.is_empty() || minute_of_day(&self.back_at).is_some(), "back_at", Wrong::NotATime)
            .done()
    }
}

/// `13:30` as minutes since midnight; none for what is no time in this writing.
pub fn minute_of_day(text: &str) -> Option<u16> {
    let shape = text.len() == 5 && text.bytes().enumerate().all(|(i, b)| if i == 2 { b == b':' } else { b.is_ascii_digit() });
    let (hour, minute) = text.split_once(':').filter(|_| shape)?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// A reason for being away, as the account has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayReason {
    /// The word of an [`AwayPreset`], or what the server gave a reason of the account's own; empty: it is new.
    #[serde(default)]
    pub key: String,
    /// What a reason of the account's own is called; the four are called what each language calls them.
    #[serde(default)]
    pub name: String,
    /// What contacts are told who write meanwhile (ST-2), with the tokens `[NOME] [ATENDENTE] [VOLTA_AS]`; empty = nothing.
    #[serde(default)]
    pub text: String,
    /// It is offered. What was saved once stays, so that history has its name.
    pub active: bool,
}

impl AwayReason {
    /// One of the four, without a text.
    pub fn of(preset: AwayPreset) -> AwayReason {
        AwayReason { key: preset.word().to_owned(), name: String::new(), text: String::new(), active: true }
    }

    /// Which of the four it is.
    pub fn preset(&self) -> Option<AwayPreset> {
        self.key.parse().ok()
    }
}

/// What an admin sets of all this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusSettings {
    /// Counts the changes, so that of two admins the second is told.
    #[serde(default)]
    pub version: i64,
    /// In the order in which they are offered; the four are always among them.
    pub reasons: Vec<AwayReason>,
    /// After how many minutes without a key or a movement somebody is away by themselves (ST-3); 0 = never.
    pub away_minutes: i64,
    /// After how many minutes without an open page somebody is offline.
    pub offline_minutes: i64,
}

impl Default for StatusSettings {
    fn default() -> Self {
        let reasons = AwayPreset::ALL.iter().map(|p| AwayReason::of(*p)).collect();
        StatusSettings { version: 0, reasons, away_minutes: 0, offline_minutes: 10 }
    }
}

impl StatusSettings {
    /// What the form and the server check; keys of the account's own reasons are checked by the server alone.
    pub fn check(&self) -> Result<(), Fault> {
        let mut check = Check::default();
        let fits = |minutes: i64| (limit::STATUS_MINUTES_MIN..=limit::STATUS_MINUTES_MAX).contains(&minutes);
        check
            .that(self.away_minutes == 0 || fits(self.away_minutes), "away_minutes", Wrong::NotAllowed)
            .that(fits(self.offline_minutes), "offline_minutes", Wrong::NotAllowed)
            .that(self.reasons.len() <= limit::AWAY_REASONS_MAX, "reasons", Wrong::TooMany);
        for preset in AwayPreset::ALL {
            check.that(self.reasons.iter().filter(|r| r.preset() == Some(*preset)).count() == 1, "reasons", Wrong::Required);
        }
        let mut names = BTreeSet::new();
        for (i, reason) in self.reasons.iter().enumerate() {
            let (name, text) = (format!("name_{i}"), format!("text_{i}"));
            match reason.preset() {
                Some(_) => check.that(reason.name.is_empty(), &name, Wrong::NotAllowed),
                None => {
                    let is_first = names.insert(reason.name.trim().to_lowercase());
                    check.text(&reason.name, &name, limit::AWAY_NAME_MAX).that(is_first, &name, Wrong::Taken)
                }
            };
            check.that(reason.text.chars().count() <= limit::CLOSING_TEXT_MAX, &text, Wrong::TooLong);
        }
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_1_a_time_of_return_is_a_time_of_the_day_and_only_for_who_is_away() {
        for (text, minute) in [("00:00", Some(0)), ("13:30", Some(810)), ("23:59", Some(1439))] {
            assert_eq!(minute_of_day(text), minute, "{text}");
        }
        for text in ["", "24:00", "12:60", "1:30", "13h30", "+1:30", "-1:30", "13:30:00", " 13:30", "é:30"] {
            assert_eq!(minute_of_day(text), None, "{text}");
        }
        let draft = |kind, reason: &str, back_at: &str| StatusDraft { kind, reason: reason.into(), back_at: back_at.into() }.check();
        assert!(draft(StatusKind::Away, "LUNCH", "13:30").is_ok() && draft(StatusKind::Away, "", "").is_ok());
        assert_eq!(draft(StatusKind::Away, "", "25:00"), Err(Fault::field("back_at", Wrong::NotATime)));
        assert_eq!(draft(StatusKind::Online, "LUNCH", ""), Err(Fault::field("reason", Wrong::NotAllowed)));
        assert_eq!(draft(StatusKind::Offline, "", "13:30"), Err(Fault::field("back_at", Wrong::NotAllowed)));
    }

    #[test]
    fn st_3_minutes_are_off_or_from_two_to_a_day() {
        let fault =
            |away_minutes, offline_minutes| StatusSettings { away_minutes, offline_minutes, ..StatusSettings::default() }.check().err();
        assert_eq!(StatusSettings::default().check(), Ok(()));
        for minutes in [2, 1440] {
            assert_eq!(fault(minutes, minutes), None);
        }
        for minutes in [-1, 1, 1441, i64::MIN, i64::MAX] {
            assert_eq!(fault(minutes, 10), Some(Fault::field("away_minutes", Wrong::NotAllowed)));
            assert_eq!(fault(0, minutes), Some(Fault::field("offline_minutes", Wrong::NotAllowed)));
        }
        assert_eq!(fault(0, 0), Some(Fault::field("offline_minutes", Wrong::NotAllowed)));
    }

    #[test]
    fn st_2_the_four_reasons_stay_and_others_have_names_of_their_own() {
        let own = |name: &str| AwayReason { key: String::new(), name: name.into(), text: String::new(), active: true };
        let with = |more: Vec<AwayReason>| {
            let usual = StatusSettings::default();
            StatusSettings { reasons: [usual.reasons.clone(), more].concat(), ..usual }.check().err()
        };
        assert_eq!(with(vec![own("Consulta")]), None);
        assert_eq!(with(vec![own(" ")]), Some(Fault::field("name_4", Wrong::Required)));
        assert_eq!(with(vec![own("Consulta"), own(" consulta")]), Some(Fault::field("name_5", Wrong::Taken)));
        assert_eq!(with(vec![AwayReason { text: "é".repeat(1025), ..own("x") }]), Some(Fault::field("text_4", Wrong::TooLong)));
        assert_eq!(with(vec![AwayReason::of(AwayPreset::Lunch)]), Some(Fault::field("reasons", Wrong::Required)));
        let mut without = StatusSettings::default();
        without.reasons.remove(0);
        assert_eq!(without.check(), Err(Fault::field("reasons", Wrong::Required)));
        assert_eq!(with((0..27).map(|n| own(&n.to_string())).collect()), Some(Fault::field("reasons", Wrong::TooMany)));
    }
}
