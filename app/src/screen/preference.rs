//! How I conclude: what a contact's message does afterwards, and whether I am asked for a reason. Each choice is saved when
//! it is made.

use crate::api::auth::set_archive_preference;
use crate::api::closing::set_classify;
use crate::fault;
use crate::i18n::*;
use crate::part::*;
use crate::session::{self, use_session};
use leptos::prelude::*;
use model::{ArchivePreference, ClosingSettings, Me};

/// The choices.
#[component]
pub fn ClosingPreference(
    /// How the account concludes now.
    #[prop(into)]
    settings: Signal<Option<ClosingSettings>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (session, toasts) = (use_session(), use_toasts());
    let me = untrack(|| session.me());
    let archive = RwSignal::new(me.as_ref().map_or(ArchivePreference::TwelveHours, |me| me.archive_preference).word().to_owned());
    let classify = RwSignal::new(me.is_some_and(|me| me.classify_on_conclude));
    let choices = Signal::derive(move || {
        vec![
            Choice::new(ArchivePreference::TwelveHours.word(), t_string!(i18n, settings.profile.archive_12h)),
            Choice::new(ArchivePreference::Immediate.word(), t_string!(i18n, settings.profile.archive_now)),
        ]
    });
    let explain = move |word: String| {
        if word == ArchivePreference::Immediate.word() {
            t_string!(i18n, settings.profile.archive_now_text).to_string()
        } else {
            t_string!(i18n, settings.profile.archive_12h_text).to_string()
        }
    };
    // Shown at once, taken back when it was refused.
    let heard = move |answer: Result<(), crate::api::Refused>, before: Option<Me>| match answer {
        Ok(()) => toasts.say(tu_string!(i18n, common.act.saved).to_string()),
        Err(refused) => {
            if let Some(before) = before {
                let _ = archive.try_set(before.archive_preference.word().to_owned());
                let _ = classify.try_set(before.classify_on_conclude);
                session.change(|me| {
                    me.archive_preference = before.archive_preference;
                    me.classify_on_conclude = before.classify_on_conclude;
                });
            }
            if !session::ended_by(&refused.0) {
                toasts.fail(untrack(|| fault::say(i18n, &refused.0)));
            }
        }
    };
    let archived = move |word: String| {
        let Ok(preference) = word.parse::<ArchivePreference>() else { return };
        let before = untrack(|| session.me());
        session.change(|me| me.archive_preference = preference);
        leptos::task::spawn_local(async move { heard(set_archive_preference(preference).await, before) });
    };
    let classified = move |on: bool| {
        let before = untrack(|| session.me());
        session.change(|me| me.classify_on_conclude = on);
        leptos::task::spawn_local(async move { heard(set_classify(on).await, before) });
    };
    let is_on = move || settings.get().is_some_and(|s| s.classify);
    let required = Memo::new(move |_| settings.get().is_some_and(|s| s.requires_reason()));
    let hint = move || {
        if required.get() {
            t_string!(i18n, closing.preference.classify_required)
        } else {
            t_string!(i18n, closing.preference.classify_hint)
        }
        .to_string()
    };
    // Teams for which an admin decided otherwise.
    let store = crate::live::use_store();
    let forced = move || {
        let teams = store
            .workspace
            .with(|w| w.iter().flat_map(|w| &w.teams).filter_map(|t| Some((t.name.clone(), t.archive_preference?))).collect::<Vec<_>>());
        let line = |(name, preference): (String, ArchivePreference)| match preference {
            ArchivePreference::TwelveHours => t_string!(i18n, settings.profile.archive_team_12h, name = name.as_str()).to_string(),
            ArchivePreference::Immediate => t_string!(i18n, settings.profile.archive_team_now, name = name.as_str()).to_string(),
        };
        teams.into_iter().map(|team| view! { <p class="field-hint">{line(team)}</p> }).collect_view()
    };
    view! {
        <Radios name="archive" value=archive choices explain=Callback::new(explain) changed=Callback::new(archived)
            label=move || t_string!(i18n, settings.profile.archive).to_string()/>
        {forced}
        <Show when=is_on>
            <Toggle name="classify_on_conclude" checked=classify disabled=required changed=Callback::new(classified) hint
                label=move || t_string!(i18n, closing.preference.classify).to_string()/>
        </Show>
    }
}
