//! What the parts of an open conversation share, and what is done with it.

use super::super::head::may::{self, Mode, Offers};
use super::super::template::Picked;
use crate::i18n::*;
use crate::live::{Item, Key, Phase, Store, Timeline, use_store, web};
use crate::part::{Toasts, contact_photo, use_toasts};
use crate::session::{Session, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;
use model::*;

/// In this browser, conversations are concluded without asking once this is there.
const QUICK_CONCLUDE: &str = "prosa.conclude.quick";

/// A dialog over the conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Sheet {
    Transfer,
    /// `silent`: without the closing message.
    /// `classify`: with a reason.
    Conclude {
        silent: bool,
        classify: bool,
    },
    /// How I prefer to conclude.
    Preference,
    /// The reason of a concluded conversation is changed.
    Classify,
    Restart,
    /// Until when it leaves the list.
    Snooze,
    /// Another template while the first waits for an answer, or instead of a message that failed.
    Template,
    /// When a message was sent, delivered, read.
    Info(Box<Message>),
    /// A sent message is written anew.
    EditMessage {
        id: MessageId,
        text: String,
    },
    /// A contact or a place is sent.
    Card,
    Place,
    /// A text with answers to choose from is sent.
    Question,
    /// A sticker is sent once more.
    Sticker,
    /// Messages go, for me alone.
    Hide(Vec<MessageId>),
    /// A note is written anew.
    EditNote(Box<Message>),
    /// A note goes.
    DeleteNote(MessageId),
    /// A file at full size.
    View(MediaId),
    /// Where messages are sent on to, in their order.
    Forward(Vec<Message>),
}

/// What the composer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Message,
    Note,
}

/// Something that was refused, and is tried again by the button beside the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Assume,
    Conclude(ConcludeDraft),
    MarkUnread,
    /// Automatic closing stops here, or goes on.
    Pause(bool),
}

/// An open conversation; a context of its parts.
#[derive(Clone, Copy)]
pub struct Pane {
    pub id: ConversationId,
    pub store: Store,
    timeline: StoredValue<Timeline>,
    /// None until it is known.
    pub row: RwSignal<Option<Conversation>>,
    pub phase: RwSignal<Phase>,
    /// None until row, workspace and channel are known.
    pub offers: Memo<Option<Offers>>,
    pub mode: Memo<Option<Mode>>,
    pub sheet: RwSignal<Option<Sheet>>,
    pub tab: RwSignal<Tab>,
    /// The message that is being answered.
    pub reply: RwSignal<Option<Quote>>,
    /// The last refusal, until it is dismissed or the deed succeeds.
    pub refused: RwSignal<Option<(Deed, Fault)>>,
    /// What is under way; its button is busy.
    pub doing: RwSignal<Option<Deed>>,
    /// Changes when the composer should take the focus.
    pub write: RwSignal<u32>,
    /// The unsent note.
    pub note: RwSignal<String>,
    note_place: StoredValue<Option<String>>,
    /// Changes when the newest messages should be shown.
    pub latest: RwSignal<u32>,
    /// Which message should be scrolled to, with a number so that the same one can be asked for again.
    pub seek: RwSignal<Option<(Place, u32)>>,
    /// Messages that are chosen for the bar of several; none while nothing is being chosen.
    pub picked: RwSignal<Option<Vec<MessageId>>>,
    /// Whether messages are being chosen.
    pub picking: Memo<bool>,
    /// The bubble that has the focus, or had it before a menu or dialog took it.
    pub focused: RwSignal<Option<Key>>,
    /// Changes when one wants to react to that bubble.
    pub react: RwSignal<u32>,
    /// Marked unread by hand: being open does not make it read.
    pub hold_unread: RwSignal<bool>,
    i18n: I18nContext<Locale>,
    toasts: Toasts,
    session: Session,
}

/// The pane in which a part stands.
pub fn use_pane() -> Pane {
    expect_context()
}

