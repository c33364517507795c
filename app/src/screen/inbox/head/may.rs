//! What can be done with a conversation now, and why not.

use model::{Access, Act, ChannelKind, Conversation, ConversationStatus, Millis, Seen, Window, window_left};

/// Why something cannot be done; each has a sentence in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Only agents of its team, supervisors and admins.
    NotYourTeam,
    /// Only who serves it, supervisors and admins.
    NotYours,
    /// The website chat has no templates: the visitor must write first.
    VisitorFirst,
}

/// Whether an action is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It makes no sense in this state and is not shown.
    Hidden,
    Refused(Why),
    Free,
}

impl Offer {
    /// Whether it is shown at all.
    pub fn is_shown(self) -> bool {
        self != Offer::Hidden
    }

    /// The reason, when it is refused.
    pub fn why(self) -> Option<Why> {
        match self {
            Offer::Refused(why) => Some(why),
            _ => None,
        }
    }
}

/// What the head, the composer and the keyboard offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offers {
    pub assume: Offer,
    pub transfer: Offer,
    pub conclude: Offer,
    pub restart: Offer,
    /// The one that makes sense now.
    pub primary: Act,
}

/// Works out the offers.
pub fn offers(seen: &Seen, c: &Conversation, kind: ChannelKind, now: Millis) -> Offers {
    use ConversationStatus::*;
    let access = c.access();
    let ask = |act: Act, why: Why| if seen.may(act, &access) { Offer::Free } else { Offer::Refused(why) };
    let mine = c.assignee_id == Some(seen.me);
    let window = window(c, kind, now);
    let restart = |allowed: Offer| if kind.may_start() { allowed } else { Offer::Refused(Why::VisitorFirst) };
    match c.status {
        Pending => Offers {
            assume: ask(Act::Assume, Why::NotYourTeam),
            transfer: ask(Act::Transfer, Why::NotYourTeam),
            conclude: ask(Act::Conclude, Why::NotYourTeam),
            restart: Offer::Hidden,
            primary: Act::Assume,
        },
        InProgress => Offers {
            // Whoever may take it over from a colleague is told so; for the others the button would only be in the way.
            assume: if !mine && seen.may(Act::Assume, &access) { Offer::Free } else { Offer::Hidden },
            transfer: ask(Act::Transfer, Why::NotYours),
            conclude: ask(Act::Conclude, Why::NotYours),
            restart: if window.is_open() { Offer::Hidden } else { restart(ask(Act::Restart, Why::NotYours)) },
            primary: if !window.is_open() && seen.may(Act::Restart, &access) { Act::Restart } else { Act::Conclude },
        },
        Completed => Offers {
            assume: Offer::Hidden,
            transfer: Offer::Hidden,
            conclude: Offer::Hidden,
            // What was merged goes on elsewhere.
            restart: if c.merged_into.is_some() { Offer::Hidden } else { restart(ask(Act::Restart, Why::NotYourTeam)) },
            primary: Act::Restart,
        },
    }
}

/// The window as screens tell it: closed five minutes before its end, so that nothing misses it on the way.
pub fn window(c: &Conversation, kind: ChannelKind, now: Millis) -> Window {
    match Window::at(kind.has_window(), c.window_expires_at, now) {
        Window::Active if window_left(c.window_expires_at, now).is_none() => Window::Expired,
        window => window,
    }
}

/// What the composer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Free text.
    Write,
    /// Free text that waits for the contact's answer to a template (IN-4).
    Waiting,
    /// The window is closed: templates only (BW-3).
    Template,
    /// Nobody serves it yet (AS-1).
    Pending,
    /// Somebody else serves it.
    NotMine,
    Completed,
}

