//! One conversation of the demo workspace as a short script, and how it becomes rows.

use super::chance::Ids;
use super::rows::{ContactRow, IdentityRow, MediaRow, MessageRow};
use super::{ledger, rows};
use crate::conversation::Row;
use crate::desk::Desk;
use crate::{Result, Work, media, phone};
use model::*;
use std::collections::HashMap;

const MINUTE: i64 = 60_000;

/// Who of us, as a place in the list of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Admin,
    Ana,
    Bruno,
    Carla,
}

/// Through which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// The two WhatsApp numbers.
    Shop,
    Branch,
    Site,
}

/// Which team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crew {
    Sales,
    Support,
    Finance,
}

/// A customer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Person {
    pub name: &'static str,
    /// Digits as the network gives them.
    pub wa_id: &'static str,
    pub bsuid: &'static str,
    pub username: &'static str,
    pub email: &'static str,
    pub annotation: &'static str,
    pub blocked: bool,
}

/// A file that comes with the demo workspace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub kind: MessageKind,
    pub mime: &'static str,
    pub file_name: &'static str,
    pub bytes: &'static [u8],
}

/// One line of a script, `ago` minutes before now.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub ago: i64,
    pub say: Say,
}

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum Say {
    In(&'static str),
    /// An answer that quotes our last message.
    Reply(&'static str),
    InWith(MessageKind, &'static str, Content),
    InFile(Sample, &'static str),
    Out(Who, &'static str, MessageStatus),
    Refused(Who, &'static str, Problem),
    Template(Who, &'static str, TemplateContent),
    Note(Who, &'static str),
    /// The contact's reaction to our last message.
    Reaction(&'static str),
    /// The assignee has read everything.
    Seen,
    Started(Who),
    Assumed(Who),
    ToTeam(Who, Crew),
    ToPerson(Who, Who, Crew),
    Concluded(Who),
    Restarted(Who),
}

/// A script.
pub(super) struct Scene {
    pub who: Person,
    pub via: Via,
    /// The team in whose queue it begins.
    pub team: Crew,
    pub lines: Vec<Line>,
}

/// Where the scripts play.
pub(super) struct Stage<'a> {
    pub zone: &'a str,
    pub people: HashMap<&'static str, UserId>,
    pub channels: Vec<(Via, ChannelId)>,
    pub teams: Vec<(Crew, TeamId)>,
}

impl Stage<'_> {
    fn user(&self, who: Who) -> UserId {
        let key = match who {
            Who::Admin => "admin",
            Who::Ana => "ana",
            Who::Bruno => "bruno",
            Who::Carla => "carla",
        };
        self.people.get(key).copied().unwrap_or_default()
    }

    fn team(&self, crew: Crew) -> TeamId {
        self.teams.iter().find(|(c, _)| *c == crew).or(self.teams.first()).map(|(_, id)| *id).unwrap_or_default()
    }

    fn channel(&self, via: Via) -> ChannelId {
        self.channels.iter().find(|(v, _)| *v == via).map(|(_, id)| *id).unwrap_or_default()
    }
}

/// How many contacts, conversations and messages were written.
pub(super) type Counted = (i64, i64, i64);

/// Everything that the scripts become.
#[derive(Default)]
struct Sheet {
    contacts: Vec<ContactRow>,
    identities: Vec<IdentityRow>,
    conversations: Vec<Row>,
    messages: Vec<MessageRow>,
    files: Vec<MediaRow>,
}

/// Plays the scripts into the account of this work; files go to the data folder first.
pub(super) async fn play(work: &mut Work, stage: &Stage<'_>, mut scenes: Vec<Scene>) -> Result<Counted> {
    let desk = work.desk().clone();
    let now = desk.now();
    // Human numbers rise with the day.
    scenes.sort_by_key(|s| std::cmp::Reverse(s.lines.first().map_or(0, |l| l.ago)));
    let mut sheet = Sheet::default();
    let mut ids = Ids::new(desk.seam.below(1 << RANDOM_BITS) as u64);
    let mut protocols = ledger::Protocols::new(stage.zone);
    let mut known: HashMap<(&str, bool), ContactHit> = HashMap::new();
    for scene in &scenes {
        let begin = now - scene.lines.first().map_or(0, |l| l.ago) * MINUTE;
        let site = scene.via == Via::Site;
        let contact = match known.get(&(scene.who.name, site)) {
            Some(hit) => hit.clone(),
            None => {
                let hit = contact(&desk, &mut sheet, &mut ids, scene, stage, begin);
                known.insert((scene.who.name, site), hit.clone());
                hit
            }
        };
        let mut c = Row::begin(
            ids.at(begin),
            contact.id,
            &contact.name,
            contact.phone.as_deref(),
            stage.channel(scene.via),
            stage.team(scene.team),
            begin,
        );
        c.protocol = protocols.next(begin);
        let mut play = Play { desk: &desk, stage, site, ids: &mut ids, sheet: &mut sheet, last_out: None, c };
        if !matches!(scene.lines.first().map(|l| &l.say), Some(Say::Started(_))) {
            // Before the message that caused it, whatever the ids of that moment are.
            play.line(begin - 1, None, Transition::Opened)?;
        }
        for (n, line) in scene.lines.iter().enumerate() {
            // Lines of one minute keep their order.
            play.say(now - line.ago * MINUTE + n as i64 * 1_300, &line.say).await?;
        }
        let c = play.c;
        sheet.conversations.push(c);
    }
    rows::contacts(work, &sheet.contacts).await?;
    rows::identities(work, &sheet.identities).await?;
    rows::conversations(work, &sheet.conversations).await?;
    rows::messages(work, &sheet.messages).await?;
    rows::media(work, &sheet.files).await?;
    rows::counters(work, &protocols.counters).await?;
    Ok((sheet.contacts.len() as i64, sheet.conversations.len() as i64, sheet.messages.len() as i64))
}

fn contact(desk: &Desk, sheet: &mut Sheet, ids: &mut Ids, scene: &Scene, stage: &Stage<'_>, at: Millis) -> ContactHit {
    let who = &scene.who;
    let id = ids.at(at);
    let number = phone::network(who.wa_id).filter(|_| scene.via != Via::Site);
    let status = if who.blocked { ContactStatus::Blocked } else { ContactStatus::Active };
    let mut identity = |kind, value: String, channel_kind, address: String, username: &str| {
        let username = Some(username.to_owned()).filter(|u| !u.is_empty());
        sheet.identities.push(IdentityRow { kind, value, contact: id, channel_kind, address, username, at });
    };
    if scene.via == Via::Site {
        let visitor = format!("{}:{}", stage.channel(Via::Site), &desk.seam.secret()[..22]);
        identity(IdentityKind::Visitor, visitor.clone(), ChannelKind::WebChat, visitor, "");
    }
    if let Some(number) = &number {
        identity(IdentityKind::Phone, number.digits().to_owned(), ChannelKind::WhatsApp, who.wa_id.to_owned(), "");
    }
    if !who.bsuid.is_empty() {
        identity(IdentityKind::Bsuid, who.bsuid.to_owned(), ChannelKind::WhatsApp, who.bsuid.to_owned(), who.username);
    }
    let phone = number.map(|n| n.e164);
    let email = Some(who.email.to_owned()).filter(|e| !e.is_empty());
    sheet.contacts.push(ContactRow {
        id,
        name: who.name.to_owned(),
        phone: phone.clone(),
        email,
        status,
        annotation: who.annotation.to_owned(),
        at,
    });
    ContactHit { id: id.into(), name: who.name.to_owned(), phone, status, photo: String::new() }
}

/// One script while it plays.
struct Play<'a> {
    desk: &'a Desk,
    stage: &'a Stage<'a>,
    site: bool,
    ids: &'a mut Ids,
    sheet: &'a mut Sheet,
    /// Our last message to the contact, as a place in the sheet.
    last_out: Option<usize>,
    c: Row,
}

impl Play<'_> {
    async fn say(&mut self, at: Millis, say: &Say) -> Result<()> {
        let stage = self.stage;
        match say {
            Say::In(text) => self.inbound(at, MessageKind::Text, text, Content::None, None),
            Say::Reply(text) => {
                let quote = self.last_out.map(|place| self.quote(place));
                self.inbound(at, MessageKind::Text, text, Content::None, quote)
            }
            Say::InWith(kind, text, content) => self.inbound(at, *kind, text, content.clone(), None),
            Say::InFile(sample, caption) => self.file(at, sample, caption).await,
            Say::Out(who, text, status) => self.outbound(at, *who, MessageKind::Text, text, Content::None, *status, None),
            Say::Refused(who, text, why) => {
                self.outbound(at, *who, MessageKind::Text, text, Content::None, MessageStatus::Failed, Some(why))
            }
            Say::Template(who, text, content) => {
                self.outbound(at, *who, MessageKind::Template, text, Content::Template(content.clone()), MessageStatus::Delivered, None)
            }
            Say::Note(who, text) => {
                let mut m = ledger::message(&self.c, self.ids.at(at), Direction::Out, MessageKind::Note, MessageStatus::Received, at);
                m.author_id = Some(stage.user(*who));
                m.body = (*text).to_owned();
                self.put(m, None)
            }
            Say::Reaction(emoji) => {
                if let Some(place) = self.last_out {
                    self.sheet.messages[place].reactions = Some(serde_json::to_string(&[emoji])?);
                }
                Ok(())
            }
            Say::Seen => {
                self.c.unread = 0;
                Ok(())
            }
            Say::Started(who) => {
                ledger::assume(&mut self.c, stage.user(*who));
                self.line(at, Some(*who), Transition::Started)
            }
            Say::Assumed(who) => {
                ledger::assume(&mut self.c, stage.user(*who));
                self.line(at, Some(*who), Transition::Assumed { from_team: self.c.team_id.into() })
            }
            Say::ToTeam(who, crew) => {
                let (from_team, from) = (TeamId(self.c.team_id), self.c.assignee_id.map(UserId));
                let to_team = stage.team(*crew);
                (self.c.team_id, self.c.assignee_id, self.c.status) = (to_team.0, None, ConversationStatus::Pending);
                self.line(at, Some(*who), Transition::TransferredToTeam { from_team, from, to_team })
            }
            Say::ToPerson(who, whom, crew) => {
                let (from_team, from) = (TeamId(self.c.team_id), self.c.assignee_id.map(UserId));
                let (to_team, to) = (stage.team(*crew), stage.user(*whom));
                self.c.team_id = to_team.0;
                ledger::assume(&mut self.c, to);
                self.line(at, Some(*who), Transition::TransferredToPerson { from_team, from, to_team, to })
            }
            Say::Concluded(who) => {
                self.line(at, Some(*who), Transition::Concluded { classification: None })?;
                ledger::conclude(&mut self.c, at);
                Ok(())
            }
            Say::Restarted(who) => {
                ledger::assume(&mut self.c, stage.user(*who));
                self.c.reopen();
                self.line(at, Some(*who), Transition::Restarted)
            }
        }
    }

    fn line(&mut self, at: Millis, who: Option<Who>, what: Transition) -> Result<()> {
        let mut m = ledger::message(&self.c, self.ids.at(at), Direction::Out, MessageKind::Transition, MessageStatus::Received, at);
        m.author_id = who.map(|w| self.stage.user(w));
        m.content = Content::Transition(what);
        self.put(m, None)
    }

    fn inbound(&mut self, at: Millis, kind: MessageKind, text: &str, content: Content, quoted: Option<Quote>) -> Result<()> {
        let mut m = ledger::message(&self.c, self.ids.at(at), Direction::In, kind, MessageStatus::Received, at);
        m.body = text.to_owned();
        m.content = content;
        m.quoted = quoted;
        let external = self.external(m.id);
        self.put(m, Some(external))
    }

    fn outbound(
        &mut self,
        at: Millis,
        who: Who,
        kind: MessageKind,
        text: &str,
        content: Content,
        status: MessageStatus,
        why: Option<&Problem>,
    ) -> Result<()> {
        let mut m = ledger::message(&self.c, self.ids.at(at), Direction::Out, kind, status, at);
        m.author_id = Some(self.stage.user(who));
        m.body = text.to_owned();
        m.content = content;
        m.problem = why.cloned();
        let reached =
            |s: MessageStatus| status >= s && matches!(status, MessageStatus::Sent | MessageStatus::Delivered | MessageStatus::Read);
        m.sent_at = reached(MessageStatus::Sent).then_some(at + 900);
        m.delivered_at = reached(MessageStatus::Delivered).then_some(at + 2_100);
        m.read_at = reached(MessageStatus::Read).then_some(at + 38_000);
        // What waits for an answer has not left yet, so no network has given it an id.
        let external = (status != MessageStatus::WaitReply).then(|| self.external(m.id));
        self.last_out = Some(self.sheet.messages.len());
        self.put(m, external)
    }

    /// Stores the file under its hash, as received ones are.
    async fn file(&mut self, at: Millis, sample: &Sample, caption: &str) -> Result<()> {
        let kept = media::keep_sample(self.desk, sample.bytes, sample.mime).await?;
        let id = self.ids.at(at);
        let (mime, file_name, size) = (sample.mime.to_owned(), sample.file_name.to_owned(), sample.bytes.len() as i64);
        let voice = sample.kind == MessageKind::Audio;
        let state = MediaState::Ready;
        let content = Content::Media(Media {
            id: id.into(),
            state,
            mime: mime.clone(),
            file_name: file_name.clone(),
            size,
            voice,
            reason: String::new(),
            width: kept.width,
            height: kept.height,
            seconds: kept.seconds,
            small: !kept.small.is_empty(),
            link_until: None,
        });
        self.inbound(at, sample.kind, caption, content, None)?;
        let message = self.sheet.messages.last().map_or(0, |m| m.id);
        self.sheet.files.push(MediaRow {
            id,
            conversation: self.c.id,
            message,
            channel: self.c.channel_id,
            state,
            mime,
            file_name,
            size,
            sha256: kept.sha256,
            small: kept.small,
            width: i64::from(kept.width),
            height: i64::from(kept.height),
        });
        Ok(())
    }

    fn quote(&self, place: usize) -> Quote {
        let m = &self.sheet.messages[place];
        Quote { id: Some(m.id.into()), direction: m.direction, kind: m.kind, text: text::shorten(&m.body, 120) }
    }

    /// An id as the network of this channel would have given it.
    fn external(&self, id: MessageId) -> String {
        if self.site { format!("demo:{id}") } else { format!("wamid.DEMO{id}") }
    }

    fn put(&mut self, m: Message, external: Option<String>) -> Result<()> {
        ledger::take(&mut self.c, &m, external.as_deref(), !self.site);
        self.sheet.messages.push(MessageRow {
            id: m.id.0,
            conversation: self.c.id,
            channel: self.c.channel_id,
            direction: m.direction,
            kind: m.kind,
            status: m.status,
            body: m.body,
            content: if m.content.is_none() { None } else { Some(serde_json::to_string(&m.content)?) },
            author: m.author_id.map(|a| a.0),
            external,
            quoted: m.quoted.as_ref().map(serde_json::to_string).transpose()?,
            reactions: None,
            problem: m.problem.as_ref().map(serde_json::to_string).transpose()?,
            at: m.at,
            sent_at: m.sent_at,
            delivered_at: m.delivered_at,
            read_at: m.read_at,
        });
        Ok(())
    }
}
