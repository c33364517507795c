//! Website chat: a channel without a third party.
//!
//! Its messages are stored before they are "sent", and the visitor's socket is fed by the account's events; so sending
//! has nothing left to do. The frames of that socket are here, because the server and its tests share them.

use crate::{Adapter, Inbound, Link, MediaStream, OutFile, Outbound, OutboundBody, Policy, SendError, Sent, TemplateRow};
use futures::future::{BoxFuture, FutureExt, ready};
use model::{ChannelKind, DeliveryProblem, MessageId, Millis};
use serde::{Deserialize, Serialize};

/// The adapter.
pub struct WebChat;

impl Adapter for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WebChat
    }

    /// Nobody posts webhooks for it.
    fn verify(&self, _: &[String], _: Option<&str>, _: &[u8]) -> bool {
        false
    }

    fn read(&self, _: &[u8]) -> Vec<Inbound> {
        Vec::new()
    }

    fn send<'a>(&'a self, _: &'a Link, out: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        ready(match &out.body {
            OutboundBody::Text { .. } | OutboundBody::File { .. } | OutboundBody::Location { .. } | OutboundBody::Contacts { .. } => {
                Ok(Sent { external_id: out.callback.clone(), address: None })
            }
            OutboundBody::Reaction { .. } => {
                Err(SendError::new(Policy::Never, DeliveryProblem::UnsupportedType, "a website chat has no reactions"))
            }
            OutboundBody::Template { .. } | OutboundBody::Question { .. } => {
                Err(SendError::new(Policy::Never, DeliveryProblem::UnsupportedType, "a website chat has no templates"))
            }
        })
        .boxed()
    }

    fn mark_read<'a>(&'a self, _: &'a Link, _: &'a str) -> BoxFuture<'a, Result<(), SendError>> {
        ready(Ok(())).boxed()
    }

    fn fetch_media<'a>(&'a self, _: &'a Link, _: &'a str) -> BoxFuture<'a, Result<MediaStream, SendError>> {
        ready(Err(SendError::new(Policy::Never, DeliveryProblem::MediaUnavailable, "a website chat keeps its files itself"))).boxed()
    }

    fn upload<'a>(&'a self, _: &'a Link, _: OutFile) -> BoxFuture<'a, Result<String, SendError>> {
        ready(Err(SendError::new(Policy::Never, DeliveryProblem::UnsupportedType, "a website chat keeps its files itself"))).boxed()
    }

    fn templates<'a>(&'a self, _: &'a Link) -> BoxFuture<'a, Result<Vec<TemplateRow>, SendError>> {
        ready(Ok(Vec::new())).boxed()
    }

    /// There are no credentials; the channel's own name serves.
    fn probe<'a>(&'a self, _: &'a Link) -> BoxFuture<'a, Result<String, SendError>> {
        ready(Ok(String::new())).boxed()
    }
}

/// From the visitor's browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum VisitorFrame {
    /// First frame of a socket.
    Hello {
        /// From the page of the chat; proves that it was served to an allowed origin.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        ticket: String,
        /// Of an earlier `welcome`; none = a new visitor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// The highest [`ChatMessage::n`] that the browser has; what followed is in `welcome`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<MessageId>,
        /// BCP 47, as the browser tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// Address of the page that carries the chat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// `client_id` is made by the browser; a repeated one is the same message.
    Message {
        client_id: String,
        text: String,
    },
    Typing {},
    /// The visitor has seen all messages up to this `n`.
    Read {
        upto: MessageId,
    },
    Ping {},
}

/// To the visitor's browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answer to `hello`.
    Welcome {
        /// Signed; resumes the visitor after a reload.
        token: String,
        visitor: Visitor,
        title: String,
        greeting: String,
        /// After `since`, oldest first.
        messages: Vec<ChatMessage>,
        /// The visitor's messages up to here were read by one of us.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<MessageId>,
        /// The messages are not all that followed `since`: forget those held and show these.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reset: bool,
        /// Always true: the browser may send `typing`.
        typing_supported: bool,
    },
    Message(ChatMessage),
    /// The visitor's own message is stored: delivered.
    Status {
        client_id: String,
        id: String,
        n: MessageId,
        at: Millis,
    },
    /// Somebody has read the visitor's messages up to this `n`.
    Seen {
        upto: MessageId,
    },
    /// Somebody is writing to the visitor.
    Typing {},
    /// `code` is for programs, `text` for people.
    Error {
        code: String,
        text: String,
        /// The refused message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        /// When to try again, for `rate_limited`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<i64>,
    },
    Pong {},
}

/// What the visitor is told about themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Visitor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who wrote, as the visitor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatFrom {
    /// The visitor.
    Me,
    /// One of us.
    Them,
    System,
}

