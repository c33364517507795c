//! A search under way: its conversations, its messages, its files.

use super::index::{Find, hits_text, holds};
use super::narrow::{About, Narrow};
use crate::conversation::view_columns as view;
use crate::db::{Arg, Text, list};
use crate::desk::{Cx, Scope};
use crate::message::Stored;
use crate::{Result, sight};
use model::*;
use std::cmp::Reverse;

/// So many colleagues' conversations are taken from the index one by one; of more the newest ones of all are looked through.
const ONE_BY_ONE: usize = 8;

/// A search under way.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub cx: &'a Cx,
    pub scope: &'a Scope,
    pub narrow: &'a Narrow,
    pub words: &'a [String],
    /// Without the operators.
    pub text: &'a str,
    pub most: i64,
}

/// One way to conversations, each in the order of an index.
#[derive(Clone, Debug)]
pub enum By {
    Status(ConversationStatus),
    Assignee(i64, ConversationStatus),
    Assignees(Vec<i64>, ConversationStatus),
    Contacts(Vec<i64>),
    /// The beginning of its protocol, highest first; alone.
    Protocol(String),
}

impl By {
    /// The condition, with its arguments numbered from `$first`.
    fn condition(&self, first: usize) -> (String, Vec<Arg>) {
        let second = first + 1;
        match self {
            By::Status(status) => (format!("c.status = ${first}"), vec![Arg::from(*status)]),
            By::Assignee(user, status) => {
                (format!("c.assignee_id = ${first} and c.status = ${second}"), vec![Arg::from(*user), Arg::from(*status)])
            }
            By::Assignees(users, status) => (
                format!("c.status = ${first} and c.assignee_id in {{in ${second}}}"),
                vec![Arg::from(*status), list(users.iter().copied())],
            ),
            By::Contacts(contacts) => (format!("c.contact_id in {{in ${first}}}"), vec![list(contacts.iter().copied())]),
            By::Protocol(digits) => {
                (format!("c.protocol >= ${first} and c.protocol < ${second}"), vec![Arg::from(digits), Arg::from(format!("{digits}~"))])
            }
        }
    }

    fn order(&self) -> &'static str {
        if matches!(self, By::Protocol(_)) { "c.protocol desc" } else { "c.last_at desc, c.id desc" }
    }
}

/// The last visible conversations of those that any of the ways leads to, in no order. Public to the test that explains it.
pub fn conversations_text(seen: &Seen, narrow: &Narrow, ways: &[By], most: i64) -> (String, Vec<Arg>) {
    let (sees, mut args) = sight::condition(seen, 2);
    let (narrowed, more) = narrow.condition(About::Conversations, args.len() + 2);
    args.extend(more);
    let mut parts = Vec::with_capacity(ways.len());
    for (n, by) in ways.iter().enumerate() {
        let (condition, more) = by.condition(args.len() + 2);
        args.extend(more);
        parts.push(format!(
            "select id, last_at from (select c.id, c.last_at from conversation c where c.account_id = $1 and {condition} and {sees}{narrowed}
             order by {} limit {most}) p{n}",
            by.order()
        ));
    }
    let found = match &parts[..] {
        [one] => one.clone(),
        // Two ways may lead to one conversation.
        _ => format!("select id, last_at from ({}) u order by last_at desc, id desc limit {most}", parts.join(" union ")),
    };
    // Whole rows are read of what is shown alone.
    let text = format!(
        "select {{rows r}} from (select {} r from ({found}) f cross join conversation c cross join contact k
         where c.id = f.id and k.id = c.contact_id and c.account_id = $1) page",
        view!()
    );
    (text, args)
}

impl Asked<'_> {
    /// Conversations, one more than wanted if there are more.
    pub async fn conversations(self, contacts: &[i64]) -> Result<Vec<Conversation>> {
        let most = self.most as usize + 1;
        if self.words.is_empty() {
            let mut ways = Vec::new();
            let statuses = ConversationStatus::ALL.iter().copied();
            match &self.narrow.from {
                None => ways.extend(statuses.map(By::Status)),
                Some(from) => {
                    match &from.users[..] {
                        [] => {}
                        few if few.len() <= ONE_BY_ONE => {
                            few.iter().for_each(|u| ways.extend(statuses.clone().map(|s| By::Assignee(*u, s))))
                        }
                        many => ways.extend(statuses.map(|s| By::Assignees(many.to_vec(), s))),
                    }
                    if !from.contacts.is_empty() {
                        ways.push(By::Contacts(from.contacts.clone()));
                    }
                }
            }
            return self.rows(&Narrow { from: None, ..self.narrow.clone() }, &ways).await;
        }
        let mut found: Vec<Conversation> = Vec::new();
        let digits: String = self.text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 6 {
            found = self.rows(self.narrow, &[By::Protocol(digits)]).await?;
            found.sort_by(|a, b| (&b.protocol, b.id).cmp(&(&a.protocol, a.id)));
        }
        if !contacts.is_empty() {
            let rows = self.rows(self.narrow, &[By::Contacts(contacts.to_vec())]).await?;
            found.extend(rows.into_iter().filter(|r| !found.iter().any(|f| f.id == r.id)).collect::<Vec<_>>());
        }
        found.truncate(most);
        Ok(found)
    }

    /// Visible conversations, the last ones first.
    async fn rows(self, narrow: &Narrow, ways: &[By]) -> Result<Vec<Conversation>> {
        if ways.is_empty() {
            return Ok(Vec::new());
        }
        let (text, args) = conversations_text(self.cx.seen(), narrow, ways, self.most + 1);
        let mut rows: Vec<Conversation> = self.scope.packed(Text::Built(text), args).await?;
        rows.sort_by_key(|c| Reverse((c.last_at, c.id)));
        Ok(rows)
    }

    /// Messages by their text, or by the name of their file; one more than wanted if there are more.
    pub async fn messages(self, of_files: bool) -> Result<Vec<MessageHit>> {
        if self.words.is_empty() {
            return Ok(Vec::new());
        }
        let (desk, most) = (self.cx.desk(), self.most + 1);
        let unsigned = desk.is_reindexing();
        let find = Find { account: self.cx.account, words: self.words, narrow: self.narrow, of_files, unsigned };
        // Without signs what matches by the other text, or by both together, is left out below.
        let (text, args) = hits_text(desk.db.is_sqlite(), self.cx.seen(), &find, if unsigned { 2 * most } else { most });
        let rows: Vec<(Stored, Conversation)> = self.scope.packed(Text::Built(text), args).await?;
        let mut found = Vec::with_capacity(rows.len());
        for (message, conversation) in rows {
            let message = message.view()?;
            let fits = match message.content.file() {
                Some(media) if of_files => !unsigned || holds(&media.file_name, self.words),
                _ if of_files => false,
                Some(media) if unsigned && !media.file_name.is_empty() => holds(&message.body, self.words),
                _ => true,
            };
            if fits {
                found.push(MessageHit { conversation, message });
            }
        }
        found.truncate(most as usize);
        Ok(found)
    }
}
