//! What people do now, in words and as a dot.

use crate::i18n::*;
use crate::live::Store;
use crate::part::{TimeStyle, Times};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::{AwayPreset, StatusKind, UserId, UserStatus};

/// `Online`, `Ausente`, `Offline`. Tracks the language.
pub fn word(i18n: I18nContext<Locale>, kind: StatusKind) -> String {
    match kind {
        StatusKind::Online => t_string!(i18n, status.online),
        StatusKind::Away => t_string!(i18n, status.away),
        StatusKind::Offline => t_string!(i18n, status.offline),
    }
    .to_string()
}

/// What a reason is called, from its key and the account's own name for it. Tracks the language.
pub fn reason(i18n: I18nContext<Locale>, key: &str, name: &str) -> String {
    match key.parse() {
        Ok(AwayPreset::Lunch) => t_string!(i18n, status.reason.lunch),
        Ok(AwayPreset::Break) => t_string!(i18n, status.reason.pause),
        Ok(AwayPreset::Meeting) => t_string!(i18n, status.reason.meeting),
        Ok(AwayPreset::Training) => t_string!(i18n, status.reason.training),
        Err(_) => return name.to_owned(),
    }
    .to_string()
}

/// `Ausente · Almoço · volta 13:30`. Tracks language and clock.
pub fn say(i18n: I18nContext<Locale>, times: Times, status: &UserStatus) -> String {
    let back = status.back_at.map(|at| times.text(at, TimeStyle::Ahead)).filter(|time| !time.is_empty());
    let back = back.map(|time| t_string!(i18n, status.back, time = time.as_str()).to_string());
    [word(i18n, status.kind), reason(i18n, &status.reason, &status.name), back.unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The dot on somebody's avatar.
pub fn dot(store: Store, id: UserId) -> Signal<Option<StatusKind>> {
    Signal::derive(move || Some(store.status(id).kind))
}
