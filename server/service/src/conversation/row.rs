//! The row of a conversation, read, changed in memory, and saved with its event.

use crate::message::{NewMessage, put};
use crate::tally::{self, Step, Steps};
use crate::{Result, Work, args, sql};
use model::*;
use serde::{Deserialize, Serialize};

/// The columns of [`Row`], from `conversation c join contact k`.
macro_rules! columns {
    () => {
        "c.id, c.protocol, c.contact_id, k.name as contact_name, k.phone as contact_phone, k.tags as contact_tags, substr(k.photo, 1, 16) as contact_photo, c.to_address, c.channel_id, c.team_id, c.assignee_id, c.status, c.started_at, c.completed_at, c.first_response_at, c.last_in_at, c.last_at, c.waiting_since, c.window_expires_at, c.awaiting_reply, c.awaiting_category, c.awaiting_from, c.unread, c.reactivate_until, c.last_in_external, c.preview_id, c.preview_at, c.preview_kind, c.preview_direction, c.preview_status, c.preview_text, c.preview_author_id, c.closed_by, c.reason_id, c.reason_category, c.reason_text, c.amount_minor, c.amount_currency, c.idle_since, c.warned_at, c.snoozed_until, c.paused, c.merged_into, c.owed_since, c.assigned_at, c.reminded_of, c.queued_at, c.designated_id, c.designated_at, c.designated_since, c.overflow_at, c.watchers, c.entered_at, c.assumed_at, c.answered_at, c.priority, c.asked_since, c.heard_since, c.sla, c.sla_key"
    };
}
pub(crate) use columns;

/// A [`Conversation`] as one value, its parts in the order of the fields.
macro_rules! view {
    () => {
        "{row}(c.id, c.protocol, c.contact_id, k.name, k.phone, {json '[' || trim(k.tags, ',') || ']'}, substr(k.photo, 1, 16), c.channel_id, c.team_id, c.assignee_id, c.status, c.started_at, c.completed_at, c.last_in_at, c.last_at, c.waiting_since, c.window_expires_at, {truth c.awaiting_reply}, case when c.awaiting_reply then c.awaiting_category end, c.unread, {row}(c.preview_kind, c.preview_direction, c.preview_status, c.preview_text, c.preview_author_id), c.closed_by, case when c.reason_id is not null then {row}(c.reason_id, c.reason_category, c.reason_text, case when c.amount_minor is not null then {row}(c.amount_minor, c.amount_currency) end) end, c.snoozed_until, {truth c.paused}, c.merged_into, {json '[' || c.watchers || ']'}, c.designated_id, c.overflow_at, c.priority, c.sla)"
    };
}
pub(crate) use view;

