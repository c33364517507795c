//! Channel adapters: how each network is verified, read and written to.
//!
//! An adapter knows its network's wire format and nothing else: no database, no screen, no clock of its own. What comes
//! in becomes [`Inbound`] facts, what goes out is an [`Outbound`]. Adding a channel is one file here and one line in
//! [`adapter`].

pub mod error;
mod profile;
pub mod webchat;
pub mod whatsapp;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use model::{BusinessProfileDraft, ChannelKind, ContactCard, Forwarded, IdentityKind, MessageStatus, Millis, OrderItem, Template};

pub use error::{Policy, SendError};
pub use profile::ProfileRow;
pub use whatsapp::errors::classify;

/// What our calls call themselves.
pub(crate) const USER_AGENT: &str = concat!("Prosa/", env!("CARGO_PKG_VERSION"));

/// The client for [`Link::http`]: bounded in time, and it follows no redirects, because a redirect would take a message
/// or a token to another place. Made once by the service.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    let seconds = std::time::Duration::from_secs;
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(seconds(10))
        .timeout(seconds(30))
        .pool_idle_timeout(seconds(50))
        .build()
}

/// One network.
pub trait Adapter: Send + Sync {
    /// Which channel kind it serves.
    fn kind(&self) -> ChannelKind;

    /// Whether the signature belongs to exactly these bytes, under any of the given secrets. Constant time.
    fn verify(&self, secrets: &[String], signature: Option<&str>, body: &[u8]) -> bool;

    /// Reads a webhook body into facts, each with the channel it is for. Never fails as a whole: what cannot be read
    /// becomes [`Fact::Unreadable`], and the rest of the batch stays.
    fn read(&self, body: &[u8]) -> Vec<Inbound>;

    /// Sends one message. `Ok` means that the network took it, nothing more.
    fn send<'a>(&'a self, link: &'a Link, out: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>>;

    /// Tells the network that the contact's message was read.
    fn mark_read<'a>(&'a self, link: &'a Link, external_id: &'a str) -> BoxFuture<'a, Result<(), SendError>>;

    /// Opens a received file. The stream is bounded by the caller.
    fn fetch_media<'a>(&'a self, link: &'a Link, external_id: &'a str) -> BoxFuture<'a, Result<MediaStream, SendError>>;

    /// Gives a file to the network; answers its id there. May be repeated: a file that no message names reaches nobody.
    fn upload<'a>(&'a self, link: &'a Link, file: OutFile) -> BoxFuture<'a, Result<String, SendError>>;

    /// All templates of the channel, followed over every page.
    fn templates<'a>(&'a self, link: &'a Link) -> BoxFuture<'a, Result<Vec<TemplateRow>, SendError>>;

    /// Asks the network whether the credentials work; the text is a name for people.
    fn probe<'a>(&'a self, link: &'a Link) -> BoxFuture<'a, Result<String, SendError>>;

    /// The company's profile, where the network shows one ([`ChannelKind::has_profile`]).
    fn profile<'a>(&'a self, _: &'a Link) -> BoxFuture<'a, Result<ProfileRow, SendError>> {
        profile::none()
    }

    /// Changes those fields of the profile that the change names. May be repeated.
    fn save_profile<'a>(&'a self, _: &'a Link, _: &'a BusinessProfileDraft) -> BoxFuture<'a, Result<(), SendError>> {
        profile::none()
    }

    /// The picture of the profile as a file of at most `most` bytes; none when there is none.
    fn picture<'a>(&'a self, _: &'a Link, _: usize) -> BoxFuture<'a, Result<Option<Bytes>, SendError>> {
        profile::none()
    }

    /// Gives the profile another picture, a JPEG file. May be repeated.
    fn save_picture<'a>(&'a self, _: &'a Link, _: Bytes) -> BoxFuture<'a, Result<(), SendError>> {
        profile::none()
    }
}

/// The adapter of a channel kind: the one place of registration.
pub fn adapter(kind: ChannelKind) -> &'static dyn Adapter {
    match kind {
        ChannelKind::WhatsApp => &whatsapp::WhatsApp,
        ChannelKind::WebChat => &webchat::WebChat,
    }
}

/// How to reach one channel: made by the service from its row for each call.
#[derive(Clone)]
pub struct Link {
    /// Shared client with time limits, made once by the service with [`http_client`].
    pub http: reqwest::Client,
    /// Base of the Graph API without version and without a slash at its end, such as `https://graph.facebook.com`.
    pub graph_url: String,
    /// `phone_number_id` for WhatsApp.
    pub external_id: String,
    pub waba_id: String,
    pub access_token: String,
}

/// Where a fact belongs: the adapter knows the network's own id only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// WhatsApp `metadata.phone_number_id`.
    Number(String),
    /// WhatsApp Business Account, for facts without a number.
    Waba(String),
    /// Nothing usable.
    Nowhere,
}

/// One fact and whom it concerns.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub route: Route,
    pub fact: Fact,
}