/// A message as the visitor sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    pub id: String,
    /// Order in the chat, ascending.
    pub n: MessageId,
    pub from: ChatFrom,
    pub text: String,
    pub at: Millis,
    /// Name of the one of us who wrote, when it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Of the visitor's own messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<ChatFile>,
    /// The text was changed after it was sent; the newest one counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// A file in the chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatFile {
    /// Path on our server; it opens the file for some days.
    pub url: String,
    pub mime: String,
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Pixels; 0 when it has none or they are unknown.
    pub width: u32,
    pub height: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recipient;
    use model::IdentityKind;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    fn both_ways<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(frame: T, text: Value) {
        assert_eq!(serde_json::to_value(&frame).unwrap(), text);
        assert_eq!(serde_json::from_value::<T>(text).unwrap(), frame);
    }

    #[test]
    fn visitor_frames_are_written_as_agreed() {
        let hello = |token: Option<&str>, since| VisitorFrame::Hello {
            ticket: String::new(),
            token: token.map(Into::into),
            since,
            language: None,
            page: None,
            title: None,
        };
        both_ways(hello(None, None), json!({"frame": "hello"}));
        both_ways(hello(Some("t"), Some(MessageId(7))), json!({"frame": "hello", "token": "t", "since": "7"}));
        both_ways(
            VisitorFrame::Message { client_id: "c".into(), text: "oi".into() },
            json!({"frame": "message", "client_id": "c", "text": "oi"}),
        );
        both_ways(VisitorFrame::Typing {}, json!({"frame": "typing"}));
        both_ways(VisitorFrame::Read { upto: MessageId(9) }, json!({"frame": "read", "upto": "9"}));
        both_ways(VisitorFrame::Ping {}, json!({"frame": "ping"}));
        // Newer browsers may say more, and may say null.
        assert_eq!(
            serde_json::from_value::<VisitorFrame>(json!({"frame": "hello", "token": null, "since": null, "page": null, "new": 1}))
                .unwrap(),
            hello(None, None)
        );
        for bad in [
            json!({"frame": "admin"}),
            json!({"frame": "message", "client_id": "c"}),
            json!({"frame": "read", "upto": "x"}),
            json!([]),
            json!("ping"),
        ] {
            assert!(serde_json::from_value::<VisitorFrame>(bad).is_err());
        }
    }

    #[test]
    fn server_frames_are_written_as_agreed() {
        let message = ChatMessage {
            id: "5".into(),
            n: MessageId(3),
            from: ChatFrom::Them,
            text: "olá".into(),
            at: 1_749_416_383_000,
            author: Some("Bia".into()),
            client_id: None,
            file: None,
            edited: false,
        };
        let message_json = json!({"id": "5", "n": "3", "from": "them", "text": "olá", "at": 1_749_416_383_000_i64, "author": "Bia"});
        let welcome = ServerFrame::Welcome {
            token: "t".into(),
            visitor: Visitor::default(),
            title: "Loja".into(),
            greeting: "Oi!".into(),
            messages: vec![message.clone()],
            seen: None,
            reset: false,
            typing_supported: true,
        };
        both_ways(
            welcome,
            json!({"frame": "welcome", "token": "t", "visitor": {}, "title": "Loja", "greeting": "Oi!", "messages": [message_json], "typing_supported": true}),
        );
        both_ways(
            ServerFrame::Message(message),
            json!({"frame": "message", "id": "5", "n": "3", "from": "them", "text": "olá", "at": 1_749_416_383_000_i64, "author": "Bia"}),
        );
        both_ways(
            ServerFrame::Status { client_id: "c".into(), id: "5".into(), n: MessageId(3), at: 1 },
            json!({"frame": "status", "client_id": "c", "id": "5", "n": "3", "at": 1}),
        );
        both_ways(ServerFrame::Seen { upto: MessageId(3) }, json!({"frame": "seen", "upto": "3"}));
        both_ways(ServerFrame::Typing {}, json!({"frame": "typing"}));
        both_ways(
            ServerFrame::Error { code: "too_long".into(), text: "Too long.".into(), client_id: Some("c".into()), retry_after_ms: None },
            json!({"frame": "error", "code": "too_long", "text": "Too long.", "client_id": "c"}),
        );
        both_ways(
            ServerFrame::Error { code: "x".into(), text: "y".into(), client_id: None, retry_after_ms: None },
            json!({"frame": "error", "code": "x", "text": "y"}),
        );
        both_ways(ServerFrame::Pong {}, json!({"frame": "pong"}));
        for (from, word) in [(ChatFrom::Me, "me"), (ChatFrom::Them, "them"), (ChatFrom::System, "system")] {
            both_ways(from, json!(word));
        }
    }

    #[tokio::test]
    async fn sending_is_done_at_once_because_the_message_is_stored_already() {
        let link = Link {
            http: crate::http_client().expect("a client"),
            graph_url: String::new(),
            external_id: String::new(),
            waba_id: String::new(),
            access_token: String::new(),
        };
        let to = Recipient { kind: IdentityKind::Visitor, address: "v".into() };
        let out = Outbound { to, callback: "42".into(), quoted: None, body: OutboundBody::Text { text: "oi".into() } };
        assert_eq!(WebChat.send(&link, &out).await, Ok(Sent { external_id: "42".into(), address: None }));
        assert_eq!(WebChat.mark_read(&link, "1").await, Ok(()));
        assert_eq!(WebChat.templates(&link).await, Ok(Vec::new()));
        assert_eq!(WebChat.fetch_media(&link, "1").await.err().map(|e| e.problem), Some(DeliveryProblem::MediaUnavailable));
        assert!(!WebChat.verify(&["s".into()], Some("sha256="), b""));
        assert!(WebChat.read(b"{}").is_empty());
    }
}