/// A conversation as stored, with its contact's name and number.
#[derive(Clone, Debug, sqlx::FromRow, Serialize, Deserialize)]
pub(crate) struct Row {
    pub id: i64,
    pub protocol: String,
    pub contact_id: i64,
    pub contact_name: String,
    pub contact_phone: Option<String>,
    pub contact_tags: String,
    /// The mark of its photo ([`crate::avatar::mark`]).
    #[serde(default)]
    pub contact_photo: String,
    /// Where it is sent to although the contact has another number by now (CP-5).
    pub to_address: Option<String>,
    pub channel_id: i64,
    pub team_id: i64,
    pub assignee_id: Option<i64>,
    #[sqlx(try_from = "String")]
    pub status: ConversationStatus,
    pub started_at: Millis,
    pub completed_at: Option<Millis>,
    pub first_response_at: Option<Millis>,
    pub last_in_at: Option<Millis>,
    pub last_at: Millis,
    pub waiting_since: Option<Millis>,
    pub window_expires_at: Option<Millis>,
    pub awaiting_reply: bool,
    pub awaiting_category: Option<String>,
    /// The first template since the contact's last answer that was sent while the window was closed.
    pub awaiting_from: Option<i64>,
    pub unread: i64,
    pub reactivate_until: Option<Millis>,
    pub last_in_external: Option<String>,
    pub preview_id: i64,
    pub preview_at: Millis,
    #[sqlx(try_from = "String")]
    pub preview_kind: MessageKind,
    #[sqlx(try_from = "String")]
    pub preview_direction: Direction,
    #[sqlx(try_from = "String")]
    pub preview_status: MessageStatus,
    pub preview_text: String,
    pub preview_author_id: Option<i64>,
    pub closed_by: Option<i64>,
    pub reason_id: Option<i64>,
    pub reason_category: Option<String>,
    pub reason_text: Option<String>,
    pub amount_minor: Option<i64>,
    pub amount_currency: Option<String>,
    /// Since when the contact owes an answer: our last message by a person, as long as nothing came after it (AU-2).
    pub idle_since: Option<Millis>,
    /// When the contact was warned of the closing; once in each time of owing.
    pub warned_at: Option<Millis>,
    /// Until when it is out of its assignee's list.
    pub snoozed_until: Option<Millis>,
    /// Somebody keeps it from closing by itself (AU-3).
    pub paused: bool,
    /// Its messages are in this one (NX-2).
    pub merged_into: Option<i64>,
    /// Since when whoever serves it owes the contact an answer (AU-2): the first message that nobody has answered, or when
    /// they got the conversation if that was later.
    pub owed_since: Option<Millis>,
    /// Since when its assignee has it.
    pub assigned_at: Option<Millis>,
    /// The value of `owed_since` of which the assignee was reminded; once in each time of owing.
    pub reminded_of: Option<Millis>,
    /// Who watches it; ids with commas between them. Written by `watch::put` alone.
    #[serde(default)]
    pub watchers: String,
    /// Since when it waits and somebody may be looked for; none once nobody is any more.
    pub queued_at: Option<Millis>,
    /// For whom it waits (DI-2), since when, and since when somebody is looked for.
    pub designated_id: Option<i64>,
    pub designated_at: Option<Millis>,
    pub designated_since: Option<Millis>,
    /// When it is looked whether it goes on to the next one (DI-4).
    pub overflow_at: Option<Millis>,
    /// Where it is on its way, for the figures: since when in the queue, none when it did not come through one; since when
    /// somebody has it; when a person first wrote.
    #[serde(default)]
    pub entered_at: Option<Millis>,
    #[serde(default)]
    pub assumed_at: Option<Millis>,
    #[serde(default)]
    pub answered_at: Option<Millis>,
    /// What has happened to it since it was read; saving it writes that down.
    #[sqlx(skip)]
    #[serde(skip)]
    pub steps: Steps,
    #[sqlx(try_from = "String")]
    #[serde(default)]
    pub priority: Priority,
    /// Since when the contact waits for an answer of whoever it is: the first message that nobody has answered (NX-21).
    pub asked_since: Option<Millis>,
    /// When the contact first wrote since it began or was taken up again.
    pub heard_since: Option<Millis>,
    /// How its promises stand, and of what they were worked out. Written by `sla` alone.
    #[serde(default)]
    pub sla: Option<String>,
    #[serde(default)]
    pub sla_key: String,
}

impl Row {
    /// A conversation before its first message, in the team's queue, with nothing told of it yet.
    pub fn begin(id: i64, contact: ContactId, name: &str, phone: Option<&str>, channel: ChannelId, team: TeamId, at: Millis) -> Row {
        Row {
            id,
            protocol: String::new(),
            contact_id: contact.0,
            contact_name: name.to_owned(),
            contact_phone: phone.map(str::to_owned),
            contact_tags: String::new(),
            contact_photo: String::new(),
            to_address: None,
            channel_id: channel.0,
            team_id: team.0,
            assignee_id: None,
            status: ConversationStatus::Pending,
            started_at: at,
            completed_at: None,
            first_response_at: None,
            last_in_at: None,
            last_at: at,
            waiting_since: None,
            window_expires_at: None,
            awaiting_reply: false,
            awaiting_category: None,
            awaiting_from: None,
            unread: 0,
            reactivate_until: None,
            last_in_external: None,
            preview_id: 0,
            preview_at: 0,
            preview_kind: MessageKind::Text,
            preview_direction: Direction::In,
            preview_status: MessageStatus::Received,
            preview_text: String::new(),
            preview_author_id: None,
            closed_by: None,
            reason_id: None,
            reason_category: None,
            reason_text: None,
            amount_minor: None,
            amount_currency: None,
            idle_since: None,
            warned_at: None,
            snoozed_until: None,
            paused: false,
            merged_into: None,
            owed_since: None,
            assigned_at: None,
            reminded_of: None,
            watchers: String::new(),
            queued_at: None,
            designated_id: None,
            designated_at: None,
            designated_since: None,
            overflow_at: None,
            entered_at: None,
            assumed_at: None,
            answered_at: None,
            steps: Steps::default(),
            priority: Priority::Normal,
            asked_since: None,
            heard_since: None,
            sla: None,
            sla_key: String::new(),
        }
    }

