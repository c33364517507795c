//! Concluding many conversations at once: which, how many, the code, and what became of each.

use super::list::when_here;
use super::many_jobs::Jobs;
use super::member::follow;
use crate::api::closing::{count_many, jobs, reasons, start_job};
use crate::api::contact::tags;
use crate::api::settings::{channel_forms, members, teams};
use crate::i18n::*;
use crate::part::*;
use crate::screen::step_up::StepUp;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use model::*;
use std::collections::BTreeSet;

const DAY: i64 = 24 * 60;

/// What can be filtered by, by id and name, and the reasons for all.
#[derive(Clone, Debug, Default, PartialEq)]
struct Ground {
    channels: Vec<(i64, String)>,
    teams: Vec<(i64, String)>,
    people: Vec<(i64, String)>,
    tags: Vec<(i64, String)>,
    reasons: Vec<Reason>,
}

async fn fetch() -> crate::api::Answer<Ground> {
    Ok(Ground {
        channels: channel_forms().await?.into_iter().map(|c| (c.channel.id.0, c.channel.name)).collect(),
        teams: teams().await?.into_iter().map(|t| (t.id.0, t.name)).collect(),
        people: members().await?.into_iter().map(|m| (m.user_id.0, m.name)).collect(),
        tags: tags().await?.into_iter().map(|t| (t.id.0, t.name)).collect(),
        reasons: reasons().await?,
    })
}

/// The page.
#[component]
pub fn ManyScreen() -> impl IntoView {
    let i18n = use_i18n();
    let ground = Fetched::new(fetch);
    follow(ground);
    let running = Fetched::new(|| async { jobs().await });
    view! {
        <Title text=move || t_string!(i18n, closing.many.title).to_string()/>
        <section class="settings-page endings">
            <header class="settings-head">
                <h2>{t!(i18n, closing.many.title)}</h2>
                <p>{t!(i18n, closing.many.lead)}</p>
            </header>
            {when_here(ground, move |ground| view! { <Search ground started=move |()| running.refetch()/> }.into_any())}
            {when_here(running, move |rows| view! { <Jobs rows changed=move |()| running.refetch()/> }.into_any())}
        </section>
    }
}

