//! How far a message is, and what can be done when it did not arrive.

use super::super::head::may::Mode;
use super::super::thread::pane::{Sheet, Tab, use_pane};
use crate::delivery::DeliveryFault;
use crate::fault;
use crate::i18n::*;
use crate::live::{Item, Key, Local};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::{Content, DeliveryProblem, Direction, Fault, MessageKind, MessageStatus};

/// How far a message is: nothing for those of the contact, and for notes that are stored.
#[derive(Clone, Copy, PartialEq)]
pub enum Sign {
    Sending,
    Offline,
    Of(MessageStatus),
}

impl Sign {
    /// The sign of a message.
    pub fn of(item: &Item) -> Option<Sign> {
        let m = &item.message;
        match (m.status, &item.local) {
            (_, Local::Sending) => Some(Sign::Sending),
            (_, Local::Waiting) => Some(Sign::Offline),
            (_, Local::Refused(_)) | (MessageStatus::Failed, _) => Some(Sign::Of(MessageStatus::Failed)),
            (MessageStatus::Received, _) => None,
            _ if m.direction == Direction::In || m.kind == MessageKind::Note => None,
            (status, _) => Some(Sign::Of(status)),
        }
    }

    /// Its icon, with its meaning in words. Tracks the language.
    pub fn view(self, i18n: I18nContext<Locale>) -> AnyView {
        let (icon, tone, text) = match self {
            Sign::Sending => ("clock", "", t_string!(i18n, inbox.thread.status.sending)),
            Sign::Offline => ("cloud-off", "", t_string!(i18n, inbox.thread.status.offline)),
            Sign::Of(status) => match status {
                MessageStatus::Failed => ("alert", "danger", t_string!(i18n, inbox.thread.status.failed)),
                MessageStatus::WaitReply => ("hourglass", "", t_string!(i18n, inbox.thread.status.wait_reply)),
                MessageStatus::Queued => ("clock", "", t_string!(i18n, inbox.thread.status.queued)),
                MessageStatus::Sent => ("check", "", t_string!(i18n, inbox.thread.status.sent)),
                MessageStatus::Delivered => ("check-double", "", t_string!(i18n, inbox.thread.status.delivered)),
                MessageStatus::Read => ("check-double", "read", t_string!(i18n, inbox.thread.status.read)),
                MessageStatus::Played => ("mic", "read", t_string!(i18n, inbox.thread.status.played)),
                MessageStatus::Deleted => ("slash", "", t_string!(i18n, inbox.thread.status.deleted)),
                MessageStatus::Received => return ().into_any(),
            },
        };
        let text = text.to_string();
        let tip = text.clone();
        view! {
            <span class=format!("tick {tone}") data-tip=tip>
                <Icon name=icon small=true/>
                <span class="visually-hidden">{text}</span>
            </span>
        }
        .into_any()
    }
}

/// Whether something stands under the bubble about how far it came.
pub fn is_told(item: &Item) -> bool {
    matches!((&item.local, item.message.status), (Local::Refused(_), _) | (Local::Stored, MessageStatus::Failed | MessageStatus::WaitReply))
}

/// What stands under a bubble that waits or did not arrive.
#[component]
pub fn Failure(item: RwSignal<Item>, key: Key) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let key = StoredValue::new(key);
    // Why the last try from here was refused.
    let again = RwSignal::new(None::<Fault>);
    let busy = RwSignal::new(false);
    let state = Memo::new(move |_| {
        item.with(|i| match (&i.local, i.message.status) {
            (Local::Refused(fault), _) => State::Refused(fault.clone()),
            (Local::Stored, MessageStatus::Failed) => State::Failed(i.message.problem.clone()),
            (Local::Stored, MessageStatus::WaitReply) => State::Waits,
            _ => State::Fine,
        })
    });
    let ask = move |retry: bool| {
        let (id, message) = (pane.id, item.with_untracked(|i| i.message.id));
        busy.set(true);
        spawn_local(async move {
            let done = if retry { pane.store.retry(id, message).await } else { pane.store.cancel(id, message).await };
            let _ = busy.try_set(false);
            let _ = again.try_set(done.err());
        });
    };
    let discard = move |()| {
        let tab = if item.with_untracked(|i| i.message.kind == MessageKind::Note) { Tab::Note } else { Tab::Message };
        if let Some(text) = pane.store.discard(pane.id, &key.get_value()) {
            pane.take_back(text, tab);
        }
    };
    let may_write = move || matches!(pane.mode.get(), Some(Mode::Write | Mode::Waiting | Mode::Template));
    view! {
        {move || match state.get() {
            State::Fine => None,
            State::Waits => Some(view! {
                <div class="bubble-after waits">
                    <span>{t!(i18n, inbox.thread.status.wait_reply)}</span>
                    <Show when=may_write>
                        <Button small=true kind=Kind::Ghost busy press=move |()| ask(false)>{t!(i18n, inbox.thread.status.cancel)}</Button>
                    </Show>
                </div>
            }.into_any()),
            State::Refused(why) => Some(view! {
                <div class="bubble-after failed" role="alert">
                    <span>{move || { let why = fault::say(i18n, &why); t_string!(i18n, inbox.thread.status.refused, why = why.as_str()).to_string() }}</span>
                    <Button small=true icon="refresh" press=move |()| pane.store.resend(pane.id, &key.get_value())>{t!(i18n, inbox.thread.status.retry)}</Button>
                    <Button small=true kind=Kind::Ghost press=discard>{t!(i18n, inbox.thread.status.discard)}</Button>
                </div>
            }.into_any()),
            State::Failed(problem) => {
                let reason = problem.as_ref().map(|p| p.reason);
                // A template is not repeated but filled in anew.
                let again = item.with_untracked(|i| i.message.kind == MessageKind::Text || matches!(i.message.content, Content::Media(_))) && may_retry(reason);
                let template = item.with_untracked(|i| i.message.kind == MessageKind::Template) || reason == Some(DeliveryProblem::WindowClosed);
                Some(view! {
                    <div class="bubble-after failed">
                        {problem.map(|problem| view! { <DeliveryFault problem/> })}
                        <Show when=move || again && may_write()>
                            <Button small=true icon="refresh" busy press=move |()| ask(true)>{t!(i18n, inbox.thread.status.retry)}</Button>
                        </Show>
                        <Show when=move || template && may_write()>
                            <Button small=true icon="template" press=move |()| pane.sheet.set(Some(Sheet::Template))>{t!(i18n, inbox.thread.status.template)}</Button>
                        </Show>
                    </div>
                }.into_any())
            }
        }}
        {move || again.get().map(|f| view! { <p class="bubble-after failed" role="alert">{move || fault::say(i18n, &f)}</p> })}
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Fine,
    Waits,
    Refused(Fault),
    Failed(Option<model::Problem>),
}

/// Whether trying the same again can lead to anything (MS-4).
fn may_retry(reason: Option<DeliveryProblem>) -> bool {
    use DeliveryProblem::*;
    !matches!(
        reason,
        Some(
            WindowClosed
                | OptedOut
                | ContactBlocked
                | CountryNotAllowed
                | UnsupportedType
                | TemplateDisabled
                | TemplateMissing
                | TemplateParameters
                | TooLong
                | ContentPolicy
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ms_4_a_closed_window_offers_a_template_and_no_second_try() {
        assert!(!may_retry(Some(DeliveryProblem::WindowClosed)));
        assert!(may_retry(Some(DeliveryProblem::NetworkDown)));
        assert!(may_retry(None));
    }
}
