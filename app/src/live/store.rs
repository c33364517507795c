//! The client's state: one [`Store`] for the life of the page, fed by server functions first and by events after.
//!
//! How screens use it:
//! * `let store = use_store();` anywhere below the signed-in shell; it is `Copy`.
//! * Who and what: [`Store::me`], [`Store::may`], [`Store::member_name`], [`Store::team_name`], [`Store::channel`].
//! * Lists: [`Store::tab_list`] for a tab, [`Store::row`] for a row's own signal, [`Store::counts`].
//! * A conversation: [`Store::timeline`]; its signals change by themselves, its methods load more.
//! * Acts (`live/action.rs`): `assume`, `transfer`, `conclude`, `restart`, `start`, `mark_read`, `mark_unread` are
//!   futures that show their effect at once and take it back when refused; `send`, `send_note`, `send_template`,
//!   `resend`, `discard`, `save_draft`, `looking` return at once.
//! * The connection: [`Store::connection`].
//!
//! Signals only change in the browser; while the server renders, everything is empty and `Phase::Idle`.

use super::action::Acts;
use super::apply::Inbox;
use super::list::List;
use super::phase::{More, Phase};
use super::thread::Key;
use super::timeline::Timeline;
use super::web;
use crate::api;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Whether what happens elsewhere arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    Online,
    /// Being made, or lost and tried again in this many seconds.
    Connecting {
        retry_in_s: u32,
    },
    /// The browser has no network; tried again as soon as it has.
    Offline,
    /// The login, membership or account ended.
    Ended,
}

/// The state of the signed-in client. Provided as context by the shell through [`provide_store`].
#[derive(Clone, Copy)]
pub struct Store {
    pub(super) inbox: StoredValue<Inbox>,
    /// Me, colleagues, teams, channels; none until the first answer.
    pub workspace: RwSignal<Option<Arc<Workspace>>>,
    /// Why the workspace cannot be had, while there is none.
    pub trouble: RwSignal<Option<Fault>>,
    /// The live connection; show a bar unless [`Connection::Online`].
    pub connection: RwSignal<Connection>,
    /// True when the server carries another client build: offer to load the page again.
    pub is_outdated: RwSignal<bool>,
    /// The server's time in milliseconds, moving every 15 s; for countdowns and "5 minutes ago".
    pub tick: RwSignal<Millis>,
    /// The numbers on the tabs, changes that the server has not confirmed included.
    pub counts: RwSignal<Counts>,
    /// Filter of the lists; set it by [`Store::sieve`].
    pub filter: RwSignal<Filter>,
    /// Order of the lists; set it by [`Store::sieve`].
    pub oldest_first: RwSignal<bool>,
    /// What is looked for in the inbox.
    pub search: RwSignal<String>,
    /// Conversations with an unsent text of mine in this browser.
    pub(super) drafts: RwSignal<HashSet<ConversationId>>,
    /// Changes when templates of a channel may have changed: fetch them again if you show them.
    pub templates_changed: RwSignal<u32>,
    /// Changes when the account's fields of contacts changed.
    pub fields_changed: RwSignal<u32>,
    /// What colleagues do now; see [`Store::status`].
    pub(super) statuses: RwSignal<Vec<(UserId, UserStatus)>>,
    /// It is asked why one is away, and until when.
    pub ask_away: RwSignal<bool>,
    /// Saved filters, by name.
    pub views: RwSignal<Vec<SavedView>>,
    /// Changes when quick replies changed.
    pub replies_changed: RwSignal<u32>,
    /// Notifications.
    pub bell: super::bell::Bell,
    /// What comes of the live board.
    pub board: super::board::BoardFeed,
    /// The internal chat.
    pub talks: super::talk::Talks,
    /// Files of this tab that are on their way to the server: loading the page again would lose them.
    pub uploading: RwSignal<usize>,
    /// How many messages of mine wait in this browser for the connection.
    pub unsent: RwSignal<usize>,
    pub(super) offset: StoredValue<i64>,
    pub(super) presence: StoredValue<HashMap<ConversationId, ArcRwSignal<Vec<Present>>>>,
    /// When somebody was last told to write in a conversation, by number.
    #[cfg(feature = "browser")]
    pub(super) presence_told: StoredValue<HashMap<ConversationId, Option<u32>>>,
    #[cfg(feature = "browser")]
    pub(super) presence_turn: StoredValue<u32>,
    pub(super) typing: StoredValue<HashMap<ConversationId, (u32, ArcRwSignal<bool>)>>,
    pub(super) visible_tab: StoredValue<Tab>,
    pub(super) acts: StoredValue<Acts>,
    /// What happened since the shelf of the service worker was looked at.
    pub(super) changes: StoredValue<super::shelf::Changes>,
    /// The shared clock of the page, which the server's answer sets.
    #[cfg(feature = "browser")]
    pub(super) clock: Option<crate::part::Clock>,
    #[cfg(feature = "browser")]
    pub(super) hearing: StoredValue<super::hear::Hearing>,
}