    pub fn id(&self) -> ConversationId {
        self.id.into()
    }

    pub fn access(&self) -> Access {
        Access {
            status: self.status,
            team_id: self.team_id.into(),
            assignee_id: self.assignee_id.map(UserId),
            designated_id: self.designated_id.map(UserId),
        }
    }

    pub fn window(&self, kind: ChannelKind, now: Millis) -> Window {
        Window::at(kind.has_window(), self.window_expires_at, now)
    }

    /// The conversation as people see it.
    pub fn view(&self) -> Conversation {
        Conversation {
            id: self.id.into(),
            protocol: self.protocol.clone(),
            contact_id: self.contact_id.into(),
            contact_name: self.contact_name.clone(),
            contact_phone: self.contact_phone.clone(),
            contact_tags: crate::tag::parse(&self.contact_tags),
            contact_photo: self.contact_photo.clone(),
            channel_id: self.channel_id.into(),
            team_id: self.team_id.into(),
            assignee_id: self.assignee_id.map(UserId),
            status: self.status,
            started_at: self.started_at,
            completed_at: self.completed_at,
            last_in_at: self.last_in_at,
            last_at: self.last_at,
            waiting_since: self.waiting_since,
            window_expires_at: self.window_expires_at,
            awaiting_reply: self.awaiting_reply,
            awaiting_category: self.awaiting_category.as_deref().filter(|_| self.awaiting_reply).and_then(|c| c.parse().ok()),
            unread: self.unread,
            preview: Preview {
                kind: self.preview_kind,
                direction: self.preview_direction,
                status: self.preview_status,
                text: self.preview_text.clone(),
                author_id: self.preview_author_id.map(UserId),
            },
            closed_by: self.closed_by.map(UserId),
            classification: self.classification(),
            snoozed_until: self.snoozed_until,
            paused: self.paused,
            merged_into: self.merged_into.map(ConversationId),
            watchers: self.watchers(),
            designated_id: self.designated_id.map(UserId),
            overflow_at: self.overflow_at,
            priority: self.priority,
            sla: self.sla_mark(),
        }
    }

    /// The worst of how its promises stand.
    pub fn sla_mark(&self) -> Option<SlaMark> {
        self.sla.as_deref().filter(|_| self.status.is_open()).and_then(|mark| mark.parse().ok())
    }

    /// Who watches it, whether or not they see it now.
    pub fn watchers(&self) -> Vec<UserId> {
        self.watchers.split(',').filter_map(|id| id.parse().ok()).collect()
    }

    /// What it is classified as.
    pub fn classification(&self) -> Option<Classification> {
        let amount = self.amount_minor.zip(self.amount_currency.as_deref().and_then(|c| c.parse().ok()));
        Some(Classification {
            reason_id: self.reason_id?.into(),
            category: self.reason_category.as_deref()?.parse().ok()?,
            description: self.reason_text.clone()?,
            amount: amount.map(|(minor, currency)| Money { minor, currency }),
        })
    }

