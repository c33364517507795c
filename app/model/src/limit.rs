//! Bounds that both sides know.

/// Largest page of any list.
pub const PAGE_MAX: i64 = 100;
/// Conversations in one page of the inbox.
pub const CONVERSATION_PAGE: i64 = 40;
/// Messages in one page of the timeline.
pub const MESSAGE_PAGE: i64 = 50;
/// Characters of a text message (Meta's limit for WhatsApp).
pub const TEXT_MAX: usize = 4096;
/// Characters of a note.
pub const NOTE_MAX: usize = 8000;
/// How long a note may be changed or deleted by who wrote it (NT-3).
pub const NOTE_CHANGE_MILLIS: i64 = 2 * 3_600_000;
/// Characters of a name of anything.
pub const NAME_MAX: usize = 120;
/// Shortest password.
pub const PASSWORD_MIN: usize = 10;
/// Longest password; longer ones only cost hashing time.
pub const PASSWORD_MAX: usize = 256;
/// Bytes of the address of a page that carries the chat.
pub const PAGE_URL_MAX: usize = 2000;
/// Characters of its title.
pub const PAGE_TITLE_MAX: usize = 200;
/// Characters of a search.
pub const SEARCH_MAX: usize = 100;
/// Messages that may wait for a contact's answer in one conversation.
pub const WAITING_MAX: i64 = 30;
/// The messaging window of WhatsApp, from each message of the contact.
pub const WINDOW_MILLIS: i64 = 24 * 3_600_000;
/// How long before its end the window counts as closed on screens, so that a message does not miss it on the way.
pub const WINDOW_MARGIN_MILLIS: i64 = 5 * 60_000;
/// Within this time of a conclusion a contact's message reopens the same conversation (preference "12H").
pub const REOPEN_MILLIS: i64 = 12 * 3_600_000;
/// Events that a reconnecting client may catch up on one by one; more is a resync.
pub const CATCH_UP_MAX: i64 = 500;
/// Notifications that are kept for one person.
pub const ALERTS_MAX: i64 = 200;
/// How long a notification is kept.
pub const ALERT_MILLIS: i64 = 30 * 86_400_000;
/// Browsers of one person that notes are sent to.
pub const PUSH_MAX: i64 = 10;
/// Bytes of a person's photo as it is sent.
pub const PHOTO_MAX: usize = 5 * 1024 * 1024;
