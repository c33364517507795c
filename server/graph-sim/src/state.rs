//! The state of the simulated world: accounts, numbers, people, threads, sends.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::media_store::MediaStore;
use crate::template_model::Template;

/// Messages kept per thread for the phone page.
pub const THREAD_LIMIT: usize = 100;
/// Read receipts kept.
const READS_LIMIT: usize = 10_000;

/// A WhatsApp Business Account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Waba {
    /// Numeric id.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Whether the app is subscribed to its webhooks.
    pub subscribed: bool,
    /// Address set through `/subscribed_apps`, instead of the app's own.
    pub webhook_override: Option<String>,
    /// Its templates, newest last.
    pub templates: Vec<Template>,
    /// Names of deleted approved templates, unusable until the instant (epoch ms).
    pub deleted_names: HashMap<String, i64>,
}

/// A phone number of the business.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Number {
    /// Numeric id, the `phone_number_id`.
    pub id: String,
    /// Its account.
    pub waba_id: String,
    /// As people write it, "+55 11 5550-0100".
    pub display_phone_number: String,
    /// Business name.
    pub verified_name: String,
    /// Whether it may send.
    pub registered: bool,
    /// Two-step PIN, once set.
    pub pin: Option<String>,
    /// GREEN, YELLOW, RED or UNKNOWN.
    pub quality_rating: String,
    /// Fields of the business profile.
    pub profile: BTreeMap<String, Value>,
    /// Media id of the picture of the profile.
    #[serde(default)]
    pub picture: Option<String>,
    /// Address set on the number itself.
    pub webhook_override: Option<String>,
    /// Messages of the current second: (second, count).
    #[serde(default)]
    pub this_second: (i64, u32),
}

impl Number {
    /// Digits of the number.
    pub fn digits(&self) -> String {
        crate::directory::digits(&self.display_phone_number)
    }

    /// As webhooks show it: digits only.
    pub fn metadata(&self) -> Value {
        serde_json::json!({"display_phone_number": self.digits(), "phone_number_id": self.id})
    }
}

/// A person with a simulated phone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Stable key within the simulator.
    pub key: String,
    /// Profile name.
    pub name: String,
    /// Username without `@`.
    pub username: Option<String>,
    /// WhatsApp id: digits of the number. None only for a BSUID-only person without any number.
    pub wa_id: Option<String>,
    /// Other spellings of the number that lead to this person.
    pub aliases: Vec<String>,
    /// Business-scoped user id.
    pub user_id: String,
    /// Parent business-scoped user id.
    pub parent_user_id: Option<String>,
    /// The number stays hidden: webhooks carry the BSUID only.
    pub bsuid_only: bool,
    /// Sends end as 131026.
    pub not_on_whatsapp: bool,
    /// Marketing ends as 131050.
    pub opted_out: bool,
    /// Marketing ends as 131049.
    pub capped: bool,
    /// The phone is off: nothing beyond `sent`.
    pub offline: bool,
    /// Reads by itself, whatever the setting says.
    pub auto_read: Option<bool>,
    /// Made by the seed or by a person, so that the phone page lists it first.
    pub pinned: bool,
}

impl Contact {
    /// The number when it may be shown, otherwise the BSUID.
    pub fn address(&self) -> &str {
        match &self.wa_id {
            Some(wa_id) if !self.bsuid_only => wa_id,
            _ => &self.user_id,
        }
    }

    /// The number when webhooks may carry it.
    pub fn visible_wa_id(&self) -> Option<&str> {
        self.wa_id.as_deref().filter(|_| !self.bsuid_only)
    }
}