    /// Classifies it anew.
    pub fn classify(&mut self, what: Option<&Classification>) {
        self.reason_id = what.map(|w| w.reason_id.0);
        self.reason_category = what.map(|w| w.category.word().to_owned());
        self.reason_text = what.map(|w| w.description.clone());
        let amount = what.and_then(|w| w.amount);
        self.amount_minor = amount.map(|a| a.minor);
        self.amount_currency = amount.map(|a| a.currency.word().to_owned());
    }

    /// It is somebody's from now on, or waits in its team's queue. Who gets it has all the time to answer (AU-2).
    pub fn assign(&mut self, to: Option<UserId>, at: Millis) {
        let to = to.map(|to| to.0);
        let status = if to.is_some() { ConversationStatus::InProgress } else { ConversationStatus::Pending };
        if (self.status, self.assignee_id) != (status, to) {
            self.assigned_at = to.map(|_| at);
            self.owed_since = self.owed_since.map(|since| since.max(self.assigned_at.unwrap_or(since)));
        }
        self.pass(to, at);
        (self.status, self.assignee_id) = (status, to);
        self.queued_at = if to.is_some() { None } else { Some(at) };
        self.undesignate();
    }

    /// Notices what being assigned is on its way: a queue that it came into, or the end of waiting there.
    fn pass(&mut self, to: Option<i64>, at: Millis) {
        let step = |kind, from| Step { kind, at, from, user: to.map(UserId) };
        match (to, self.status) {
            (None, _) => {
                self.steps.push(step(StepKind::Entered, None));
                (self.entered_at, self.assumed_at, self.answered_at) = (Some(at), None, None);
            }
            (Some(_), ConversationStatus::Pending) if self.entered_at.is_some() => {
                self.steps.push(step(StepKind::Assumed, self.entered_at));
                self.assumed_at = Some(at);
            }
            (Some(_), ConversationStatus::Pending | ConversationStatus::Completed) => {
                self.steps.push(step(StepKind::Begun, None));
                (self.entered_at, self.assumed_at, self.answered_at) = (None, Some(at), None);
            }
            // From one person to another it is the same service.
            (Some(_), ConversationStatus::InProgress) => {}
        }
    }

    /// It waits for nobody in particular.
    pub fn undesignate(&mut self) {
        (self.designated_id, self.designated_at, self.designated_since, self.overflow_at) = (None, None, None, None);
    }

    /// It is concluded. The window is untouched (SM-6).
    pub fn close(&mut self, at: Millis, by: Option<UserId>, reopens_until: Option<Millis>) {
        self.status = ConversationStatus::Completed;
        self.completed_at = Some(at);
        self.closed_by = by.map(|by| by.0);
        self.waiting_since = None;
        self.stop_waiting();
        self.unread = 0;
        self.reactivate_until = reopens_until;
        (self.idle_since, self.warned_at) = (None, None);
        (self.owed_since, self.reminded_of) = (None, None);
        (self.asked_since, self.heard_since) = (None, None);
        self.snoozed_until = None;
        self.paused = false;
        self.queued_at = None;
        self.undesignate();
        let user = self.assignee_id.map(UserId).or(by);
        self.steps.push(Step { kind: StepKind::Closed, at, from: self.assumed_at, user });
        (self.entered_at, self.assumed_at, self.answered_at) = (None, None, None);
    }

    /// It is open again: what was said of its conclusion stays in the feed alone.
    pub fn reopen(&mut self) {
        self.completed_at = None;
        self.closed_by = None;
        self.reactivate_until = None;
        self.heard_since = None;
        self.classify(None);
    }

    /// A template went out that only the contact's answer can follow: others must be of its category (RE-4).
    pub fn await_reply(&mut self, template: MessageId, category: &str) {
        self.awaiting_reply = true;
        self.awaiting_category = Some(category.to_owned());
        self.awaiting_from.get_or_insert(template.0);
    }

    /// Nothing waits for the contact's answer any more.
    pub fn stop_waiting(&mut self) {
        self.awaiting_reply = false;
        self.awaiting_category = None;
        self.awaiting_from = None;
    }

