//! What was written into a talk and is not there yet. It is kept in this browser until the server has it, and sent again
//! under the same id, so that it comes to be one message.

use crate::live::web;
use model::{ConversationId, Fault, TalkDraft, TalkWith, Upload, from_json};
use serde::{Deserialize, Serialize};

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    pub client_id: String,
    pub text: String,
    #[serde(default)]
    pub upload: Option<Upload>,
    #[serde(default)]
    pub conversation_id: Option<ConversationId>,
    /// Why it did not arrive.
    #[serde(skip)]
    pub fault: Option<Fault>,
}

impl Pending {
    pub fn draft(&self) -> TalkDraft {
        TalkDraft {
            client_id: self.client_id.clone(),
            text: self.text.clone(),
            upload_id: self.upload.as_ref().map(|u| u.id),
            conversation_id: self.conversation_id,
        }
    }
}

/// Where this browser keeps what is unsent to somebody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shelf(String);

impl Shelf {
    /// `own` names account and person.
    pub fn new(own: &str, with: TalkWith) -> Shelf {
        let whom = match with {
            TalkWith::Person { user_id } => format!("p{user_id}"),
            TalkWith::Team { team_id } => format!("t{team_id}"),
            TalkWith::Everybody => "all".to_owned(),
        };
        Shelf(format!("prosa.talk.{own}.{whom}"))
    }

    /// The text that stands in the composer.
    pub fn text(&self) -> String {
        web::read(&self.0).unwrap_or_default()
    }

    /// Keeps that text; an empty one is forgotten.
    pub fn keep_text(&self, text: &str) {
        web::keep(&self.0, (!text.is_empty()).then_some(text));
    }

    /// What did not arrive before the page was left; each waits for a word of its author.
    pub fn pending(&self) -> Vec<Pending> {
        let stored = web::read(&format!("{}.sent", self.0)).unwrap_or_default();
        let all: Vec<Pending> = from_json(stored.as_bytes()).unwrap_or_default();
        all.into_iter().map(|p| Pending { fault: Some(Fault::Offline), ..p }).collect()
    }

    /// Keeps what is on its way.
    pub fn keep_pending(&self, all: &[Pending]) {
        let text = if all.is_empty() { None } else { serde_json::to_string(all).ok() };
        web::keep(&format!("{}.sent", self.0), text.as_deref());
    }
}