/// A tab's list as components use it.
#[derive(Clone)]
pub struct TabList {
    /// The ids in order; each row's signal is [`Store::row`].
    pub order: ArcRwSignal<Vec<ConversationId>>,
    /// The first page.
    pub phase: ArcRwSignal<Phase>,
    /// The pages after it.
    pub more: ArcRwSignal<More>,
}

/// Makes the store and provides it as context. In the browser it fetches the workspace and connects.
pub fn provide_store() -> Store {
    let store = Store::new();
    provide_context(store);
    #[cfg(feature = "browser")]
    crate::part::effect(move || store.begin());
    store
}

/// The store that the shell provided.
pub fn use_store() -> Store {
    expect_context::<Store>()
}

impl Store {
    fn new() -> Store {
        let inbox = Inbox::default();
        let counts = inbox.counts.clone().into();
        Store {
            inbox: StoredValue::new(inbox),
            workspace: RwSignal::new(None),
            trouble: RwSignal::new(None),
            connection: RwSignal::new(Connection::Connecting { retry_in_s: 0 }),
            is_outdated: RwSignal::new(false),
            tick: RwSignal::new(0),
            counts,
            filter: RwSignal::new(Filter::default()),
            oldest_first: RwSignal::new(false),
            search: RwSignal::new(String::new()),
            drafts: RwSignal::new(HashSet::new()),
            templates_changed: RwSignal::new(0),
            fields_changed: RwSignal::new(0),
            statuses: RwSignal::new(Vec::new()),
            ask_away: RwSignal::new(false),
            views: RwSignal::new(Vec::new()),
            replies_changed: RwSignal::new(0),
            bell: super::bell::Bell::new(),
            board: super::board::BoardFeed::new(),
            talks: super::talk::Talks::new(),
            uploading: RwSignal::new(0),
            unsent: RwSignal::new(0),
            offset: StoredValue::new(0),
            presence: StoredValue::new(HashMap::new()),
            #[cfg(feature = "browser")]
            presence_told: StoredValue::new(HashMap::new()),
            #[cfg(feature = "browser")]
            presence_turn: StoredValue::new(0),
            typing: StoredValue::new(HashMap::new()),
            visible_tab: StoredValue::new(Tab::New),
            acts: StoredValue::new(Acts::default()),
            changes: StoredValue::new(super::shelf::Changes::default()),
            #[cfg(feature = "browser")]
            clock: use_context::<crate::part::Clock>(),
            #[cfg(feature = "browser")]
            hearing: StoredValue::new(super::hear::Hearing::default()),
        }
    }

    // --- who and what ---------------------------------------------------------------------------------------------

    /// The signed-in person; none until the workspace is here. Tracked.
    pub fn me(&self) -> Option<Me> {
        self.workspace.with(|w| w.as_ref().map(|w| w.me.clone()))
    }

    /// My id; none until the workspace is here. Tracked.
    pub fn my_id(&self) -> Option<UserId> {
        self.workspace.with(|w| w.as_ref().map(|w| w.me.user_id))
    }

    /// Whether visibility and role allow the act. Tracked (workspace).
    pub fn may(&self, act: Act, row: &Conversation) -> bool {
        self.workspace.with(|w| w.as_ref().is_some_and(|w| w.seen.may(act, &row.access())))
    }

    /// A member, past ones included. Tracked.
    pub fn member(&self, id: UserId) -> Option<Member> {
        self.workspace.with(|w| w.as_ref().and_then(|w| w.members.iter().find(|m| m.user_id == id).cloned()))
    }

    /// A member's name; empty when unknown. Tracked.
    pub fn member_name(&self, id: UserId) -> String {
        self.member(id).map(|m| m.name).unwrap_or_default()
    }

    /// A team. Tracked.
    pub fn team(&self, id: TeamId) -> Option<Team> {
        self.workspace.with(|w| w.as_ref().and_then(|w| w.teams.iter().chain(&w.past_teams).find(|t| t.id == id).cloned()))
    }

    /// A team's name; empty when unknown. Tracked.
    pub fn team_name(&self, id: TeamId) -> String {
        self.team(id).map(|t| t.name).unwrap_or_default()
    }

    /// A channel. Tracked.
    pub fn channel(&self, id: ChannelId) -> Option<Channel> {
        self.workspace.with(|w| w.as_ref().and_then(|w| w.channels.iter().find(|c| c.id == id).cloned()))
    }

