//! Notifications: what a person is told of beside the list, and how they want to be told (03, section 3.11).

use crate::{Check, ConversationId, Fault, Language, Millis, Preview, TalkId, Wrong, words};
use serde::{Deserialize, Serialize};

words! {
    /// What a notification is about.
    pub enum AlertKind {
        /// A conversation came into the queue of a team of mine.
        Queue = "QUEUE",
        /// A contact wrote in a conversation that I serve.
        Message = "MESSAGE",
        /// A conversation was handed to me.
        Transfer = "TRANSFER",
        /// Somebody named me in a note.
        Mention = "MENTION",
        /// A message that I wrote was not sent.
        Failed = "FAILED",
        /// A promise of service is about to be broken, to who serves the conversation or leads its team (NX-21).
        Sla = "SLA",
        /// It is broken.
        SlaBreached = "SLA_BREACHED",
        /// A conversation that I snoozed is back.
        Snooze = "SNOOZE",
        /// A colleague wrote in the internal chat.
        Internal = "INTERNAL",
        /// A contact waits too long for my answer (AU-2).
        Owed = "OWED",
        /// A conversation of mine went back to the queue, because I did not answer (AU-2).
        Returned = "RETURNED",
        /// A contact wrote in a conversation that I watch (NX-11).
        Watch = "WATCH",
        /// A conversation that I watch was transferred.
        WatchTransfer = "WATCH_TRANSFER",
        /// A conversation that I watch was concluded.
        WatchEnd = "WATCH_END",
        /// A colleague asked me to watch a conversation.
        WatchAsk = "WATCH_ASK",
    }
}

impl AlertKind {
    /// The kind under which people choose how they hear of it: all that happens in a conversation that one watches is one
    /// choice.
    pub fn setting(self) -> AlertKind {
        match self {
            AlertKind::WatchTransfer | AlertKind::WatchEnd => AlertKind::Watch,
            AlertKind::SlaBreached => AlertKind::Sla,
            kind => kind,
        }
    }
}

words! {
    /// How a notification reaches a person.
    pub enum AlertWay {
        /// The list under the bell.
        Bell = "BELL",
        /// A note of the system, also while no page is open.
        Desktop = "DESKTOP",
        Sound = "SOUND",
    }
}

/// A notification as its reader sees it. Several of one kind in one conversation are one, with a count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub kind: AlertKind,
    /// The conversation that it is about; 0 when it is about a talk.
    pub conversation_id: ConversationId,
    /// The talk of the internal chat that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talk_id: Option<TalkId>,
    /// The contact, or for a talk its author and where they wrote.
    pub contact_name: String,
    /// The last message.
    pub preview: Preview,
    /// The colleague who asked; empty where nobody did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// How often it happened since it was last read.
    pub count: i64,
    pub at: Millis,
    pub is_read: bool,
}

impl Alert {
    /// The page that shows what it is about.
    pub fn path(&self) -> String {
        match self.talk_id {
            Some(id) => format!("/inbox?talk={id}"),
            None => format!("/inbox/{}", self.conversation_id),
        }
    }

    /// The id of what it is about.
    pub fn subject(&self) -> i64 {
        self.talk_id.map_or(self.conversation_id.0, |id| id.0)
    }
}

/// A page under the bell, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertPage {
    pub items: Vec<Alert>,
    /// Opaque; none on the last page.
    pub next: Option<String>,
    /// Unread ones, on all pages.
    pub unread: i64,
}

/// A choice that somebody switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertOff {
    pub kind: AlertKind,
    pub way: AlertWay,
}

/// A time of each day in which nothing makes a sound or pops up; in minutes of the account's day. The end may be before
/// the beginning: then it is a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    pub from: i64,
    pub to: i64,
}

impl Quiet {
    /// Minutes of a day.
    pub const DAY: i64 = 24 * 60;

    /// Whether a minute of the day is quiet.
    pub fn covers(self, minute: i64) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&minute) } else { minute >= self.from || minute < self.to }
    }
}

/// How a person wants to be told; everything is on unless it was switched off, so that new kinds are heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertSettings {
    #[serde(default)]
    pub off: Vec<AlertOff>,
    #[serde(default)]
    pub quiet: Option<Quiet>,
    /// Notes of the system say neither who wrote nor what.
    #[serde(default)]
    pub hide_text: bool,
}

