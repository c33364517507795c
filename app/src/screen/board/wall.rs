//! The board for a screen on the wall: large, one team after the other, nothing to press. It keeps the screen awake, and
//! the live connection makes itself again.

use super::{Shown, say};
use crate::i18n::*;
use crate::live::{use_store, web};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{StatusKind, TallyClock, TallyCount, TallySpan};

/// How long each team stays.
const TURN_MS: u32 = 12_000;

#[component]
pub fn Wall(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    effect(keep_awake);
    effect(move || {
        spawn_local(async move {
            loop {
                web::sleep(TURN_MS).await;
                // All of them, then each, and all again. Whoever has one team sees that.
                let teams =
                    shown.board.try_with_untracked(|b| b.iter().flat_map(|b| &b.teams).map(|t| t.team_id.to_string()).collect::<Vec<_>>());
                let (Some(teams), Some(now)) = (teams, shown.team.try_get_untracked()) else { return };
                let next = match teams.iter().position(|t| *t == now) {
                    None if teams.len() > 1 => teams.first().cloned(),
                    None => None,
                    Some(at) => teams.get(at + 1).cloned(),
                };
                shown.team.set(next.unwrap_or_default());
                // A system may have let the screen go, such as when the tab was hidden.
                keep_awake();
            }
        });
    });
    let title = move || match shown.team.get().parse() {
        Ok(team) => store.team_name(team),
        Err(_) => t_string!(i18n, board.all_teams).to_string(),
    };
    let today = Memo::new(move |_| shown.sum(|t| &t.today));
    let big = move |name: &'static str, label: Signal<String>, value: Signal<String>| {
        view! { <div class="wall-card" data-figure=name><dt>{move || label.get()}</dt><dd>{move || value.get()}</dd></div> }
    };
    let longest = move || {
        let since = shown.teams().iter().filter_map(|t| t.oldest.as_ref().map(|o| o.since)).min();
        since.map_or_else(|| "–".to_owned(), |since| say::long(shown.now.get() - since))
    };
    let online = move || {
        let teams: Vec<_> = shown.teams().iter().map(|t| t.team_id).collect();
        shown.board.with(|b| {
            let here = b.iter().flat_map(|b| &b.people).filter(|p| p.work.iter().any(|w| w.is_agent && teams.contains(&w.team_id)));
            here.filter(|p| p.status.kind == StatusKind::Online).count().to_string()
        })
    };
    view! {
        <div class="wall" role="status" aria-live="off">
            <header class="wall-head"><h1><bdi>{title}</bdi></h1><A href="/board" attr:class="wall-leave">{t!(i18n, board.leave)}</A></header>
            <dl class="wall-cards">
                {big("waiting", Signal::derive(move || t_string!(i18n, board.waiting).to_string()), Signal::derive(move || shown.teams().iter().map(|t| t.waiting).sum::<i64>().to_string()))}
                {big("longest", Signal::derive(move || t_string!(i18n, board.longest).to_string()), Signal::derive(longest))}
                {big("serving", Signal::derive(move || t_string!(i18n, board.serving).to_string()), Signal::derive(move || shown.teams().iter().map(|t| t.serving).sum::<i64>().to_string()))}
                {big("online", Signal::derive(move || t_string!(i18n, board.online).to_string()), Signal::derive(online))}
                {big("closed", Signal::derive(move || t_string!(i18n, board.closed).to_string()), Signal::derive(move || today.with(|t| t.count(TallyCount::Closed).to_string())))}
                {big("answer", Signal::derive(move || format!("{} ({})", t_string!(i18n, board.answer), t_string!(i18n, board.median))),
                    Signal::derive(move || today.with(|t| say::percentile(t, TallySpan::Answer, TallyClock::Wall, 50))))}
            </dl>
        </div>
    }
}

/// Asks the browser to leave the screen on; one that cannot leaves that to its system.
#[cfg(feature = "browser")]
fn keep_awake() {
    use js_sys::{Function, Reflect};
    use wasm_bindgen::{JsCast, JsValue};
    let ask = || -> Result<(), JsValue> {
        let lock = Reflect::get(&window().navigator(), &"wakeLock".into())?;
        let promise = Reflect::get(&lock, &"request".into())?.dyn_into::<Function>()?.call1(&lock, &"screen".into())?;
        // Refused while the tab is hidden: the next turn asks again.
        let asked = wasm_bindgen_futures::JsFuture::from(promise.dyn_into::<js_sys::Promise>()?);
        spawn_local(async move {
            let _ = asked.await;
        });
        Ok(())
    };
    let _ = ask();
}

#[cfg(not(feature = "browser"))]
fn keep_awake() {}