    /// A channel. Not tracked.
    pub(super) fn channel_now(&self, id: ChannelId) -> Option<Channel> {
        untrack(|| self.channel(id))
    }

    /// The server's clock now, as far as known. Not tracked; see [`Store::tick`].
    pub fn server_now(&self) -> Millis {
        web::clock() + self.offset.get_value()
    }

    /// The conversation's window now; moves with [`Store::tick`]. The last five minutes already count as expired, so
    /// that a message does not miss it on the way. Tracked.
    pub fn window(&self, row: &Conversation) -> Window {
        let has_window = self.channel(row.channel_id).is_none_or(|c| c.kind.has_window());
        Window::at(has_window, row.window_expires_at.map(|end| end - limit::WINDOW_MARGIN_MILLIS), self.tick.get().max(self.server_now()))
    }

    // --- lists ----------------------------------------------------------------------------------------------------

    /// A tab's list. Loads nothing: see [`Store::show_tab`].
    pub fn tab_list(&self, tab: Tab) -> TabList {
        self.change(|inbox| {
            let list: &mut List = inbox.list(tab);
            TabList { order: list.order.clone(), phase: list.phase.clone(), more: list.more.clone() }
        })
    }

    /// The row's own signal, while it is known.
    pub fn row(&self, id: ConversationId) -> Option<ArcRwSignal<Conversation>> {
        self.inbox.with_value(|i| i.row(id))
    }

    /// The tab that is on screen; loads it when it is not loaded. Call it again after [`Store::sieve`].
    pub fn show_tab(&self, tab: Tab) {
        self.visible_tab.set_value(tab);
        if self.workspace.with_untracked(Option::is_none) {
            return;
        }
        let is_idle = self.change(|i| i.list(tab).phase.with_untracked(|p| matches!(p, Phase::Idle | Phase::Failed(_))));
        if is_idle {
            self.load_list(tab);
        }
    }

    /// Sets filter and order of all tabs and loads the visible one.
    pub fn sieve(&self, filter: Filter, oldest_first: bool) {
        self.filter.set(filter.clone());
        self.oldest_first.set(oldest_first);
        self.change(|i| i.sieve(filter, oldest_first));
        self.show_tab(self.visible_tab.get_value());
    }

    /// The conversation on screen: it stays in the list under "unread" although being open makes it read.
    pub fn pin(&self, id: Option<ConversationId>) {
        self.change(|i| i.pin(id));
    }

    fn query(&self, tab: Tab, after: Option<String>) -> ConversationQuery {
        let (filter, oldest_first) = (self.filter.get_untracked(), self.oldest_first.get_untracked());
        ConversationQuery { tab, filter, oldest_first, after, limit: Some(limit::CONVERSATION_PAGE) }
    }

    pub(super) fn load_list(&self, tab: Tab) {
        let store = *self;
        let query = store.query(tab, None);
        let (round, flight) = store.change(|i| {
            let list = i.list(tab);
            list.round += 1;
            let round = list.round;
            // Rows that are there stay on screen while they are fetched again.
            if list.is_empty() {
                list.phase.set(Phase::Loading);
            }
            (round, i.ask())
        });
        spawn_local(async move {
            let answer = api::inbox::conversations(query).await;
            match answer {
                Ok(page) => store.change(|i| i.first_page(tab, round, &page, flight)),
                Err(refused) => {
                    let fault = store.heard(refused);
                    store.change(|i| {
                        i.land(flight);
                        let list = i.list(tab);
                        if list.round == round && list.is_empty() {
                            list.phase.set(Phase::Failed(fault));
                        }
                    });
                }
            }
        });
    }

    /// Loads the next page of a tab; nothing when there is none or it is on its way.
    pub fn load_more(&self, tab: Tab) {
        let store = *self;
        let asked = store.change(|i| {
            let list = i.list(tab);
            if !list.more.with_untracked(More::may_load) {
                return None;
            }
            list.more.set(More::Loading);
            let (round, next) = (list.round, list.next.clone());
            Some((round, next, i.ask()))
        });
        let Some((round, next, flight)) = asked else { return };
        let query = store.query(tab, next);
        spawn_local(async move {
            match api::inbox::conversations(query).await {
                Ok(page) => store.change(|i| i.next_page(tab, round, &page, flight)),
                Err(refused) => {
                    let fault = store.heard(refused);
                    store.change(|i| {
                        i.land(flight);
                        let list = i.list(tab);
                        if list.round == round {
                            list.more.set(More::Failed(fault));
                        }
                    });
                }
            }
        });
    }

