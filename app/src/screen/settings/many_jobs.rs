//! Conclusions of many that were started: how far they are, and what became of each conversation.

use crate::api::closing::{cancel_job, job_items};
use crate::fault;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use model::{BulkJob, ClosingJobId, ItemState, JobState};

/// How often a running job is looked at, in milliseconds.
const LOOK: u32 = 1_000;

/// The jobs, the newest first; looked at again and again while one runs.
#[component]
pub(super) fn Jobs(rows: Signal<Vec<BulkJob>>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let runs = Memo::new(move |_| rows.with(|all| all.iter().any(|j| j.state == JobState::Running)));
    effect(move || {
        if runs.get() {
            let timer = send_wrapper::SendWrapper::new(gloo_timers::callback::Interval::new(LOOK, move || changed.run(())));
            on_cleanup(move || drop(timer));
        }
    });
    let ids = move || rows.with(|all| all.iter().map(|j| j.id).collect::<Vec<_>>());
    view! {
        <section class="form card">
            <h3>{t!(i18n, closing.many.jobs)}</h3>
            <Show when=move || rows.with(Vec::is_empty)><p class="field-hint">{t!(i18n, closing.many.none)}</p></Show>
            <For each=ids key=|id| *id let:id>
                <Job id rows changed/>
            </For>
        </section>
    }
}

#[component]
fn Job(id: ClosingJobId, rows: Signal<Vec<BulkJob>>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (toasts, store) = (use_toasts(), use_store());
    let job = Memo::new(move |_| rows.with(|all| all.iter().find(|j| j.id == id).cloned()));
    let state = Memo::new(move |_| job.with(|j| j.as_ref().map(|j| j.state)));
    let at = Signal::derive(move || job.with(|j| j.as_ref().map_or(0, |j| j.created_at)));
    let by = move || {
        let name = job.with(|j| j.as_ref().map(|j| store.member_name(j.by))).unwrap_or_default();
        t_string!(i18n, closing.many.by, name = name.as_str()).to_string()
    };
    let tone = Signal::derive(move || match state.get() {
        Some(JobState::Running) => Tone::Accent,
        Some(JobState::Done) => Tone::Success,
        _ => Tone::Neutral,
    });
    let name = move || match state.get() {
        Some(JobState::Running) => t_string!(i18n, closing.many.running),
        Some(JobState::Done) => t_string!(i18n, closing.many.done),
        _ => t_string!(i18n, closing.many.cancelled),
    };
    #[expect(clippy::cast_precision_loss, reason = "a few thousands")]
    let part = Signal::derive(move || job.with(|j| j.as_ref().map(|j| (j.done + j.failed) as f64 / j.total.max(1) as f64)));
    let progress = Signal::derive(move || {
        let (done, total) = job.with(|j| j.as_ref().map_or((0, 0), |j| (j.done, j.total)));
        t_string!(i18n, closing.many.progress, done = done, total = total).to_string()
    });
    let failed = move || {
        let n = job.with(|j| j.as_ref().map_or(0, |j| j.failed));
        (n > 0).then(|| t_string!(i18n, closing.many.failed, count = n).to_string())
    };
    let stopping = RwSignal::new(false);
    let stop = move |()| {
        stopping.set(true);
        spawn_local(async move {
            let stopped = cancel_job(id).await;
            if stopping.try_set(false).is_some() {
                return;
            }
            match stopped {
                Ok(()) => toasts.say(tu_string!(i18n, closing.many.cancelled_said).to_string()),
                Err(refused) if crate::session::ended_by(&refused.0) => return,
                Err(refused) => toasts.fail(untrack(|| fault::say(i18n, &refused.0))),
            }
            changed.run(());
        });
    };
    let shown = RwSignal::new(false);
    view! {
        <article class="job">
            <header class="job-head">
                <Time at=at style=TimeStyle::Full/>
                <span dir="auto">{by}</span>
                <Chip tone>{name}</Chip>
                <Show when=move || state.get() == Some(JobState::Running)>
                    <Button small=true icon="stop" busy=stopping press=stop>{t!(i18n, closing.many.cancel)}</Button>
                </Show>
            </header>
            <Progress label=progress part/>
            {move || failed().map(|text| view! { <p class="job-failed">{text}</p> })}
            <Button small=true kind=Kind::Ghost icon="list" press=move |()| shown.update(|s| *s = !*s)>{t!(i18n, closing.many.items)}</Button>
            <Show when=move || shown.get()><Items id job/></Show>
        </article>
    }
}

/// Each conversation, those that failed first.
#[component]
fn Items(id: ClosingJobId, job: Memo<Option<BulkJob>>) -> impl IntoView {
    let i18n = use_i18n();
    let items = Fetched::new(move || job_items(id));
    // When it has ended, once more.
    Effect::new(move |before: Option<bool>| {
        let runs = job.with(|j| j.as_ref().is_some_and(|j| j.state == JobState::Running));
        if before == Some(true) && !runs {
            items.refetch();
        }
        runs
    });
    move || match items.get() {
        None => view! { <Skeleton lines=3/> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault retry=move |()| items.refetch()/> }.into_any(),
        Some(Ok(list)) => view! {
            <ul class="job-items">
                {list.into_iter().map(|item| {
                    let (state, why) = (item.state, item.fault);
                    let said = move || match (state, &why) {
                        (_, Some(why)) => fault::say(i18n, why),
                        (ItemState::Done, None) => t_string!(i18n, closing.many.item_done).to_string(),
                        _ => t_string!(i18n, closing.many.item_waiting).to_string(),
                    };
                    view! {
                        <li>
                            <A href=format!("/inbox/{}", item.conversation_id)><bdi>{item.contact_name}</bdi>" · "{item.protocol}</A>
                            <span class="job-said" class:failed={state == ItemState::Failed}>{said}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        }
        .into_any(),
    }
}
