//! What I do now: in the menu, by keys, and the question why I am away and until when (ST-1).

use crate::api::status::{away_reasons, choose_status};
use crate::fault;
use crate::i18n::*;
use crate::live::{Store, use_store};
use crate::part::*;
use crate::status;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{AwayReason, StatusDraft, StatusKind, UserStatus};

/// What changes my status and says so.
#[derive(Clone, Copy)]
struct Chooser {
    i18n: I18nContext<Locale>,
    store: Store,
    toasts: Toasts,
    times: Times,
}

fn use_chooser() -> Chooser {
    Chooser { i18n: use_i18n(), store: use_store(), toasts: use_toasts(), times: use_times() }
}

impl Chooser {
    /// My status. Tracked.
    fn mine(self) -> UserStatus {
        self.store.my_id().map(|id| self.store.status(id)).unwrap_or_default()
    }

    fn took(self, status: UserStatus) {
        let said = untrack(|| format!("{}: {}", t_string!(self.i18n, status.title), status::say(self.i18n, self.times, &status)));
        if let Some(me) = untrack(|| self.store.my_id()) {
            self.store.now_is(me, status);
        }
        self.toasts.say(said);
    }

    fn choose(self, draft: StatusDraft) {
        spawn_local(async move {
            match choose_status(draft).await {
                Ok(status) => self.took(status),
                Err(refused) => {
                    let fault = self.store.hear(refused);
                    self.toasts.fail(untrack(|| fault::say(self.i18n, &fault)));
                }
            }
        });
    }
}

/// What I do now, in words.
#[component]
pub(super) fn MyStatus() -> impl IntoView {
    let chooser = use_chooser();
    view! { <span dir="auto">{move || status::say(chooser.i18n, chooser.times, &chooser.mine())}</span> }
}

/// The choices of the menu: each reason at once, and away until a time.
#[component]
pub(super) fn StatusItems() -> impl IntoView {
    let i18n = use_i18n();
    let chooser = use_chooser();
    let store = chooser.store;
    let offered = Fetched::new(away_reasons);
    // An admin may have changed them.
    Effect::new(move |before: Option<bool>| {
        let here = store.workspace.with(Option::is_some);
        if before == Some(true) && here {
            offered.refetch();
        }
        here
    });
    let reasons = Memo::new(move |before: Option<&Vec<AwayReason>>| match offered.get() {
        Some(Ok(reasons)) => reasons,
        _ => before.cloned().unwrap_or_default(),
    });
    let is = move |kind| Signal::derive(move || chooser.mine().kind == kind);
    view! {
        <div class="menu-title">{t!(i18n, status.title)}</div>
        <MenuItem checked=is(StatusKind::Online) press=move |()| chooser.choose(StatusDraft::of(StatusKind::Online))>{t!(i18n, status.online)}</MenuItem>
        {move || reasons.get().into_iter().map(|AwayReason { key, name, .. }| {
            let (mine, called) = (key.clone(), key.clone());
            let checked = Signal::derive(move || { let now = chooser.mine(); now.kind == StatusKind::Away && now.reason == mine });
            let press = move |()| chooser.choose(StatusDraft { reason: key.clone(), ..StatusDraft::of(StatusKind::Away) });
            view! {
                <MenuItem checked press><span dir="auto">{move || status::reason(i18n, &called, &name)}</span></MenuItem>
            }
        }).collect_view()}
        <MenuItem checked=is(StatusKind::Offline) press=move |()| chooser.choose(StatusDraft::of(StatusKind::Offline))>{t!(i18n, status.offline)}</MenuItem>
        <MenuItem icon="clock" press=move |()| store.ask_away.set(true)>{t!(i18n, status.until)}</MenuItem>
        <hr class="menu-line"/>
    }
}

/// The keys, and the question.
#[component]
pub fn AwayDialog() -> impl IntoView {
    let i18n = use_i18n();
    let chooser = use_chooser();
    let (commands, open) = (use_commands(), chooser.store.ask_away);
    let add = |id, label: Signal<String>, run| commands.add(Command { id, label, when: Signal::stored(true), run });
    let label = move |kind| Signal::derive(move || format!("{}: {}", t_string!(i18n, status.title), status::word(i18n, kind)));
    let choose = move |kind| Callback::new(move |()| chooser.choose(StatusDraft::of(kind)));
    add(CommandId::StatusOnline, label(StatusKind::Online), choose(StatusKind::Online));
    add(CommandId::StatusAway, label(StatusKind::Away), Callback::new(move |()| open.set(true)));
    add(CommandId::StatusOffline, label(StatusKind::Offline), choose(StatusKind::Offline));
    view! {
        <Dialog open title=move || t_string!(i18n, status.ask.title).to_string()>
            <p class="dialog-lead">{t!(i18n, status.ask.lead)}</p>
            {move || open.get().then(|| view! { <Ask/> })}
        </Dialog>
    }
}

#[component]
fn Ask() -> impl IntoView {
    let i18n = use_i18n();
    let chooser = use_chooser();
    let offered = Fetched::new(away_reasons);
    let (reason, back_at) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let faults = Faults::provide();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let draft = StatusDraft { kind: StatusKind::Away, reason: reason.get_untracked(), back_at: back_at.get_untracked() };
        if let Err(wrong) = draft.check() {
            return faults.take(&wrong);
        }
        busy.set(true);
        spawn_local(async move {
            let answer = choose_status(draft).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(status) => {
                    chooser.store.ask_away.set(false);
                    chooser.took(status);
                }
                Err(refused) => faults.take(&refused.0),
            }
        });
    };
    view! {
        {move || match offered.get() {
            None => view! { <Skeleton lines=4/> }.into_any(),
            Some(Err(fault)) => view! { <Trouble fault retry=move |()| offered.refetch()/> }.into_any(),
            Some(Ok(reasons)) => view! { <Why reasons reason/> }.into_any(),
        }}
        <form class="form away-form" method="post" novalidate on:submit=submit>
            <TextField name="back_at" kind="time" value=back_at optional=true label=move || t_string!(i18n, status.ask.back).to_string()
                hint=move || t_string!(i18n, status.ask.back_hint).to_string()/>
            {move || faults.of("reason").map(|wrong| view! { <p class="form-fault" role="alert">{fault::say_wrong(i18n, wrong)}</p> })}
            {move || faults.other().map(|fault| fault::view(i18n, &fault))}
            <Button kind=Kind::Primary submit=true busy>{t!(i18n, status.ask.submit)}</Button>
        </form>
    }
}

/// The reasons, each with what contacts are told meanwhile.
#[component]
fn Why(reasons: Vec<AwayReason>, reason: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let texts: Vec<(String, String)> = reasons.iter().map(|r| (r.key.clone(), r.text.clone())).collect();
    let explain = move |key: String| match texts.iter().find(|(of, text)| *of == key && !text.is_empty()) {
        Some((_, text)) => t_string!(i18n, status.ask.told, text = text.as_str()).to_string(),
        None => String::new(),
    };
    let choices = Signal::derive(move || {
        let none = Choice::new("", t_string!(i18n, status.ask.none));
        let rest = reasons.iter().map(|r| Choice::new(r.key.clone(), status::reason(i18n, &r.key, &r.name)));
        rest.chain(std::iter::once(none)).collect::<Vec<_>>()
    });
    view! {
        <Radios name="away_reason" value=reason choices explain=Callback::new(explain) label=move || t_string!(i18n, status.ask.reason).to_string()/>
    }
}