impl Pane {
    /// Opens a conversation. In the browser only.
    pub fn open(id: ConversationId) -> Pane {
        let store = use_store();
        let timeline = store.timeline(id);
        let row: RwSignal<Option<Conversation>> = timeline.row.clone().into();
        let phase = timeline.phase.clone().into();
        let facts = move || {
            let row = row.get()?;
            let kind = store.channel(row.channel_id)?.kind;
            let seen = store.workspace.with(|w| w.as_ref().map(|w| w.seen.clone()))?;
            Some((seen, row, kind, store.tick.get().max(store.server_now())))
        };
        let picked = RwSignal::new(None::<Vec<MessageId>>);
        let note_place = untrack(|| store.me()).map(|me| format!("prosa.note.{}.{}.{id}", me.account.id, me.user_id));
        Pane {
            id,
            store,
            timeline: StoredValue::new(timeline),
            row,
            phase,
            offers: Memo::new(move |_| facts().map(|(seen, row, kind, now)| may::offers(&seen, &row, kind, now))),
            mode: Memo::new(move |_| facts().map(|(seen, row, kind, now)| may::mode(&seen, &row, kind, now))),
            sheet: RwSignal::new(None),
            tab: RwSignal::new(Tab::Message),
            reply: RwSignal::new(None),
            refused: RwSignal::new(None),
            doing: RwSignal::new(None),
            write: RwSignal::new(0),
            note: RwSignal::new(note_place.as_deref().and_then(web::read).unwrap_or_default()),
            note_place: StoredValue::new(note_place),
            latest: RwSignal::new(0),
            seek: RwSignal::new(None),
            picked,
            picking: Memo::new(move |_| picked.with(Option::is_some)),
            focused: RwSignal::new(None),
            react: RwSignal::new(0),
            hold_unread: RwSignal::new(false),
            i18n: use_i18n(),
            toasts: use_toasts(),
            session: use_session(),
        }
    }

    /// The timeline.
    pub fn timeline(self) -> Timeline {
        self.timeline.get_value()
    }

    /// The translations, for what is said outside of a view.
    pub fn i18n(self) -> I18nContext<Locale> {
        self.i18n
    }

    /// A part of the row, or the default until it is known. Tracked.
    pub fn of<T: Default>(self, read: impl FnOnce(&Conversation) -> T) -> T {
        self.row.with(|row| row.as_ref().map(read).unwrap_or_default())
    }

    /// The contact's name for people. Tracked.
    pub fn name(self) -> String {
        let (name, phone) = self.of(|c| (c.contact_name.clone(), c.contact_phone.clone()));
        match (name.trim().is_empty(), phone) {
            (false, _) => name,
            (true, Some(phone)) => text::phone_display(&phone),
            (true, None) => t_string!(self.i18n, inbox.thread.head.no_name).to_string(),
        }
    }

    /// The address of the contact's photo; empty for none. Tracked.
    pub fn photo(self) -> String {
        self.of(|c| contact_photo(c.contact_id, &c.contact_photo))
    }

    /// Who is quoted: the contact, or our side as a whole, because a quote does not tell who of us wrote. Tracked.
    pub fn quoted_name(self, direction: Direction) -> String {
        match direction {
            Direction::In => self.name(),
            Direction::Out => self.store.me().map(|me| me.account.name).unwrap_or_default(),
        }
    }

    /// The channel. Tracked.
    pub fn channel(self) -> Option<Channel> {
        self.row.with(|row| row.as_ref().map(|c| c.channel_id)).and_then(|id| self.store.channel(id))
    }

    /// Whether I serve it. Tracked.
    pub fn is_mine(self) -> bool {
        let me = self.store.my_id();
        me.is_some() && self.of(|c| c.assignee_id) == me
    }

    /// Whether it stands in the tab of my own conversations. Tracked.
    pub fn is_in_mine(self) -> bool {
        self.is_mine() && self.of(|c| c.status == ConversationStatus::InProgress)
    }

    /// A part of the message whose bubble has the focus. Tracked.
    pub fn focused_item<T>(self, read: impl FnOnce(&Item) -> T) -> Option<T> {
        let key = self.focused.get()?;
        Some(self.timeline().item(&key)?.with(read))
    }

    /// Lets the composer take the focus, on the tab.
    pub fn focus(self, tab: Tab) {
        self.tab.set(tab);
        self.write.update(|n| *n += 1);
    }

    /// Scrolls to a message, loading what is around it.
    pub fn go_to(self, place: Place) {
        self.seek.update(|s| *s = Some((place, s.map_or(0, |(_, n)| n + 1))));
    }