/// One message as the phone page shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bubble {
    /// wamid.
    pub id: String,
    /// True when the business wrote it.
    pub business: bool,
    /// Epoch milliseconds of the simulated clock.
    pub at_ms: i64,
    /// Message type.
    pub kind: String,
    /// The object under the type; for a template the text as rendered.
    pub content: Value,
    /// Id of the quoted message.
    pub quote: Option<String>,
    /// For the business's messages accepted, sent, delivered, read, failed; for the user's ones delivered or read.
    pub status: String,
    /// Error of a failed message.
    pub error: Option<Value>,
    /// Emoji put by the user.
    pub user_reaction: Option<String>,
    /// Emoji put by the business.
    pub business_reaction: Option<String>,
}

/// Everything between one number of the business and one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Thread {
    /// `phone_number_id`.
    pub number: String,
    /// Contact key.
    pub contact: String,
    /// Last messages, oldest first.
    pub bubbles: VecDeque<Bubble>,
    /// Timestamp of the last message of the user that opens the window, epoch ms.
    pub last_user_ms: Option<i64>,
    /// When the person came through an ad, epoch ms.
    pub ad_ms: Option<i64>,
    /// End of the free entry point window, epoch ms.
    pub free_until_ms: Option<i64>,
    /// Instant at which the pair debt is paid, epoch ms.
    pub pair_paid_ms: i64,
    /// Start of the present burst, epoch ms.
    pub pair_burst_ms: i64,
    /// Until when "typing" is shown, epoch ms.
    pub typing_until_ms: i64,
    /// Messages of the business that were delivered and not read, oldest first.
    pub unread: VecDeque<String>,
}

impl Thread {
    /// Key of a pair.
    pub fn key(number: &str, contact: &str) -> String {
        format!("{number}|{contact}")
    }

    /// Appends a message and forgets the oldest beyond the limit.
    pub fn push(&mut self, bubble: Bubble) {
        if self.bubbles.len() >= THREAD_LIMIT {
            self.bubbles.pop_front();
        }
        self.bubbles.push_back(bubble);
    }

    /// A message by id, searched from the newest.
    pub fn bubble_mut(&mut self, id: &str) -> Option<&mut Bubble> {
        self.bubbles.iter_mut().rev().find(|b| b.id == id)
    }
}

/// Price facts of a send, decided when it is accepted.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Price {
    /// CBP or PMP.
    pub model: String,
    /// regular, free_customer_service, free_entry_point; absent under CBP.
    pub kind: Option<String>,
    /// service, utility, marketing, authentication, referral_conversion.
    pub category: String,
    /// Whether Meta charges for it.
    pub billable: bool,
}

/// An accepted send.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sent {
    /// Position, from 1.
    pub seq: u64,
    /// wamid.
    pub wamid: String,
    /// Number that sent it.
    pub phone_number_id: String,
    /// `to` or `recipient` as given.
    pub to: String,
    /// Address that it went to.
    pub address: String,
    /// Contact key.
    pub contact: String,
    /// Message type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The request's body, as text to save memory.
    pub payload: Box<RawValue>,
    /// `biz_opaque_callback_data`.
    pub biz_opaque_callback_data: Option<String>,
    /// API version of the request, "v25.0".
    pub version: String,
    /// Epoch milliseconds of the simulated clock.
    pub at_ms: i64,
    /// accepted, sent, delivered, read, played or failed.
    pub status: String,
    /// Code of the failure.
    pub error_code: Option<u32>,
    /// Price facts.
    pub price: Price,
    /// Whether pricing was already told on a delivered or read status.
    pub price_told: bool,
    /// Template category when it is a template.
    pub template_category: Option<String>,
}

/// A mark-as-read call of the business.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadReceipt {
    /// Message that was read.
    pub message_id: String,
    /// Number that read it.
    pub phone_number_id: String,
    /// Whether a typing indicator came with it.
    pub typing: bool,
    /// Epoch milliseconds of the simulated clock.
    pub at_ms: i64,
}