/// The filters, what they find, and the way to conclude it.
#[component]
fn Search(ground: Signal<Ground>, #[prop(into)] started: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let store = crate::live::use_store();
    let marked = || RwSignal::new(BTreeSet::<i64>::new());
    let (channels, teams, people, tagged) = (marked(), marked(), marked(), marked());
    let day = || RwSignal::new(String::new());
    let (created_from, created_until, active_from, active_until) = (day(), day(), day(), day());
    let (status, idle) = (RwSignal::new(String::new()), RwSignal::new("0".to_owned()));
    let (with_message, reason) = (RwSignal::new(false), RwSignal::new(String::new()));
    let filter = Memo::new(move |_| BulkFilter {
        channels: channels.get().into_iter().map(ChannelId).collect(),
        teams: teams.get().into_iter().map(TeamId).collect(),
        assignees: people.get().into_iter().map(UserId).collect(),
        status: status.get().parse().ok(),
        idle_minutes: idle.get().parse().unwrap_or(0),
        tags: tagged.get().into_iter().map(TagId).collect(),
        created_from: created_from.get(),
        created_until: created_until.get(),
        active_from: active_from.get(),
        active_until: active_until.get(),
    });
    let count = Fetched::new(move || count_many(filter.get()));
    let found = Memo::new(move |_| match count.get() {
        Some(Ok(n)) => Some(n),
        _ => None,
    });
    // A count that belongs to other filters is no count.
    let asked = RwSignal::new(BulkFilter::default());
    effect(move || {
        if filter.get() != asked.get_untracked() {
            asked.set(filter.get_untracked());
            count.refetch();
        }
    });
    let statuses = Signal::derive(move || {
        vec![
            Choice::new("", t_string!(i18n, closing.many.status_all)),
            Choice::new(ConversationStatus::Pending.word(), t_string!(i18n, closing.many.status_pending)),
            Choice::new(ConversationStatus::InProgress.word(), t_string!(i18n, closing.many.status_progress)),
        ]
    });
    let times = Signal::derive(move || {
        let day = |n: i64| (n * DAY).to_string();
        vec![
            Choice::new("0", t_string!(i18n, closing.many.idle_any)),
            Choice::new(day(1), t_string!(i18n, closing.many.idle_day)),
            Choice::new(day(7), t_string!(i18n, closing.many.idle_week)),
            Choice::new(day(30), t_string!(i18n, closing.many.idle_month)),
            Choice::new(day(90), t_string!(i18n, closing.many.idle_quarter)),
        ]
    });
    let reason_choices = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, closing.auto.reason_none));
        let fits = |r: &&Reason| r.active && !r.has_monetary_value;
        ground.with(|g| {
            std::iter::once(none)
                .chain(g.reasons.iter().filter(fits).map(|r| Choice::new(r.id.to_string(), r.description.clone())))
                .collect()
        })
    });
    let closing = Memo::new(move |_| store.workspace.with(|w| w.as_ref().map(|w| w.me.account.closing)));
    let classifies = move || closing.get().is_some_and(|c| c.classify);
    let why = Signal::derive(move || match found.get() {
        None => Some(t_string!(i18n, common.word.loading).to_string()),
        Some(0) => Some(t_string!(i18n, closing.many.found_none).to_string()),
        Some(n) if n > limit::BULK_MAX => Some(t_string!(i18n, closing.many.too_many, count = n, max = limit::BULK_MAX).to_string()),
        Some(_) => None,
    });
    let says = move || match found.get() {
        Some(1) => t_string!(i18n, closing.many.found_one).to_string(),
        Some(n) if why.get().is_none() => t_string!(i18n, closing.many.found, count = n).to_string(),
        _ => why.get().unwrap_or_default(),
    };
    let asking = RwSignal::new(false);
    let draft = move |code: String| BulkDraft {
        filter: filter.get_untracked(),
        expected: found.get_untracked().unwrap_or_default(),
        with_message: with_message.get_untracked(),
        reason_id: reason.get_untracked().parse().ok().filter(|_| untrack(classifies)),
        code,
    };
    view! {
        <section class="form card">
            <h3>{t!(i18n, closing.many.filter)}</h3>
            <p class="field-hint">{t!(i18n, closing.many.all)}</p>
            <div class="many-filters">
                <Marks label=move || t_string!(i18n, closing.many.channels).to_string() all=Signal::derive(move || ground.with(|g| g.channels.clone())) marked=channels/>
                <Marks label=move || t_string!(i18n, closing.many.teams).to_string() all=Signal::derive(move || ground.with(|g| g.teams.clone())) marked=teams/>
                <Marks label=move || t_string!(i18n, closing.many.people).to_string() all=Signal::derive(move || ground.with(|g| g.people.clone())) marked=people/>
                <Marks label=move || t_string!(i18n, closing.many.tags).to_string() all=Signal::derive(move || ground.with(|g| g.tags.clone())) marked=tagged/>
            </div>
            <div class="form-pair">
                <Select name="status" value=status choices=statuses label=move || t_string!(i18n, closing.many.status).to_string()/>
                <Select name="idle" value=idle choices=times label=move || t_string!(i18n, closing.many.idle).to_string()/>
                <TextField name="created_from" kind="date" value=created_from label=move || t_string!(i18n, closing.many.created_from).to_string()/>
                <TextField name="created_until" kind="date" value=created_until label=move || t_string!(i18n, closing.many.created_until).to_string()/>
                <TextField name="active_from" kind="date" value=active_from label=move || t_string!(i18n, closing.many.active_from).to_string()
                    hint=move || t_string!(i18n, closing.many.active_hint).to_string()/>
                <TextField name="active_until" kind="date" value=active_until label=move || t_string!(i18n, closing.many.active_until).to_string()/>
            </div>
            <Checkbox name="with_message" checked=with_message label=move || t_string!(i18n, closing.many.message).to_string()
                hint=move || t_string!(i18n, closing.many.message_hint).to_string()/>
            <Show when=classifies>
                <Select name="reason" value=reason choices=reason_choices label=move || t_string!(i18n, closing.many.reason).to_string()/>
            </Show>
            {move || match count.get() {
                Some(Err(fault)) => view! { <Trouble fault retry=move |()| count.refetch()/> }.into_any(),
                _ => view! {
                    <div class="form-foot">
                        <Button kind=Kind::Danger icon="conclude" why press=move |()| asking.set(true)>
                            {move || t_string!(i18n, closing.many.start, count = found.get().unwrap_or_default()).to_string()}
                        </Button>
                        <span role="status">{says}</span>
                    </div>
                }.into_any(),
            }}
        </section>
        <Sure asking found draft=Callback::new(draft) started=move |()| { count.refetch(); started.run(()) } changed=move |()| count.refetch()/>
    }
}

