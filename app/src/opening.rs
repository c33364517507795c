//! Whether it is open, in words.

use crate::i18n::*;
use crate::part::{TimeStyle, Times};
use leptos_i18n::I18nContext;
use model::OpenState;

/// `Fechado agora · abre segunda-feira 08:00`. Tracks language and clock.
pub fn say(i18n: I18nContext<Locale>, times: Times, state: &OpenState) -> String {
    let time = state.changes_at.map(|at| times.text(at, TimeStyle::Ahead)).filter(|t| !t.is_empty());
    match (state.open, time) {
        (true, _) if !state.limited => t_string!(i18n, hours.now.always).to_string(),
        (true, Some(time)) => t_string!(i18n, hours.now.open_until, time = time).to_string(),
        (true, None) => t_string!(i18n, hours.now.open).to_string(),
        (false, Some(time)) => t_string!(i18n, hours.now.closed_until, time = time).to_string(),
        (false, None) => t_string!(i18n, hours.now.closed).to_string(),
    }
}