    /// Takes a new or changed message into account: preview, sort key, who waits for whom.
    pub fn see(&mut self, m: &Message) {
        if matches!(m.kind, MessageKind::Transition | MessageKind::Note) {
            return;
        }
        self.last_at = self.last_at.max(m.at);
        if (m.at, m.id.0) >= (self.preview_at, self.preview_id) {
            self.preview_id = m.id.0;
            self.preview_at = m.at;
            self.preview_kind = m.kind;
            self.preview_direction = m.direction;
            self.preview_status = m.status;
            self.preview_text = text::shorten(&m.body, 120);
            self.preview_author_id = m.author_id.map(|a| a.0);
            let owed = match m.direction {
                Direction::In => None,
                Direction::Out if m.author_id.is_some() => Some(m.at),
                // What the system says, such as a warning, changes nothing.
                Direction::Out => self.idle_since,
            };
            if owed != self.idle_since {
                (self.idle_since, self.warned_at) = (owed, None);
            }
        }
        match m.direction {
            Direction::In => {
                self.waiting_since.get_or_insert(m.at);
                self.owed_since.get_or_insert(m.at.max(self.assigned_at.unwrap_or(m.at)));
                self.asked_since.get_or_insert(m.at);
                self.heard_since.get_or_insert(m.at);
                // Whoever writes wakes the conversation.
                self.snoozed_until = None;
            }
            Direction::Out if m.author_id.is_some() => {
                self.first_response_at.get_or_insert(m.at);
                self.waiting_since = None;
                self.answer(m);
                // What failed or was taken back is no answer.
                if !matches!(m.status, MessageStatus::Failed | MessageStatus::Deleted) {
                    (self.owed_since, self.asked_since) = (None, None);
                }
            }
            Direction::Out => {}
        }
    }

    /// A person wrote: the first time since it came into the queue is the answer to it.
    fn answer(&mut self, m: &Message) {
        let Some(since) = self.entered_at.filter(|since| self.answered_at.is_none() && *since <= m.at) else { return };
        if self.status == ConversationStatus::InProgress && !matches!(m.status, MessageStatus::Failed | MessageStatus::Deleted) {
            self.answered_at = Some(m.at);
            self.steps.push(Step { kind: StepKind::Answered, at: m.at, from: Some(since), user: m.author_id });
        }
    }
}

/// The row, locked until the work ends.
///
/// # Errors
/// [`Fault::Missing`].
pub(crate) async fn lock(work: &mut Work, id: ConversationId) -> Result<Row> {
    if !work.is_sqlite() {
        let _: Option<(i64,)> = work.opt(sql!("select id from conversation where account_id = $1 and id = $2 {lock}"), args![id]).await?;
    }
    work.one(
        sql!(concat!(
            "select ",
            columns!(),
            " from conversation c join contact k on k.id = c.contact_id where c.account_id = $1 and c.id = $2"
        )),
        args![id],
    )
    .await
}

