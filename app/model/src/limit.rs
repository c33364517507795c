//! Bounds that both sides know.

/// Roles of its own that an account may have.
pub const ROLES_MAX: i64 = 50;
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
/// How long a sent message may be changed, where the channel can (MS-3).
pub const EDIT_MILLIS: i64 = 15 * 60_000;
/// People whom one note may name.
pub const MENTIONS_MAX: usize = 50;
/// Messages that are deleted for oneself at once.
pub const HIDE_MAX: usize = 100;
/// Shortest and longest safety delay (TS-1).
pub const DELAY_SECONDS_MIN: i64 = 1;
pub const DELAY_SECONDS_MAX: i64 = 15;
/// Characters of the free note about a contact.
pub const ANNOTATION_MAX: usize = 4000;
/// Fields that an account may add to its contacts, archived ones included.
pub const FIELDS_MAX: i64 = 200;
/// Options of a field.
pub const OPTIONS_MAX: usize = 100;
/// Characters of a field's value in one line.
pub const FIELD_LINE_MAX: usize = 255;
/// Characters of a field's value in several lines.
pub const FIELD_TEXT_MAX: usize = 4000;
/// Characters of a quick reply's alias.
pub const ALIAS_MAX: usize = 60;
/// Characters of the name of a parameter in a quick reply.
pub const PARAMETER_MAX: usize = 40;
/// Characters of a tag's name.
pub const TAG_NAME_MAX: usize = 40;
/// Tags of an account.
pub const TAGS_MAX: i64 = 500;
/// Tags on one contact.
pub const CONTACT_TAGS_MAX: usize = 50;
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
/// Characters of a search with operators.
pub const SEEK_MAX: usize = 200;
/// Rows of each part of what a search found, at first and when more of a part is asked for.
pub const SEARCH_ROWS: i64 = 20;
pub const SEARCH_ROWS_MAX: i64 = 100;
/// Messages that may wait for a contact's answer in one conversation.
pub const WAITING_MAX: i64 = 30;
/// The messaging window of WhatsApp, from each message of the contact.
pub const WINDOW_MILLIS: i64 = 24 * 3_600_000;
/// How long before its end the window counts as closed on screens, so that a message does not miss it on the way.
pub const WINDOW_MARGIN_MILLIS: i64 = 5 * 60_000;
/// Within this time of a conclusion a contact's message reopens the same conversation (preference "12H").
pub const REOPEN_MILLIS: i64 = 12 * 3_600_000;
/// Largest amount of a classification, in minor units.
pub const AMOUNT_MAX: i64 = 100_000_000_000_000;
/// Characters of a text that is sent at or before a closing.
pub const CLOSING_TEXT_MAX: usize = 1024;
/// Reasons of an account.
pub const REASONS_MAX: i64 = 500;
/// Shortest and longest time without an answer after which a conversation closes by itself (AU-1).
pub const IDLE_MINUTES_MIN: i64 = 5;
pub const IDLE_MINUTES_MAX: i64 = 30 * 24 * 60;
/// Longest time for which we may owe an answer before somebody is reminded, or the conversation returns to the queue (AU-2).
pub const OWED_MINUTES_MAX: i64 = 30 * 24 * 60;
/// Shortest time that each agent has to begin with what waits for them (C1), shortest time of the whole search (C2), and the
/// longest of both.
pub const OVERFLOW_WAIT_MINUTES_MIN: i64 = 2;
pub const OVERFLOW_ALL_MINUTES_MIN: i64 = 10;
pub const OVERFLOW_MINUTES_MAX: i64 = 120;
/// Longest time that a promise of service allows, and policies of an account.
pub const SLA_MINUTES_MAX: i64 = 90 * 24 * 60;
pub const SLA_POLICIES_MAX: i64 = 50;
/// Largest number of conversations after which a person gets no more.
pub const CONCURRENT_MAX: i64 = 500;
/// Tags that one person serves.
pub const SKILLS_MAX: usize = 50;
/// Periods of one day in which it is open.
pub const PERIODS_MAX: usize = 12;
/// Special dates of an account.
pub const SPECIAL_DATES_MAX: usize = 400;
/// Reasons for being away of an account, and characters of the name of one of its own.
pub const AWAY_REASONS_MAX: usize = 30;
pub const AWAY_NAME_MAX: usize = 40;
/// Shortest and longest time after which somebody is away or offline by themselves. Pages tell once a minute that somebody is
/// there: a shorter time would pass between two of these.
pub const STATUS_MINUTES_MIN: i64 = 2;
pub const STATUS_MINUTES_MAX: i64 = 24 * 60;
/// Conversations that one job concludes.
pub const BULK_MAX: i64 = 5_000;
/// Months that concluded conversations may be kept, when not for ever.
pub const RETENTION_MONTHS_MAX: i64 = 120;
/// Events that a reconnecting client may catch up on one by one; more is a resync.
pub const CATCH_UP_MAX: i64 = 500;
/// Talks, and messages of one talk, in one page of the internal chat.
pub const TALK_PAGE: i64 = 40;
/// Notifications that are kept for one person.
pub const ALERTS_MAX: i64 = 200;
/// How long a notification is kept.
pub const ALERT_MILLIS: i64 = 30 * 86_400_000;
/// Browsers of one person that notes are sent to.
pub const PUSH_MAX: i64 = 10;
/// Bytes of a photo of a person or contact as it is sent.
pub const PHOTO_MAX: usize = 5 * 1024 * 1024;
/// Characters of a photo's hash that stand in its address.
pub const PHOTO_MARK: usize = 16;
/// Conversations that are acted on at once.
pub const SEVERAL_MAX: usize = 200;
/// How long a transfer can be taken back.
pub const TAKE_BACK_MILLIS: i64 = 2 * 60_000;
/// Pinned conversations of one person.
pub const PINS_MAX: i64 = 20;
/// People who watch one conversation.
pub const WATCHERS_MAX: usize = 20;
/// Conversations that one person watches.
pub const WATCHED_MAX: i64 = 1_000;
/// Snoozed conversations of one person.
pub const SNOOZED_MAX: i64 = 100;
/// How far away the end of a snooze may be.
pub const SNOOZE_MILLIS_MAX: i64 = 366 * 86_400_000;
/// Views of one person, and of all others together.
pub const VIEWS_MAX: i64 = 100;
/// Characters of a view's name.
pub const VIEW_NAME_MAX: usize = 60;
/// Choices of one kind in a view's filter.
pub const VIEW_CHOICES_MAX: usize = 100;
/// How long a merge can be undone.
pub const MERGE_MILLIS: i64 = 30 * 86_400_000;
/// Messages that a merge moves at most.
pub const MERGE_MESSAGES_MAX: i64 = 20_000;
/// Contacts that are offered as the same person.
pub const DUPLICATES_MAX: i64 = 5;
/// Characters of the reason for which somebody sees what is hidden from them.
pub const REVEAL_REASON_MIN: usize = 3;
pub const REVEAL_REASON_MAX: usize = 200;
/// How long it is shown then.
pub const REVEAL_MILLIS: i64 = 60_000;
/// Who may not search by numbers may still search for shorter ones than this in messages.
pub const SEARCH_DIGITS_FREE: usize = 6;
/// Passkeys of one person.
pub const PASSKEYS_MAX: i64 = 20;
/// Bytes of what a browser gives back of a call for a passkey, and of the device's answer.
pub const PASSKEY_TOKEN_MAX: usize = 1000;
pub const PASSKEY_ANSWER_MAX: usize = 20_000;
/// Characters of an identity provider's address, of our id there, and of the secret.
pub const SSO_TEXT_MAX: usize = 500;
/// Domains whose e-mails may come in by it.
pub const SSO_DOMAINS_MAX: usize = 50;