/// The composer's mode. `NotMine` is for those who may only look; supervisors and admins write in any.
pub fn mode(seen: &Seen, c: &Conversation, kind: ChannelKind, now: Millis) -> Mode {
    let access: Access = c.access();
    match c.status {
        ConversationStatus::Pending => Mode::Pending,
        ConversationStatus::Completed => Mode::Completed,
        ConversationStatus::InProgress if !seen.may(Act::Reply, &access) => Mode::NotMine,
        ConversationStatus::InProgress if window(c, kind, now).is_open() => Mode::Write,
        ConversationStatus::InProgress if c.awaiting_reply => Mode::Waiting,
        ConversationStatus::InProgress => Mode::Template,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::*;

    const HOUR: Millis = 3_600_000;
    const ME: UserId = UserId(1);
    const TEAM: TeamId = TeamId(10);

    fn seen(role: Role) -> Seen {
        Seen::new(
            ME,
            role,
            &[TeamLink { team_id: TEAM, is_agent: true, is_supervisor: false }],
            &[(TEAM, Restriction::None), (TeamId(11), Restriction::None)],
        )
    }

    fn conversation(status: ConversationStatus, assignee: Option<UserId>, window_expires_at: Option<Millis>) -> Conversation {
        Conversation {
            id: ConversationId(1),
            protocol: "1".into(),
            contact_id: ContactId(1),
            contact_name: "Bia".into(),
            contact_phone: None,
            contact_tags: Vec::new(),
            contact_photo: String::new(),
            channel_id: ChannelId(1),
            team_id: TEAM,
            assignee_id: assignee,
            status,
            started_at: 0,
            completed_at: None,
            last_in_at: None,
            last_at: 0,
            waiting_since: None,
            window_expires_at,
            awaiting_reply: false,
            awaiting_category: None,
            unread: 0,
            preview: Preview {
                kind: MessageKind::Text,
                direction: Direction::In,
                status: MessageStatus::Received,
                text: String::new(),
                author_id: None,
            },
            closed_by: None,
            classification: None,
            snoozed_until: None,
            paused: false,
            merged_into: None,
            watchers: Vec::new(),
            designated_id: None,
            overflow_at: None,
            priority: Priority::Normal,
            sla: None,
        }
    }

    use ChannelKind::*;
    use ConversationStatus::*;

    #[test]
    fn as_1_a_waiting_conversation_offers_to_be_taken() {
        let o = offers(&seen(Role::Agent), &conversation(Pending, None, None), WhatsApp, 0);
        assert_eq!(
            (o.assume, o.transfer, o.conclude, o.restart, o.primary),
            (Offer::Free, Offer::Free, Offer::Free, Offer::Hidden, Act::Assume)
        );
        let foreign = Conversation { team_id: TeamId(11), ..conversation(Pending, None, None) };
        assert_eq!(offers(&seen(Role::Agent), &foreign, WhatsApp, 0).assume, Offer::Refused(Why::NotYourTeam));
    }

    #[test]
    fn tr_1_another_persons_conversation_says_why_it_cannot_be_transferred() {
        let c = conversation(InProgress, Some(UserId(2)), Some(HOUR));
        let o = offers(&seen(Role::Agent), &c, WhatsApp, 0);
        assert_eq!((o.assume, o.transfer, o.conclude), (Offer::Hidden, Offer::Refused(Why::NotYours), Offer::Refused(Why::NotYours)));
        let admin = offers(&seen(Role::Admin), &c, WhatsApp, 0);
        assert_eq!((admin.assume, admin.transfer, admin.conclude), (Offer::Free, Offer::Free, Offer::Free));
        assert_eq!(mode(&seen(Role::Agent), &c, WhatsApp, 0), Mode::NotMine);
        assert_eq!(mode(&seen(Role::Admin), &c, WhatsApp, 0), Mode::Write);
    }

    #[test]
    fn re_1_restart_is_offered_when_the_window_is_closed() {
        let mine = |end| conversation(InProgress, Some(ME), end);
        assert_eq!(offers(&seen(Role::Agent), &mine(Some(HOUR)), WhatsApp, 0).restart, Offer::Hidden);
        for closed in [None, Some(0)] {
            let o = offers(&seen(Role::Agent), &mine(closed), WhatsApp, 1);
            assert_eq!((o.restart, o.primary), (Offer::Free, Act::Restart));
        }
        assert_eq!(offers(&seen(Role::Agent), &conversation(Completed, Some(ME), None), WhatsApp, 0).restart, Offer::Free);
    }

    #[test]
    fn re_5_a_website_chat_is_not_restarted() {
        let o = offers(&seen(Role::Agent), &conversation(Completed, Some(ME), None), WebChat, 0);
        assert_eq!(o.restart, Offer::Refused(Why::VisitorFirst));
        assert_eq!(offers(&seen(Role::Agent), &conversation(InProgress, Some(ME), None), WebChat, 0).restart, Offer::Hidden);
    }

    #[test]
    fn bw_3_a_closed_window_leaves_templates_and_in_4_a_waiting_template_leaves_a_queue() {
        let end = 24 * HOUR;
        let c = conversation(InProgress, Some(ME), Some(end));
        let mode_at = |c: &Conversation, now| mode(&seen(Role::Agent), c, WhatsApp, now);
        assert_eq!(mode_at(&c, 0), Mode::Write);
        assert_eq!(mode_at(&c, end - limit::WINDOW_MARGIN_MILLIS - 1000), Mode::Write);
        assert_eq!(mode_at(&c, end - limit::WINDOW_MARGIN_MILLIS), Mode::Template);
        assert_eq!(mode_at(&Conversation { awaiting_reply: true, ..c }, end), Mode::Waiting);
        assert_eq!(mode_at(&conversation(InProgress, Some(ME), None), 0), Mode::Template);
        assert_eq!(mode(&seen(Role::Agent), &conversation(InProgress, Some(ME), None), WebChat, 0), Mode::Write);
        assert_eq!(mode_at(&conversation(Pending, None, None), 0), Mode::Pending);
        assert_eq!(mode_at(&conversation(Completed, Some(ME), None), 0), Mode::Completed);
    }
}