    /// Scrolls to the message that another one quotes. An id tells when it was made, which is about where it stands.
    pub fn go_to_quoted(self, id: MessageId) {
        self.go_to(Place { at: id.made_at(), id });
    }

    /// Sends a template into this conversation; it is shown at once.
    pub fn send_template(self, picked: &Picked) {
        self.store.send_template(self.id, &picked.template, picked.fill.clone(), picked.file.as_ref());
        self.latest.update(|n| *n += 1);
    }

    /// Keeps the unsent note, in this browser.
    pub fn save_note(self, text: String) {
        if let Some(place) = self.note_place.get_value() {
            web::keep(&place, (!text.is_empty()).then_some(text.as_str()));
        }
        self.note.set(text);
    }

    /// Gives an unsent text back to the composer, before what stands there.
    pub fn take_back(self, text: String, tab: Tab) {
        let before = |now: String| if now.is_empty() { text.clone() } else { format!("{text}\n{now}") };
        match tab {
            Tab::Message => self.store.save_draft(self.id, before(self.store.draft(self.id).get_untracked())),
            Tab::Note => self.save_note(before(self.note.get_untracked())),
        }
        self.focus(tab);
    }

    /// Chooses a message, or chooses it no longer; the first one opens the bar.
    pub fn pick(self, id: MessageId) {
        let mut over = false;
        self.picked.update(|picked| {
            let all = picked.get_or_insert_default();
            match all.iter().position(|p| *p == id) {
                Some(at) => drop(all.remove(at)),
                None if all.len() < limit::HIDE_MAX => all.push(id),
                None => over = true,
            }
        });
        if over {
            self.fail(untrack(|| t_string!(self.i18n, message.pick.max, max = limit::HIDE_MAX).to_string()));
        }
    }

    /// Answers a message: quotes it above the composer.
    pub fn answer(self, message: &Message) {
        let told = if message.body.is_empty() { String::new() } else { text::shorten(&message.body, 120) };
        self.reply.set(Some(Quote { id: Some(message.id), direction: message.direction, kind: message.kind, text: told }));
        self.focus(Tab::Message);
    }

    /// Takes the conversation (AS-1).
    pub fn assume(self) {
        self.attempt(Deed::Assume, move |pane| async move {
            pane.store.assume(pane.id).await?;
            pane.focus(Tab::Message);
            Ok(())
        });
    }

    /// How the account concludes; none until the workspace is here. Tracked.
    pub fn closing(self) -> Option<ClosingSettings> {
        self.store.workspace.with(|w| w.as_ref().map(|w| w.me.account.closing))
    }

    /// Concludes it, after one question unless this browser was told not to ask. The reason is always asked where it is
    /// demanded or preferred (CO-2, CO-5).
    pub fn conclude(self, silent: bool) {
        let closing = untrack(|| self.closing());
        let prefers = untrack(|| self.session.with(|me| me.classify_on_conclude));
        let classify = closing.is_some_and(|c| c.requires_reason() || c.classify && prefers);
        if !classify && web::read(QUICK_CONCLUDE).is_some() {
            self.conclude_now(ConcludeDraft { silent, ..ConcludeDraft::default() });
        } else {
            self.sheet.set(Some(Sheet::Conclude { silent, classify }));
        }
    }

    /// Concludes it with a reason.
    pub fn conclude_classified(self) {
        self.sheet.set(Some(Sheet::Conclude { silent: false, classify: true }));
    }

    /// Concludes it.
    pub fn conclude_now(self, draft: ConcludeDraft) {
        self.attempt(Deed::Conclude(draft), move |pane| async move {
            match pane.store.conclude(pane.id, draft).await {
                // It is demanded since.
                Err(Fault::ReasonRequired) => {
                    let _ = pane.sheet.try_set(Some(Sheet::Conclude { silent: draft.silent, classify: true }));
                    Ok(())
                }
                done => done.map(|_| ()),
            }
        });
    }

    /// Concludes without asking from now on, in this browser.
    pub fn stop_asking(self) {
        web::keep(QUICK_CONCLUDE, Some("1"));
    }

    /// Keeps it from closing by itself, or lets it again (AU-3).
    pub fn pause(self, on: bool) {
        self.attempt(Deed::Pause(on), move |pane| async move {
            pane.store.pause(pane.id, on).await?;
            let i18n = pane.i18n;
            pane.toasts.say(untrack(|| if on { t_string!(i18n, archive.paused) } else { t_string!(i18n, archive.unpaused) }.to_string()));
            Ok(())
        });
    }