/// Some of a list.
#[component]
fn Marks(#[prop(into)] label: Signal<String>, all: Signal<Vec<(i64, String)>>, marked: RwSignal<BTreeSet<i64>>) -> impl IntoView {
    view! {
        <fieldset class="marks">
            <legend class="field-label">{move || label.get()}</legend>
            <For each=move || all.get() key=|one| one.clone() let((id, name))>
                <label class="check">
                    <input type="checkbox" prop:checked=move || marked.read().contains(&id)
                        on:change=move |event| marked.update(|all| { if event_target_checked(&event) { all.insert(id); } else { all.remove(&id); } })/>
                    <span class="check-text" dir="auto">{name}</span>
                </label>
            </For>
        </fieldset>
    }
}

/// The last question, with the code.
#[component]
fn Sure(
    asking: RwSignal<bool>,
    found: Memo<Option<i64>>,
    draft: Callback<String, BulkDraft>,
    #[prop(into)] started: Callback<()>,
    /// There are others by now.
    #[prop(into)]
    changed: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let moved = RwSignal::new(false);
    let faults = Faults::provide();
    effect(move || {
        if asking.get() {
            faults.clear();
            moved.set(false);
        } else {
            code.set(String::new());
        }
    });
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let draft = draft.run(code.get_untracked());
        if let Err(wrong) = draft.check() {
            return faults.take(&wrong);
        }
        busy.set(true);
        spawn_local(async move {
            let job = start_job(draft).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match job {
                Ok(_) => {
                    asking.set(false);
                    started.run(());
                }
                Err(refused) if refused.0 == Fault::field("expected", Wrong::Unknown) => {
                    moved.set(true);
                    changed.run(());
                }
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    let footer = move || {
        view! {
            <Button press=move |()| asking.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Danger busy press=move |()| submit()>
                {move || t_string!(i18n, closing.many.start, count = found.get().unwrap_or_default()).to_string()}
            </Button>
        }
    };
    view! {
        <Dialog open=asking locked=busy footer title=move || match found.get().unwrap_or_default() {
            1 => t_string!(i18n, closing.many.confirm_one).to_string(),
            n => t_string!(i18n, closing.many.confirm, count = n).to_string(),
        }>
            <form method="post" novalidate on:submit=move |event: SubmitEvent| { event.prevent_default(); submit() }>
                <p class="dialog-lead">{t!(i18n, closing.many.confirm_text)}</p>
                {move || moved.get().then(|| view! { <p class="form-fault" role="alert">{t!(i18n, closing.many.changed)}</p> })}
                <StepUp action=Dangerous::CompleteMany code/>
                {move || faults.other().map(|f| crate::fault::view(i18n, &f))}
            </form>
        </Dialog>
    }
}
