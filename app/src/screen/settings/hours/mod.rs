//! When it is open (HR): the account's week, special dates, the answer while it is closed, and teams of their own.

mod dates;
mod form;
mod sheet;
mod team;
mod week;

use super::list::when_here;
use crate::api::hours::office_hours;
use crate::api::settings::teams;
use crate::i18n::*;
use crate::live::use_store;
use crate::opening;
use crate::part::*;
use crate::session::use_session;
use form::HoursForm;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::components::A;
use model::{HoursSettings, TeamId};
use team::TeamHours;

/// What is stored, as it was last told; and the account's teams by name.
#[derive(Clone, Copy)]
struct Known {
    stored: RwSignal<HoursSettings>,
    teams: StoredValue<Vec<(TeamId, String)>>,
}

impl Known {
    /// Asks for what is stored now; `then` runs once it is here.
    fn ask(self, then: impl FnOnce() + 'static) {
        spawn_local(async move {
            if let Ok(newest) = office_hours().await
                && self.stored.try_set(newest).is_none()
            {
                then();
            }
        });
    }
}

/// The page.
#[component]
pub fn HoursScreen() -> impl IntoView {
    let i18n = use_i18n();
    let all = Fetched::new(|| async {
        let teams: Vec<(TeamId, String)> = teams().await?.into_iter().map(|t| (t.id, t.name)).collect();
        Ok((office_hours().await?, teams))
    });
    view! {
        <Title text=move || t_string!(i18n, hours.title).to_string()/>
        <section class="settings-page hours">
            <header class="settings-head">
                <h2>{t!(i18n, hours.title)}</h2>
                <p>{t!(i18n, hours.lead)}</p>
            </header>
            {when_here(all, move |rows| {
                let (stored, teams) = rows.get_untracked();
                let known = Known { stored: RwSignal::new(stored), teams: StoredValue::new(teams) };
                view! { <Page known/> }.into_any()
            })}
        </section>
    }
}

#[component]
fn Page(known: Known) -> impl IntoView {
    let store = use_store();
    // Somebody else saved: forms without changes of their own take it over.
    Effect::new(move |before: Option<bool>| {
        let here = store.workspace.with(Option::is_some);
        if before == Some(true) && here {
            known.ask(|| ());
        }
        here
    });
    view! {
        <Now/>
        <HoursForm known team=None dropped=|_| ()/>
        <TeamHours known/>
    }
}

/// Open or closed, live, and by which clock.
#[component]
fn Now() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let times = use_times();
    let session = use_session();
    let zone = move || session.time_zone();
    let state = Memo::new(move |_| store.opening(None));
    view! {
        <div class="hours-now" class:open=move || state.get().is_some_and(|s| s.open) role="status">
            <span class="hours-dot" aria-hidden="true"></span>
            <strong>{move || state.get().map(|s| opening::say(i18n, times, &s))}</strong>
            <span class="hours-zone">
                <span><code>{zone}</code>" "{move || times.clock_in(&zone())}</span>
                <A href="/settings/account">{t!(i18n, hours.zone_change)}</A>
            </span>
        </div>
    }
}