/// What a network told.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Message(Box<InboundMessage>),
    Status(StatusFact),
    /// A reaction to a message; `emoji` none takes it back. Opens the window.
    Reaction {
        from: Sender,
        target: String,
        emoji: Option<String>,
        at: Option<Millis>,
        external_id: String,
    },
    /// The contact's number changed.
    NumberChanged {
        from: Sender,
        new_address: String,
        external_id: String,
        at: Option<Millis>,
    },
    /// The contact's business-scoped id changed. `previous` is empty when the network told only the phone.
    BsuidChanged {
        phone: Option<String>,
        previous: String,
        current: String,
    },
    /// A template was approved, paused, re-categorised …: synchronise.
    TemplatesChanged {
        name: String,
        event: String,
    },
    /// Something about the channel itself for its health page; code and text of the network.
    ChannelNotice {
        code: Option<i64>,
        text: String,
        fatal: bool,
    },
    /// Known and deliberately without effect; the reason is for the log.
    Ignored {
        what: String,
    },
    /// Not understood; the raw body is kept.
    Unreadable {
        why: String,
    },
}

/// Who wrote: at least one of both is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// Digits as the network gave them (`wa_id`); never a BSUID.
    pub phone: Option<String>,
    pub bsuid: Option<String>,
    /// Name in the profile.
    pub name: Option<String>,
    pub username: Option<String>,
}

/// A message of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct InboundMessage {
    pub from: Sender,
    /// The network's message id.
    pub external_id: String,
    /// The network's time; none when it was unreadable.
    pub at: Option<Millis>,
    pub body: InboundBody,
    /// External id of the quoted message.
    pub quoted: Option<String>,
    pub forwarded: Option<Forwarded>,
    /// Came through an advertisement: its JSON as received.
    pub referral: Option<serde_json::Value>,
    /// Written in a group: not shown in the one-to-one thread.
    pub group_id: Option<String>,
    /// The message as received.
    pub raw: serde_json::Value,
}

/// What the contact sent.
#[derive(Clone, Debug, PartialEq)]
pub enum InboundBody {
    Text(String),
    Media(InboundMedia),
    Location {
        latitude: f64,
        longitude: f64,
        name: String,
        address: String,
    },
    Contacts(Vec<ContactCard>),
    /// Button, list or flow answer.
    Answer {
        id: String,
        title: String,
        description: String,
    },
    Order {
        items: Vec<OrderItem>,
        text: String,
    },
    /// `type_name` is the network's word; `reason` its code and text; `text` any readable part.
    Unsupported {
        type_name: String,
        reason: String,
        text: String,
    },
}

/// A file of an inbound message, not yet fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundMedia {
    pub kind: MediaKind,
    /// None when the network could not get the file; `reason` says why.
    pub external_id: Option<String>,
    pub mime: String,
    /// Base64 as the network gave it, empty when unknown.
    pub sha256: String,
    pub caption: String,
    pub file_name: String,
    pub voice: bool,
    pub reason: String,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

impl MediaKind {
    /// The name that Meta's networks use.
    pub fn word(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::Document => "document",
            MediaKind::Sticker => "sticker",
        }
    }
}

/// What became of a message of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusFact {
    pub external_id: String,
    pub status: MessageStatus,
    pub at: Option<Millis>,
    /// Our outbox id, echoed.
    pub callback: Option<String>,
    /// Only for failures.
    pub error: Option<SendError>,
    /// `wa_id` or BSUID the network resolved the recipient to.
    pub recipient: Option<String>,
    /// `pricing` as received.
    pub pricing: Option<serde_json::Value>,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound {
    pub to: Recipient,
    /// Our outbox id: echoed by statuses, so that an uncertain send can be told from one that never happened.
    pub callback: String,
    /// External id of the quoted message.
    pub quoted: Option<String>,
    pub body: OutboundBody,
}

/// Whom to send to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub kind: IdentityKind,
    /// `wa_id` digits, BSUID, or visitor id.
    pub address: String,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum OutboundBody {
    Text {
        text: String,
    },
    /// A file that [`Adapter::upload`] gave to the network.
    File {
        kind: MediaKind,
        external_id: String,
        /// Shown below it, where the kind has one.
        caption: String,
        file_name: String,
        /// A recorded voice note.
        voice: bool,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: String,
        address: String,
    },
    Contacts {
        cards: Vec<ContactCard>,
    },
    /// A text with answers to choose from; an answer names its place.
    Question {
        text: String,
        question: model::Question,
    },
    /// On the message with this id; an empty emoji takes it back.
    Reaction {
        target: String,
        emoji: String,
    },
    /// The template with its values by slot key ([`model::Template::slots`]).
    Template {
        template: Box<Template>,
        values: std::collections::BTreeMap<String, String>,
        /// The file of its header, uploaded before; without one a media header needs `header.link`.
        header: Option<HeaderFile>,
    },
}

/// A file in a template's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFile {
    /// The network's id.
    pub external_id: String,
    /// Shown for documents.
    pub file_name: String,
}

/// The network took the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub external_id: String,
    /// The address the network resolved the recipient to, when it said so.
    pub address: Option<String>,
}

/// A file being sent.
pub struct OutFile {
    /// As the network knows it.
    pub mime: String,
    pub file_name: String,
    /// Bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, std::io::Result<Bytes>>,
}

/// A file being received.
pub struct MediaStream {
    pub mime: String,
    /// Bytes, when the network said so.
    pub size: Option<u64>,
    /// Lowercase hex, when the network said so.
    pub sha256: Option<String>,
    pub bytes: BoxStream<'static, Result<Bytes, SendError>>,
}

/// A template as the network has it; only approved ones may be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateRow {
    pub external_id: String,
    /// `PENDING`, `APPROVED`, `REJECTED`, `PAUSED` …
    pub status: String,
    /// Ids are left zero; the service fills them in.
    pub template: Template,
}
