//! Concluding a conversation, after one question.

use super::thread::opened_by;
use super::thread::pane::{Deed, Pane, Sheet, use_pane};
use crate::i18n::*;
use crate::live::Local;
use crate::part::*;
use leptos::prelude::*;
use model::{ConversationStatus, MessageStatus, text};

/// The question: what the contact will receive, and that there is no way back.
#[component]
pub fn ConcludeDialog() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, |s| matches!(s, Sheet::Conclude { .. }));
    let with_message = RwSignal::new(true);
    let dont_ask = RwSignal::new(false);
    effect(move || {
        if let Some(Sheet::Conclude { silent }) = pane.sheet.get() {
            with_message.set(!silent);
        }
    });
    let message = Memo::new(move |_| closing_message(pane));
    let served = move || pane.row.with(|r| r.as_ref().is_some_and(|c| c.status == ConversationStatus::InProgress));
    let window = move || pane.row.with(|r| r.as_ref().is_some_and(|c| pane.store.window(c).is_open()));
    let waiting = Memo::new(move |_| open.get() && anything_waits(pane));
    let submit = move |()| {
        if dont_ask.get_untracked() {
            pane.stop_asking();
        }
        open.set(false);
        pane.conclude_now(!with_message.get_untracked());
    };
    let footer = move || {
        view! {
            <Button press=move |()| open.set(false)>{t!(i18n, common.act.cancel)}</Button>
            <Button kind=Kind::Primary icon="conclude" busy=Signal::derive(move || matches!(pane.doing.get(), Some(Deed::Conclude { .. }))) press=submit>
                {t!(i18n, inbox.thread.conclude.submit)}
            </Button>
        }
    };
    view! {
        <Dialog open title=move || t_string!(i18n, inbox.thread.conclude.title).to_string() footer>
            <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.text)}</p>
            {move || waiting.get().then(|| view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.waiting)}</p> })}
            {move || match message.get().filter(|_| served()) {
                None => view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.none)}</p> }.into_any(),
                Some(_) if !window() => view! { <p class="dialog-lead">{t!(i18n, inbox.thread.conclude.no_message)}</p> }.into_any(),
                Some(text) => view! {
                    <Checkbox label=move || t_string!(i18n, inbox.thread.conclude.with_message).to_string() checked=with_message/>
                    <div class="closing-preview" class:off=move || !with_message.get()>
                        <span class="field-label">{t!(i18n, inbox.thread.conclude.message)}</span>
                        <div class="bubble out first preview"><div class="content-text" dir="auto">{super::format::rich(&text)}</div></div>
                    </div>
                }.into_any(),
            }}
            <Checkbox label=move || t_string!(i18n, inbox.thread.conclude.dont_ask).to_string() checked=dont_ask/>
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
