//! Channels: connected numbers and website chats.

use crate::{ChannelId, TeamId, words};
use serde::{Deserialize, Serialize};

words! {
    /// The networks that Prosa speaks.
    pub enum ChannelKind { WhatsApp = "WHATSAPP", WebChat = "WEBCHAT" }
}

impl ChannelKind {
    /// Whether free text needs an open 24-hour window (BW-1, BW-5).
    pub fn has_window(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }

    /// Whether the network wants a file's bytes before the message that names them.
    pub fn uploads(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }

    /// Whether one of us can react to a message.
    pub fn reacts(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }

    /// Whether a message that was sent can still be changed (MS-3).
    pub fn edits(self) -> bool {
        matches!(self, ChannelKind::WebChat)
    }

    /// Whether a message can offer answers to choose from.
    pub fn asks(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }

    /// Whether the network shows contacts a profile of the company (PR-4).
    pub fn has_profile(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }

    /// Whether our side may write first, with a template.
    pub fn may_start(self) -> bool {
        matches!(self, ChannelKind::WhatsApp)
    }
}

words! {
    /// Whether the channel works.
    pub enum ChannelStatus {
        Connected = "CONNECTED",
        /// Switched off, or an account-level refusal stopped the queue.
        Disconnected = "DISCONNECTED",
        TokenExpired = "TOKEN_EXPIRED",
        Removed = "REMOVED",
    }
}

/// A channel as members see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    pub status: ChannelStatus,
    /// Why it does not work, for admins; a Meta code and sentence for example.
    pub status_reason: Option<String>,
    /// Number for people, such as `+55 11 5550-0100`; empty for a website chat.
    pub display: String,
    /// Where new conversations go; none = the account's default team.
    pub team_id: Option<TeamId>,
}

/// What an admin types to connect or change a channel; secrets are never sent back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChannelDraft {
    pub id: Option<ChannelId>,
    pub kind: Option<ChannelKind>,
    pub name: String,
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub whatsapp: WhatsAppSettings,
    #[serde(default)]
    pub webchat: WebChatSettings,
}

/// Settings of a WhatsApp number. Empty secrets keep the stored ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhatsAppSettings {
    pub phone_number_id: String,
    pub waba_id: String,
    pub display: String,
    #[serde(default)]
    pub access_token: String,
    #[serde(default)]
    pub app_secret: String,
    #[serde(default)]
    pub verify_token: String,
}

/// Settings of a website chat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WebChatSettings {
    /// Public key in the page's script tag; made by the server.
    #[serde(default)]
    pub key: String,
    /// Origins that may carry the chat, such as `https://shop.example`; empty = none.
    pub origins: Vec<String>,
    /// First line that a visitor reads.
    pub greeting: String,
    /// Title of the chat.
    pub title: String,
    /// Visitors cannot send files.
    #[serde(default)]
    pub no_files: bool,
}

/// A channel's settings for the admin's form, without secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelForm {
    pub channel: Channel,
    pub whatsapp: WhatsAppSettings,
    pub webchat: WebChatSettings,
    /// Where Meta must post to, for the help text.
    pub webhook_url: String,
    /// The tag to put into a page.
    pub snippet: String,
}
