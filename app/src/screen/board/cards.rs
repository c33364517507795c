//! The figures of now and of today (DB-1, DB-2), each with what it means (DB-4).

use super::{Shown, say};
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use model::{ConversationQuery, Filter, StatusKind, Tab, TallyClock, TallyCount, TallySpan};

/// A figure with its name and its meaning.
#[component]
pub fn Card(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] tip: Signal<String>,
    #[prop(into)] value: Signal<String>,
    /// What it is held against.
    #[prop(optional, into)]
    beside: Signal<String>,
    /// Looks into it.
    #[prop(optional, into)]
    press: Option<Callback<()>>,
    /// For tests.
    name: &'static str,
) -> impl IntoView {
    let figure = move || view! { <span class="board-value">{move || value.get()}</span> };
    view! {
        <div class="board-card" data-figure=name>
            <dt data-tip=move || tip.get() aria-description=move || tip.get() tabindex="0">{move || label.get()}</dt>
            <dd>
                {match press {
                    Some(press) => view! { <button type="button" class="board-open" on:click=move |_| press.run(())>{figure()}</button> }.into_any(),
                    None => figure().into_any(),
                }}
                <span class="board-beside">{move || beside.get()}</span>
            </dd>
        </div>
    }
}

/// All cards.
#[component]
pub fn Cards(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let filter = move || Filter { teams: shown.team.get_untracked().parse().ok().into_iter().collect(), ..Filter::default() };
    let into = move |tab: Tab, title: String| {
        let query = ConversationQuery { tab, filter: filter(), oldest_first: tab == Tab::New, after: None, limit: None };
        shown.into.set(Some((title, query)));
    };
    let today = Memo::new(move |_| shown.sum(|t| &t.today));
    let usual = move |what: &'static [TallyCount]| {
        let days = shown.board.with(|b| b.as_ref().map_or(0, |b| b.usual_days));
        if days == 0 {
            return String::new();
        }
        let count = |tally: &model::Tally| what.iter().map(|w| tally.count(*w)).sum::<i64>();
        let (now, before) = (shown.sum(|t| &t.so_far), shown.sum(|t| &t.usual));
        t_string!(i18n, board.usual, now = count(&now).to_string(), usual = say::of_days(count(&before), days)).to_string()
    };
    let count = move |what: &'static [TallyCount]| today.with(|t| what.iter().map(|w| t.count(*w)).sum::<i64>().to_string());
    let waiting = move || shown.teams().iter().map(|t| t.waiting).sum::<i64>().to_string();
    let serving = move || shown.teams().iter().map(|t| t.serving).sum::<i64>().to_string();
    let longest = move || {
        let since = shown.teams().iter().filter_map(|t| t.oldest.as_ref().map(|o| o.since)).min();
        since.map_or_else(|| "–".to_owned(), |since| say::long(shown.now.get() - since))
    };
    let online = move || {
        let teams: Vec<_> = shown.teams().iter().map(|t| t.team_id).collect();
        let is = |p: &&model::BoardPerson| {
            p.status.kind == StatusKind::Online && p.work.iter().any(|w| w.is_agent && teams.contains(&w.team_id))
        };
        shown.board.with(|b| b.iter().flat_map(|b| &b.people).filter(is).count().to_string())
    };
    let store = use_store();
    let promises = Memo::new(move |_| store.workspace.with(|w| w.as_ref().is_some_and(|w| w.promises)));
    const BEGUN: &[TallyCount] = &[TallyCount::Entered, TallyCount::Begun];
    view! {
        <dl class="board-cards">
            <Card name="waiting" label=move || t_string!(i18n, board.waiting).to_string() tip=move || t_string!(i18n, board.waiting_tip).to_string() value=Signal::derive(waiting)
                press=move |()| into(Tab::New, t_string!(i18n, board.waiting).to_string())/>
            <Card name="longest" label=move || t_string!(i18n, board.longest).to_string() tip=move || t_string!(i18n, board.longest_tip).to_string() value=Signal::derive(longest)/>
            <Card name="serving" label=move || t_string!(i18n, board.serving).to_string() tip=move || t_string!(i18n, board.serving_tip).to_string() value=Signal::derive(serving)
                press=move |()| into(Tab::Others, t_string!(i18n, board.serving).to_string())/>
            <Card name="online" label=move || t_string!(i18n, board.online).to_string() tip=move || t_string!(i18n, board.online_tip).to_string() value=Signal::derive(online)/>
            <Card name="begun" label=move || t_string!(i18n, board.begun).to_string() tip=move || t_string!(i18n, board.begun_tip).to_string()
                value=Signal::derive(move || count(BEGUN)) beside=Signal::derive(move || usual(BEGUN))/>
            <Card name="closed" label=move || t_string!(i18n, board.closed).to_string() tip=move || t_string!(i18n, board.closed_tip).to_string()
                value=Signal::derive(move || count(&[TallyCount::Closed])) beside=Signal::derive(move || usual(&[TallyCount::Closed]))
                press=move |()| into(Tab::Done, t_string!(i18n, board.closed).to_string())/>
            <Card name="fresh" label=move || t_string!(i18n, board.fresh).to_string() tip=move || t_string!(i18n, board.fresh_tip).to_string()
                value=Signal::derive(move || count(&[TallyCount::Fresh])) beside=Signal::derive(move || usual(&[TallyCount::Fresh]))/>
            <Card name="received" label=move || t_string!(i18n, board.received).to_string() tip=move || t_string!(i18n, board.received_tip).to_string()
                value=Signal::derive(move || count(&[TallyCount::Received])) beside=Signal::derive(move || usual(&[TallyCount::Received]))/>
            <Card name="sent" label=move || t_string!(i18n, board.sent).to_string() tip=move || t_string!(i18n, board.sent_tip).to_string()
                value=Signal::derive(move || count(&[TallyCount::Sent])) beside=Signal::derive(move || usual(&[TallyCount::Sent]))/>
            <Show when=move || promises.get()>
                <Card name="warned" label=move || t_string!(i18n, sla.row.warned).to_string() tip=move || t_string!(i18n, board.warned_tip).to_string()
                    value=Signal::derive(move || shown.teams().iter().map(|t| t.warned).sum::<i64>().to_string())/>
                <Card name="breached" label=move || t_string!(i18n, sla.row.breached).to_string() tip=move || t_string!(i18n, board.breached_tip).to_string()
                    value=Signal::derive(move || shown.teams().iter().map(|t| t.breached).sum::<i64>().to_string())/>
            </Show>
        </dl>
    }
}