    /// Whether it can be concluded without the closing message. Tracked.
    pub fn may_skip_message(self) -> bool {
        let is_admin = self.store.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.all));
        is_admin || self.closing().is_none_or(|c| c.may_skip_message)
    }

    /// Whether I may say why it was concluded. Tracked.
    pub fn may_classify(self) -> bool {
        let seen = self.store.workspace.with(|w| w.as_ref().map(|w| w.seen.clone()));
        self.closing().is_some_and(|s| s.classify) && self.row.with(|r| r.as_ref().zip(seen).is_some_and(|(c, seen)| c.may_classify(&seen)))
    }

    /// Whether closing by itself can be stopped here, or let go on. Tracked.
    pub fn may_pause(self) -> bool {
        self.offers.get().is_some_and(|o| o.conclude == may::Offer::Free) && self.of(|c| c.status == ConversationStatus::InProgress)
    }

    /// Marks it unread for everybody.
    pub fn mark_unread(self) {
        self.hold_unread.set(true);
        self.attempt(Deed::MarkUnread, move |pane| async move { pane.store.mark_unread(pane.id).await });
    }

    /// Whether a part of the product is on. Tracked.
    pub fn has(self, module: Module) -> bool {
        self.session.has(module)
    }

    /// Whether it can be shown to a colleague in the internal chat. Tracked.
    pub fn may_share(self) -> bool {
        self.session.with(|me| me.account.features.internal_chat)
    }

    /// Copies the protocol number.
    pub fn copy_protocol(self) {
        let number = self.row.with_untracked(|row| row.as_ref().map(|c| c.protocol.clone()).unwrap_or_default());
        self.copy(number, untrack(|| t_string!(self.i18n, inbox.thread.head.copied).to_string()));
    }

    /// Copies the address under which those who may see it find it: an installed app shows none.
    pub fn copy_link(self) {
        let origin = window().location().origin().unwrap_or_default();
        self.copy(format!("{origin}/inbox/{}", self.id), untrack(|| t_string!(self.i18n, command.linked).to_string()));
    }

    /// Puts a text on the clipboard and says so.
    pub fn copy(self, text: String, done: String) {
        spawn_local(async move {
            let copied = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            if copied.is_ok() {
                self.toasts.say(done);
            }
        });
    }

    /// News at the lower edge.
    pub fn say(self, text: String) {
        self.toasts.say(text);
    }

    /// Bad news at the lower edge, for what has no place of its own.
    pub fn fail(self, text: String) {
        self.toasts.fail(text);
    }

    /// Does again what was refused.
    pub fn again(self, deed: Deed) {
        match deed {
            Deed::Assume => self.assume(),
            Deed::Conclude(draft) => self.conclude_now(draft),
            Deed::MarkUnread => self.mark_unread(),
            Deed::Pause(on) => self.pause(on),
        }
    }

    fn attempt<F: Future<Output = Result<(), Fault>> + 'static>(self, deed: Deed, act: impl FnOnce(Pane) -> F + 'static) {
        if self.doing.with_untracked(Option::is_some) {
            return;
        }
        self.refused.set(None);
        self.doing.set(Some(deed));
        spawn_local(async move {
            let done = act(self).await;
            // The pane may show another conversation by now: its signals are gone then.
            let _ = self.doing.try_set(None);
            if let Err(fault) = done {
                let said = untrack(|| crate::fault::say(self.i18n, &fault));
                if self.refused.try_set(Some((deed, fault))).is_some() {
                    self.toasts.fail(said);
                }
            }
        });
    }
}

/// The key as an attribute, by which a bubble is found on the page.
pub fn mark(key: &Key) -> String {
    match key {
        Key::Id(id) => format!("m{id}"),
        Key::Client(client) => format!("c{client}"),
    }
}

/// The key of a marked line; none for other lines.
pub fn key_of(mark: &str) -> Option<Key> {
    match mark.split_at_checked(1)? {
        ("m", id) => Some(Key::Id(id.parse().ok()?)),
        ("c", client) => Some(Key::Client(client.into())),
        _ => None,
    }
}