/// Saves everything that can change.
pub(crate) async fn save(work: &mut Work, c: &Row) -> Result<()> {
    work.run(
        sql!(
            "update conversation set team_id = $3, assignee_id = $4, status = $5, started_at = $6, completed_at = $7, first_response_at = $8, last_in_at = $9,
             last_at = $10, waiting_since = $11, window_expires_at = $12, awaiting_reply = $13, awaiting_category = $14, unread = $15, reactivate_until = $16,
             last_in_external = $17, preview_id = $18, preview_at = $19, preview_kind = $20, preview_direction = $21, preview_status = $22,
             preview_text = $23, preview_author_id = $24, awaiting_from = $25, closed_by = $26, reason_id = $27, reason_category = $28, reason_text = $29,
             amount_minor = $30, amount_currency = $31, idle_since = $32, warned_at = $33, snoozed_until = $34, paused = $35, merged_into = $36,
             owed_since = $37, assigned_at = $38, reminded_of = $39, queued_at = $40, designated_id = $41, designated_at = $42,
             designated_since = $43, overflow_at = $44, entered_at = $45, assumed_at = $46, answered_at = $47, priority = $48, asked_since = $49, heard_since = $50 where account_id = $1 and id = $2"
        ),
        args![
            c.id,
            c.team_id,
            c.assignee_id,
            c.status,
            c.started_at,
            c.completed_at,
            c.first_response_at,
            c.last_in_at,
            c.last_at,
            c.waiting_since,
            c.window_expires_at,
            c.awaiting_reply,
            c.awaiting_category.clone(),
            c.unread,
            c.reactivate_until,
            c.last_in_external.clone(),
            c.preview_id,
            c.preview_at,
            c.preview_kind,
            c.preview_direction,
            c.preview_status,
            &c.preview_text,
            c.preview_author_id,
            c.awaiting_from,
            c.closed_by,
            c.reason_id,
            c.reason_category.clone(),
            c.reason_text.clone(),
            c.amount_minor,
            c.amount_currency.clone(),
            c.idle_since,
            c.warned_at,
            c.snoozed_until,
            c.paused,
            c.merged_into,
            c.owed_since,
            c.assigned_at,
            c.reminded_of,
            c.queued_at,
            c.designated_id,
            c.designated_at,
            c.designated_since,
            c.overflow_at,
            c.entered_at,
            c.assumed_at,
            c.answered_at,
            c.priority,
            c.asked_since,
            c.heard_since
        ],
    )
    .await?;
    crate::sla::saved(work, c).await?;
    tally::keep(work, c).await
}

/// What the event says of the time before.
pub(crate) struct Told {
    pub before: Option<Access>,
    pub unread_before: i64,
}

impl Told {
    pub fn of(c: &Row) -> Told {
        Told { before: Some(c.access()), unread_before: c.unread }
    }

    pub fn new() -> Told {
        Told { before: None, unread_before: 0 }
    }
}

/// Tells of a changed conversation and its messages; answers the row as people see it.
pub(crate) fn tell(work: &mut Work, c: &Row, told: Told, messages: Vec<Message>) -> Conversation {
    let view = c.view();
    // Somebody may have room for another one now.
    if told.before != Some(c.access()) {
        work.wake_distribution();
    }
    work.tell(Change::Conversation { row: Box::new(view.clone()), before: told.before, unread_before: told.unread_before, messages });
    view
}

/// Writes a transition into the feed (SM-10) and into the audit.
pub(crate) async fn transition(work: &mut Work, c: &Row, author: Option<UserId>, what: Transition) -> Result<Message> {
    transition_with(work, c, author, what, serde_json::Map::new()).await
}

/// The same with more that only the audit keeps.
pub(crate) async fn transition_with(
    work: &mut Work,
    c: &Row,
    author: Option<UserId>,
    what: Transition,
    more: serde_json::Map<String, serde_json::Value>,
) -> Result<Message> {
    // The opening stands before the message that caused it.
    let at = if what == Transition::Opened { c.started_at } else { work.desk().now() };
    let action = match &what {
        Transition::Opened => "conversation.open",
        Transition::Started => "conversation.start",
        Transition::Assumed { .. } => "conversation.assume",
        Transition::TransferredToTeam { .. } | Transition::TransferredToPerson { .. } => "conversation.transfer",
        Transition::Returned { .. } => "conversation.return",
        Transition::Designated { .. } => "conversation.designate",
        Transition::Concluded { .. } => "conversation.conclude",
        Transition::Classified { .. } => "conversation.classify",
        Transition::Reopened { .. } => "conversation.reopen",
        Transition::Restarted => "conversation.restart",
        Transition::NumberChanged { .. } => "contact.number",
        Transition::Merged { .. } | Transition::MergedInto { .. } => "conversation.merge",
        Transition::Unmerged { .. } => "conversation.unmerge",
    };
    let mut data = serde_json::to_value(&what)?;
    if let Some(data) = data.as_object_mut() {
        data.extend(more);
    }
    work.audit(author, action, c.id, data).await?;
    let mut line = NewMessage::of(c, Direction::Out, MessageKind::Transition, MessageStatus::Received, at);
    line.author_id = author;
    line.content = Content::Transition(what);
    put(work, line).await?.ok_or_else(|| crate::Error::Other("a transition was not written".into()))
}