/// How long things took today.
#[component]
pub fn Averages(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let open = shown.open_hours;
    let today = Memo::new(move |_| shown.sum(|t| &t.today));
    let clock = move || if open.get() { TallyClock::Open } else { TallyClock::Wall };
    let row = move |span: TallySpan, label: Signal<String>, tip: Signal<String>| {
        let of = move |percent| move || today.with(|t| say::percentile(t, span, clock(), percent));
        view! {
            <tr>
                <th scope="row" data-tip=move || tip.get() aria-description=move || tip.get() tabindex="0">{move || label.get()}</th>
                <td>{of(50)}</td><td>{of(90)}</td><td>{move || today.with(|t| say::mean(t, span, clock()))}</td>
            </tr>
        }
    };
    view! {
        <section class="board-part" aria-labelledby="board-averages">
            <header class="board-part-head">
                <h2 id="board-averages">{t!(i18n, board.averages)}</h2>
                <Toggle name="open_hours" checked=open label=move || t_string!(i18n, board.open_hours).to_string()/>
            </header>
            <div class="board-scroll"><table class="board-table">
                <thead><tr><th scope="col"></th><th scope="col">{t!(i18n, board.median)}</th><th scope="col">{t!(i18n, board.p90)}</th><th scope="col">{t!(i18n, board.mean)}</th></tr></thead>
                <tbody>
                    {row(TallySpan::Answer, Signal::derive(move || t_string!(i18n, board.answer).to_string()), Signal::derive(move || t_string!(i18n, board.answer_tip).to_string()))}
                    {row(TallySpan::Wait, Signal::derive(move || t_string!(i18n, board.wait).to_string()), Signal::derive(move || t_string!(i18n, board.wait_tip).to_string()))}
                    {row(TallySpan::Serve, Signal::derive(move || t_string!(i18n, board.serve).to_string()), Signal::derive(move || t_string!(i18n, board.serve_tip).to_string()))}
                </tbody>
            </table></div>
        </section>
    }
}
