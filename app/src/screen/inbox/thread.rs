//! The conversation pane: head, timeline, composer and their dialogs.

mod command;
pub mod feed;
pub mod pane;
mod reading;
pub mod scroll;
mod timeline;

use super::after::AfterDialogs;
use super::bubble::MessageInfo;
use super::classify::ClassifyDialog;
use super::composer::Composer;
use super::composer::card::CardDialog;
use super::composer::files::Drop;
use super::composer::place::PlaceDialog;
use super::composer::question::QuestionDialog;
use super::composer::sticker::StickerDialog;
use super::conclude::{ConcludeDialog, PreferenceDialog};
use super::forward::ForwardDialog;
use super::head::Head;
use super::layout::use_panes;
use super::lightbox::Lightbox;
use super::note::NoteDialogs;
use super::selection::Selection;
use super::snooze::SnoozeDialog;
use super::template::{Picked, TemplatePicker};
use super::transfer::TransferDialog;
use crate::area::{Later, Part};
use crate::fault;
use crate::i18n::*;
use crate::live::{Phase, use_store};
use crate::part::*;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ConversationId, Fault};
use pane::{Pane, Sheet, Tab, use_pane};
use timeline::Messages;

/// The open conversation. Empty on the server and until the workspace is here.
#[component]
pub fn Thread(#[prop(into)] id: Signal<ConversationId>) -> impl IntoView {
    let store = use_store();
    let ready = Memo::new(move |_| store.workspace.with(Option::is_some));
    let id = Memo::new(move |_| id.get());
    move || {
        let id = id.get();
        if ready.get() { view! { <Open id/> }.into_any() } else { view! { <Opening/> }.into_any() }
    }
}

/// Grey lines where a conversation will be.
#[component]
fn Opening() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="thread" aria-busy="true" aria-label=move || t_string!(i18n, inbox.thread.pane.loading).to_string()>
            <div class="thread-head"></div>
            <div class="feed-area"><FeedSkeleton/></div>
        </section>
    }
}

#[component]
fn FeedSkeleton() -> impl IntoView {
    let i18n = use_i18n();
    let sides = ["in", "in", "out", "in", "out", "out"];
    view! {
        <div class="feed-skeleton" role="status">
            <span class="visually-hidden">{t!(i18n, inbox.thread.pane.loading)}</span>
            {sides.into_iter().map(|side| view! { <span class=format!("bubble-skeleton {side}")></span> }).collect_view()}
        </div>
    }
}

#[component]
fn Open(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let panes = use_panes();
    let pane = Pane::open(id);
    provide_context(pane);
    reading::attend(pane);
    command::commands(pane);
    effect(move || {
        if let Some(place) = panes.goal.get() {
            panes.goal.set(None);
            pane.go_to(place);
        }
    });
    let timeline = StoredValue::new(pane.timeline());
    let face = Memo::new(move |_| match pane.phase.get() {
        Phase::Failed(fault) => Face::Failed(fault),
        Phase::Ready => Face::Ready,
        Phase::Idle | Phase::Loading | Phase::Gone => Face::Loading,
    });
    let gone = Memo::new(move |_| pane.phase.with(|p| *p == Phase::Gone));
    // Of a row that the list has, head and composer are made while the messages are on their way.
    let known = Memo::new(move |_| pane.row.with(Option::is_some) && face.with(|f| !matches!(f, Face::Failed(_))));
    let files = Drop::new(pane);
    view! {
        <section class="thread" on:dragenter=move |event| files.enter(&event) on:dragleave=move |_| files.leave() on:drop=move |event| files.drop(&event)
            aria-label=move || { let name = pane.name(); t_string!(i18n, inbox.thread.pane.label, name = name.as_str()).to_string() }>
            {move || if gone.get() {
                view! {
                    <div class="thread-head"><BackButton/></div>
                    <EmptyState icon="eye-off" title=move || t_string!(i18n, inbox.thread.pane.gone).to_string()
                        text=move || t_string!(i18n, inbox.thread.pane.gone_text).to_string()>
                        <Button press=move |()| panes.show_list()>{t!(i18n, inbox.thread.pane.to_list)}</Button>
                    </EmptyState>
                }.into_any()
            } else {
                view! {
                    <Head/>
                    {move || match face.get() {
                        Face::Failed(fault) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| timeline.get_value().reload()/> }.into_any(),
                        Face::Loading => view! { <div class="feed-area"><FeedSkeleton/></div> }.into_any(),
                        Face::Ready => view! { <Messages/> }.into_any(),
                    }}
                    <Show when=move || known.get()><Refused/><Selection/><Composer/></Show>
                }.into_any()
            }}
            {move || files.is_over().then(|| view! { <div class="drop-here" aria-hidden="true"><Icon name="attach"/>{t!(i18n, file.drop)}</div> })}
            <Later part=Part::Sheets wanted=move || pane.sheet.with(Option::is_some)/>
        </section>
    }
}