impl AlertSettings {
    /// Whether the kind is told this way.
    pub fn wants(&self, kind: AlertKind, way: AlertWay) -> bool {
        !self.off.contains(&AlertOff { kind: kind.setting(), way })
    }

    /// Switches one way of a kind.
    pub fn set(&mut self, kind: AlertKind, way: AlertWay, on: bool) {
        let choice = AlertOff { kind, way };
        self.off.retain(|o| *o != choice);
        if !on {
            self.off.push(choice);
            self.off.sort_unstable();
        }
    }

    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        let day = 0..Quiet::DAY;
        let right = self.quiet.is_none_or(|q| day.contains(&q.from) && day.contains(&q.to) && q.from != q.to);
        Check::default()
            .that(self.off.len() <= AlertKind::ALL.len() * AlertWay::ALL.len(), "off", Wrong::TooLong)
            .that(right, "quiet", Wrong::NotAllowed)
            .done()
    }
}

/// What the settings of notifications need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertSetup {
    pub settings: AlertSettings,
    /// The server's public key, with which a browser subscribes.
    pub push_key: String,
    /// This browser gets notes also while no page is open.
    pub is_subscribed: bool,
}

/// A browser's subscription at its push service, as the browser tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushDraft {
    pub endpoint: String,
    /// The browser's public key.
    pub p256dh: String,
    /// The secret that only the browser and this server know.
    pub auth: String,
    /// In which language the notes are.
    pub language: Language,
}

impl PushDraft {
    /// What can be checked without looking at the address.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default().text(&self.endpoint, "endpoint", 2000).text(&self.p256dh, "p256dh", 200).text(&self.auth, "auth", 100).done()
    }
}

words! {
    /// What became of a trial note.
    pub enum PushOutcome {
        /// The push service took it: it should be on the screen by now.
        Sent = "SENT",
        /// This browser is not subscribed.
        None = "NONE",
        /// The push service does not know the subscription any more.
        Gone = "GONE",
        Refused = "REFUSED",
        /// The push service cannot be reached.
        Unreachable = "UNREACHABLE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_3_quiet_hours_may_span_midnight() {
        let night = Quiet { from: 22 * 60, to: 7 * 60 };
        assert!(night.covers(22 * 60) && night.covers(0) && night.covers(7 * 60 - 1));
        assert!(!night.covers(7 * 60) && !night.covers(22 * 60 - 1));
        let noon = Quiet { from: 720, to: 780 };
        assert!(noon.covers(720) && !noon.covers(780) && !noon.covers(0));
    }

    #[test]
    fn no_1_what_nobody_switched_off_is_on() {
        let mut settings = AlertSettings::default();
        assert!(AlertKind::ALL.iter().all(|k| AlertWay::ALL.iter().all(|w| settings.wants(*k, *w))));
        settings.set(AlertKind::Queue, AlertWay::Sound, false);
        settings.set(AlertKind::Queue, AlertWay::Sound, false);
        assert!(!settings.wants(AlertKind::Queue, AlertWay::Sound) && settings.wants(AlertKind::Queue, AlertWay::Bell));
        assert_eq!(settings.off.len(), 1);
        settings.set(AlertKind::Queue, AlertWay::Sound, true);
        assert_eq!(settings, AlertSettings::default());
    }

    #[test]
    fn nx_11_what_happens_where_one_watches_is_one_choice_and_being_asked_another() {
        let mut settings = AlertSettings::default();
        settings.set(AlertKind::Watch, AlertWay::Bell, false);
        let off: Vec<AlertKind> = AlertKind::ALL.iter().copied().filter(|k| !settings.wants(*k, AlertWay::Bell)).collect();
        assert_eq!(off, [AlertKind::Watch, AlertKind::WatchTransfer, AlertKind::WatchEnd]);
        assert!(settings.wants(AlertKind::WatchEnd, AlertWay::Sound));
    }

    #[test]
    fn quiet_hours_are_within_a_day_and_not_empty() {
        let with = |from, to| AlertSettings { quiet: Some(Quiet { from, to }), ..AlertSettings::default() }.check().is_ok();
        assert!(with(0, 1439) && with(1320, 420));
        assert!(!with(5, 5) && !with(-1, 5) && !with(0, 1440));
    }
}