/// Everything that a snapshot holds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Data {
    /// Accounts by id.
    pub wabas: BTreeMap<String, Waba>,
    /// Numbers by id.
    pub numbers: BTreeMap<String, Number>,
    /// People by key.
    pub contacts: BTreeMap<String, Contact>,
    /// Number, BSUID and username to contact key.
    #[serde(skip)]
    pub index: HashMap<String, String>,
    /// Threads by [`Thread::key`].
    pub threads: HashMap<String, Thread>,
    /// Inbound messages: wamid to thread key, for read receipts and reactions.
    pub inbound: HashMap<String, String>,
    /// Ids of `inbound`, oldest first.
    pub inbound_order: VecDeque<String>,
    /// Accepted sends, oldest first.
    pub sent: VecDeque<Sent>,
    /// Position of each remembered send.
    #[serde(skip)]
    pub sent_index: HashMap<String, u64>,
    /// How many sends were ever accepted.
    pub sent_total: u64,
    /// Accepted sends per address.
    pub sent_per_address: BTreeMap<String, u64>,
    /// How often each `biz_opaque_callback_data` was accepted.
    pub callbacks: HashMap<String, u32>,
    /// Mark-as-read calls, oldest first.
    pub reads: VecDeque<ReadReceipt>,
    /// Media and uploads.
    pub media: MediaStore,
    /// Number of contacts ever made.
    pub contacts_made: u64,
    /// Turns of the alternating window error.
    pub window_turn: u64,
}

impl Data {
    /// The thread of a pair, made when it is not there.
    pub fn thread(&mut self, number: &str, contact: &str) -> &mut Thread {
        self.threads.entry(Thread::key(number, contact)).or_insert_with(|| Thread {
            number: number.to_owned(),
            contact: contact.to_owned(),
            ..Thread::default()
        })
    }

    /// Remembers an accepted send and gives its position.
    pub fn record_sent(&mut self, mut sent: Sent, keep: usize) -> u64 {
        self.sent_total += 1;
        sent.seq = self.sent_total;
        if let Some(count) = self.sent_per_address.get_mut(&sent.address) {
            *count += 1;
        } else {
            self.sent_per_address.insert(sent.address.clone(), 1);
        }
        if let Some(data) = &sent.biz_opaque_callback_data {
            *self.callbacks.entry(data.clone()).or_insert(0) += 1;
        }
        self.sent_index.insert(sent.wamid.clone(), sent.seq);
        self.sent.push_back(sent);
        while self.sent.len() > keep.max(1) {
            if let Some(old) = self.sent.pop_front() {
                self.sent_index.remove(&old.wamid);
            }
        }
        self.sent_total
    }

    /// An accepted send by wamid.
    pub fn sent_mut(&mut self, wamid: &str) -> Option<&mut Sent> {
        let seq = *self.sent_index.get(wamid)?;
        let first = self.sent.front()?.seq;
        self.sent.get_mut(usize::try_from(seq.checked_sub(first)?).ok()?)
    }

    /// Remembers where an inbound message went.
    pub fn record_inbound(&mut self, wamid: &str, thread: &str, keep: usize) {
        if self.inbound.insert(wamid.to_owned(), thread.to_owned()).is_none() {
            self.inbound_order.push_back(wamid.to_owned());
        }
        while self.inbound_order.len() > keep.max(1) {
            if let Some(old) = self.inbound_order.pop_front() {
                self.inbound.remove(&old);
            }
        }
    }

    /// Remembers a mark-as-read call.
    pub fn record_read(&mut self, read: ReadReceipt) {
        if self.reads.len() >= READS_LIMIT {
            self.reads.pop_front();
        }
        self.reads.push_back(read);
    }

    /// Rebuilds what a snapshot leaves out.
    pub fn reindex(&mut self) {
        self.index.clear();
        let keys: Vec<String> = self.contacts.keys().cloned().collect();
        for key in keys {
            self.index_contact(&key);
        }
        self.sent_index = self.sent.iter().map(|s| (s.wamid.clone(), s.seq)).collect();
    }
}
