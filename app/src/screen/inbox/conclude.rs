//! Concluding a conversation, after one question; and how one prefers to.

use super::classify::{Chosen, ReasonPicker};
use super::panel::tags::TagsToo;
use super::thread::opened_by;
use super::thread::pane::{Deed, Pane, Sheet, use_pane};
use crate::i18n::*;
use crate::live::Local;
use crate::part::*;
use crate::screen::preference::ClosingPreference;
use crate::session::use_session;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ConcludeDraft, ConversationStatus, MessageStatus, text};

/// The question: why, what the contact will receive, and that there is no way back. What was chosen stays when it was
/// refused.
#[component]
pub fn ConcludeDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let session = use_session();
    let open = opened_by(pane, |s| matches!(s, Sheet::Conclude { .. }));
    let with_message = RwSignal::new(true);
    let asked = RwSignal::new(false);
    // Also when it is demanded only since the dialog is open.
    let classify = Memo::new(move |_| asked.get() || pane.closing().is_some_and(|s| s.requires_reason()));
    let dont_ask = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let chosen = Chosen::default();
    let faults = Faults::provide();
    effect(move || {
        if let Some(Sheet::Conclude { silent, classify: asks }) = pane.sheet.get() {
            with_message.set(!silent);
            asked.set(asks);
            faults.clear();
        }
    });
    let message = Memo::new(move |_| closing_message(pane));
    let served = move || pane.row.with(|r| r.as_ref().is_some_and(|c| c.status == ConversationStatus::InProgress));
    let window = move || pane.row.with(|r| r.as_ref().is_some_and(|c| pane.store.window(c).is_open()));
    let waiting = Memo::new(move |_| open.get() && anything_waits(pane));
    let may_skip = Memo::new(move |_| session.is_admin() || pane.closing().is_none_or(|s| s.may_skip_message));
    let submit = move |()| {
        let silent = !with_message.get_untracked() && may_skip.get_untracked();
        if !classify.get_untracked() {
            if dont_ask.get_untracked() {
                pane.stop_asking();
            }
            open.set(false);
            return pane.conclude_now(ConcludeDraft { silent, ..ConcludeDraft::default() });
        }
        if busy.get_untracked() {
            return;
        }
        faults.clear();
        let (reason_id, amount_minor) = match chosen.read(pane) {
            Ok(read) => read,
            Err(wrong) => return faults.take(&wrong),
        };
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.conclude(pane.id, ConcludeDraft { silent, reason_id, amount_minor }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => open.set(false),
                Err(fault) => faults.take(&fault),
            }
        });
    };
    let title = move || {
        if classify.get() { t_string!(i18n, closing.dialog.title) } else { t_string!(i18n, inbox.thread.conclude.title) }.to_string()
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="conclude" press=submit
                busy=Signal::derive(move || busy.get() || matches!(pane.doing.get(), Some(Deed::Conclude(_))))>
                {move || if classify.get() { t_string!(i18n, closing.dialog.submit) } else { t_string!(i18n, inbox.thread.conclude.submit) }}
            </Button>
        }
    };
    view! {
        <Dialog open title locked=busy footer>
            <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.text)}</p>
            {move || classify.get().then(|| view! { <ReasonPicker chosen faults/> })}
            {move || open.get().then(|| view! { <TagsToo/> })}
            {move || waiting.get().then(|| view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.waiting)}</p> })}
            {move || match message.get().filter(|_| served()) {
                None => view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.none)}</p> }.into_any(),
                Some(_) if !window() => view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.no_message)}</p> }.into_any(),
                Some(text) => view! {
                    {move || if may_skip.get() {
                        view! { <Checkbox label=move || t_string!(i18n, inbox.thread.conclude.with_message).to_string() checked=with_message/> }.into_any()
                    } else {
                        view! { <p class="field-hint">{t!(i18n, closing.dialog.always)}</p> }.into_any()
                    }}
                    <div class="closing-preview" class:off=move || !with_message.get() && may_skip.get()>
                        <span class="field-label">{t!(i18n, inbox.thread.conclude.message)}</span>
                        <div class="bubble out first preview"><div class="content-text" dir="auto">{super::format::rich(&text)}</div></div>
                    </div>
                }.into_any(),
            }}
            {move || (!classify.get()).then(|| view! {
                <Checkbox label=move || t_string!(i18n, inbox.thread.conclude.dont_ask).to_string() checked=dont_ask/>
            })}
        </Dialog>
    }
}

/// How one prefers to conclude (04, section 4.6).
#[component]
pub fn PreferenceDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| *s == Sheet::Preference);
    view! {
        <Dialog open title=move || t_string!(i18n, closing.preference.title).to_string()>
            <p class="dialog-lead">{t!(i18n, closing.preference.text)}</p>
            <ClosingPreference settings=Signal::derive(move || pane.closing())/>
        </Dialog>
    }
}

/// The closing message as the contact will read it: the team's, else the account's (CO-6).
fn closing_message(pane: Pane) -> Option<String> {
    let c = pane.row.get()?;
    let team = pane.store.team(c.team_id).map(|t| t.closing_message).unwrap_or_default();
    let text = if team.trim().is_empty() { pane.store.me()?.account.closing_message } else { team };
    // Contacts see an agent's nickname, never the name.
    let agent = c.assignee_id.and_then(|id| pane.store.member(id)).map(|m| m.nickname).unwrap_or_default();
    let filled = text::fill_tokens(text.trim(), &[("[NOME]", &c.contact_name), ("[ATENDENTE]", &agent), ("[PROTOCOLO]", &c.protocol)]);
    Some(filled.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Whether messages wait that will not be sent any more.
fn anything_waits(pane: Pane) -> bool {
    let timeline = pane.timeline();
    timeline
        .order
        .get_untracked()
        .iter()
        .filter_map(|key| timeline.item(key))
        .any(|cell| cell.with_untracked(|i| i.local == Local::Stored && i.message.status == MessageStatus::WaitReply))
}