    /// Makes rows from elsewhere (a search) live; answers their signals.
    pub fn adopt(&self, rows: Vec<Conversation>) -> Vec<ArcRwSignal<Conversation>> {
        self.change(|i| {
            rows.into_iter()
                .map(|row| match i.row(row.id) {
                    Some(known) => known,
                    None => {
                        i.put(&row);
                        i.row(row.id).unwrap_or_else(|| ArcRwSignal::new(row))
                    }
                })
                .collect()
        })
    }

    // --- a conversation -------------------------------------------------------------------------------------------

    /// The conversation's timeline, loaded now when it is not. The twenty most recent ones stay loaded and current.
    pub fn timeline(&self, id: ConversationId) -> Timeline {
        let face = self.change(|i| i.thread(id).face.clone());
        self.show_outgoing(id);
        if face.phase.with_untracked(Phase::is_to_load) {
            self.load_timeline(id);
        }
        Timeline::new(*self, id, face)
    }

    /// Asks for a conversation that is about to be opened: its messages are on their way while its pane is made.
    pub fn prepare(&self, id: ConversationId) {
        if self.change(|i| i.next_thread(id).face.phase.with_untracked(Phase::is_to_load)) {
            self.load_timeline(id);
        }
    }

    /// How far the conversation's first page is, without loading it.
    pub fn known_phase(&self, id: ConversationId) -> ArcRwSignal<Phase> {
        self.change(|i| i.next_thread(id).face.phase.clone())
    }

    /// The conversation's row as far as it is known, without loading it.
    pub fn known_row(&self, id: ConversationId) -> ArcRwSignal<Option<Conversation>> {
        self.change(|i| i.next_thread(id).face.row.clone())
    }

    pub(super) fn load_timeline(&self, id: ConversationId) {
        let store = *self;
        store.change(|i| {
            let thread = i.next_thread(id);
            thread.round += 1;
            thread.page_asked();
            if thread.face.phase.with_untracked(|p| *p != Phase::Ready) {
                thread.face.phase.set(Phase::Loading);
            }
        });
        spawn_local(async move {
            match api::inbox::open(id).await {
                Ok(opened) => {
                    store.opened_draft(id, &opened.draft);
                    store.change(|i| i.opened(&opened));
                    if store.change(|i| i.contact_is_newer(opened.contact.id, opened.seq)) {
                        store.refresh_contact(opened.contact.id);
                    }
                }
                Err(refused) => {
                    let fault = store.heard(refused);
                    store.change(|i| {
                        if let Some(thread) = i.thread_mut(id) {
                            thread.page_dropped();
                            let phase = if fault == Fault::Missing { Phase::Gone } else { Phase::Failed(fault) };
                            if thread.face.phase.with_untracked(|p| *p == Phase::Loading) || phase == Phase::Gone {
                                thread.face.phase.set(phase);
                            }
                        }
                    });
                }
            }
        });
    }

    /// The bubble's signal.
    pub(super) fn cell(&self, id: ConversationId, key: &Key) -> Option<ArcRwSignal<super::thread::Item>> {
        self.change(|i| i.thread_mut(id).and_then(|t| t.cell(key)))
    }

    /// Colleagues who look at or write in the conversation, me left out.
    pub fn presence(&self, id: ConversationId) -> ArcRwSignal<Vec<Present>> {
        let mut signal = None;
        self.presence.update_value(|all| signal = Some(all.entry(id).or_insert_with(|| ArcRwSignal::new(Vec::new())).clone()));
        signal.unwrap_or_else(|| ArcRwSignal::new(Vec::new()))
    }

    /// Whether the contact is typing.
    pub fn contact_typing(&self, id: ConversationId) -> ArcRwSignal<bool> {
        let mut signal = None;
        self.typing.update_value(|all| signal = Some(all.entry(id).or_insert_with(|| (0, ArcRwSignal::new(false))).1.clone()));
        signal.unwrap_or_else(|| ArcRwSignal::new(false))
    }

    // --- inside ---------------------------------------------------------------------------------------------------

    /// Changes the state. The closure must not call the store.
    pub(super) fn change<R>(&self, act: impl FnOnce(&mut Inbox) -> R) -> R {
        let mut inbox = self.inbox.write_value();
        act(&mut inbox)
    }

    /// Looks at a refusal of a server function that a screen called by itself: an ended login leads to the sign-in page.
    pub fn hear(&self, refused: api::Refused) -> Fault {
        self.heard(refused)
    }

    /// Looks at a refusal: an ended login ends the connection, and the frame leads to the sign-in page.
    pub(super) fn heard(&self, refused: api::Refused) -> Fault {
        if refused.0 == Fault::SignedOut {
            self.connection.set(Connection::Ended);
        }
        refused.0
    }

    /// Tries at once what was waiting: the workspace, or the live connection.
    pub fn retry_now(&self) {
        #[cfg(feature = "browser")]
        self.hurry();
    }
}