/// What stands where the messages are.
#[derive(Clone, PartialEq)]
enum Face {
    Loading,
    Ready,
    Failed(Fault),
}

/// Back to the list, where only one pane is shown at a time.
#[component]
pub fn BackButton() -> impl IntoView {
    let i18n = use_i18n();
    let panes = use_panes();
    view! {
        <a class="button ghost icon-button thread-back" href=move || panes.list_href() aria-label=move || t_string!(i18n, inbox.thread.head.back).to_string()>
            <Icon name="arrow-left"/>
        </a>
    }
}

/// What was refused, with a way to try it again.
#[component]
fn Refused() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    move || {
        pane.refused.get().map(|(deed, why)| {
            let again = !matches!(why, Fault::AlreadyAssumed { .. } | Fault::NotYourTeam | Fault::Forbidden | Fault::Missing);
            view! {
                <div class="thread-refused" role="alert">
                    <Icon name="alert" small=true/>
                    <span>{move || fault::say(i18n, &why)}</span>
                    {again.then(|| view! { <Button small=true press=move |()| pane.again(deed)>{t!(i18n, common.act.retry)}</Button> })}
                    <IconButton small=true icon="x" label=move || t_string!(i18n, common.act.dismiss).to_string() press=move |()| pane.refused.set(None)/>
                </div>
            }
        })
    }
}

/// The dialogs over the conversation.
#[component]
pub fn Sheets() -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let info = move || match pane.sheet.get() {
        Some(Sheet::Info(message)) => Some(*message),
        _ => None,
    };
    let info_open = opened_by(pane, |s| matches!(s, Sheet::Info(_)));
    view! {
        <TransferDialog/>
        <ConcludeDialog/>
        <PreferenceDialog/>
        <ClassifyDialog/>
        <TemplateDialog restart=true/>
        <TemplateDialog restart=false/>
        <NoteDialogs/>
        <AfterDialogs/>
        <CardDialog/>
        <PlaceDialog/>
        <QuestionDialog/>
        <StickerDialog/>
        <Lightbox/>
        <ForwardDialog/>
        <SnoozeDialog/>
        <Dialog open=info_open title=move || t_string!(i18n, inbox.thread.bubble.info).to_string()>
            {move || info().map(|message| view! { <MessageInfo message/> })}
        </Dialog>
    }
}

/// The `open` signal of a dialog that stands for one kind of sheet, both ways.
pub fn opened_by(pane: Pane, is: fn(&Sheet) -> bool) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    effect(move || {
        let now = pane.sheet.with(|s| s.as_ref().is_some_and(is));
        if open.get_untracked() != now {
            open.set(now);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now && pane.sheet.with_untracked(|s| s.as_ref().is_some_and(is)) {
            pane.sheet.set(None);
        }
        now
    });
    open
}

/// Restarting with a template, or sending another one.
#[component]
fn TemplateDialog(restart: bool) -> impl IntoView {
    let i18n = use_i18n();
    let pane = use_pane();
    let open = opened_by(pane, if restart { |s| *s == Sheet::Restart } else { |s| *s == Sheet::Template });
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Fault>);
    // The contact's other conversation that is open already (IN-5).
    let elsewhere = RwSignal::new(None::<ConversationId>);
    let panes = use_panes();
    let title = move || {
        if restart { t_string!(i18n, inbox.thread.restart.title) } else { t_string!(i18n, inbox.thread.restart.template_title) }.to_string()
    };
    let channel_id = Signal::derive(move || pane.of(|c| c.channel_id));
    let category = Memo::new(move |_| pane.of(|c| c.awaiting_category));
    let send = Callback::new(move |picked: Picked| {
        fault.set(None);
        elsewhere.set(None);
        if !restart {
            pane.send_template(&picked);
            open.set(false);
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = pane.store.restart(pane.id, picked.fill).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(_) => {
                    open.set(false);
                    pane.latest.update(|n| *n += 1);
                    pane.focus(Tab::Message);
                }
                Err(refused) => {
                    if let Fault::AlreadyOpen { conversation_id } = refused {
                        elsewhere.set(Some(conversation_id));
                    }
                    fault.set(Some(refused));
                }
            }
        });
    });
    view! {
        <Dialog open title wide=true locked=busy closed=move |()| fault.set(None)>
            {restart.then(|| view! {
                <p class="dialog-lead">{move || {
                    let name = pane.name();
                    if pane.row.with(|r| r.as_ref().is_some_and(|c| pane.store.window(c).is_open())) {
                        t_string!(i18n, inbox.thread.restart.text_open).to_string()
                    } else {
                        t_string!(i18n, inbox.thread.restart.text, name = name.as_str()).to_string()
                    }
                }}</p>
            })}
            <TemplatePicker channel_id category on_send=send busy fault autofocus=true/>
            {move || elsewhere.get().map(|id| view! {
                <p><Button press=move |()| { open.set(false); panes.show(id) }>{t!(i18n, inbox.thread.restart.elsewhere)}</Button></p>
            })}
        </Dialog>
    }
}
