//! Bulk data: as many contacts, conversations and messages as asked for, the same for the same seed.

use super::chance::{Chance, Ids};
use super::plan::{self, Step, Talk, What};
use super::rows::{self, ContactRow, IdentityRow, MessageRow};
use super::words::{self, Words};
use super::{BULK_ACCOUNT, BULK_ADMIN, BULK_NUMBERS, Login, PASSWORD, Report, Size, ground, ledger};
use crate::conversation::Row;
use crate::desk::Desk;
use crate::{Result, Work, args, auth, sql, sql_system};
use model::*;

const ZONE: &str = "America/Sao_Paulo";
const WABA: &str = "200000000000000";
/// Agents besides the admin.
const AGENTS: usize = 11;
const TEAMS: [(&str, bool, Restriction); 4] = [
    ("Atendimento", true, Restriction::None),
    ("Vendas", false, Restriction::None),
    ("Suporte", false, Restriction::Team),
    ("Financeiro", false, Restriction::User),
];
/// Messages written between two commits.
const COMMIT_EVERY: usize = 100_000;
/// Messages held in memory between two statements.
const HOLD: usize = 5_000;

const BODY: u64 = 20;
const FATE: u64 = 21;
const NAME: u64 = 22;

/// Who and where, by number.
struct Ground {
    account: AccountId,
    people: Vec<UserId>,
    teams: Vec<TeamId>,
    channels: Vec<ChannelId>,
}

/// Writes bulk data into the account `Carga`, which is made when it is not there. Times count back from the beginning
/// of the current hour. Parts are committed as they are done: what a crash leaves is to be thrown away.
///
/// # Errors
/// [`Fault::Invalid`] for a size out of bounds, and on `seed` when the account has contacts already.
pub async fn bulk(desk: &Desk, size: Size) -> Result<Report> {
    check(&size)?;
    let ground = ground(desk).await?;
    let scope = desk.system(ground.account);
    let used: Option<(i64,)> = scope.opt(sql!("select id from contact where account_id = $1 limit 1"), args![]).await?;
    if used.is_some() {
        return Err(Fault::field("seed", Wrong::Taken).into());
    }
    let sqlite = desk.db.is_sqlite();
    if sqlite {
        // The index of the timelines is written all over: it should fit.
        desk.db.run(sql_system!(sqlite "pragma cache_size = -200000"), args![]).await?;
    }
    let written = write(desk, &ground, &size).await;
    if sqlite {
        desk.db.run(sql_system!(sqlite "pragma cache_size = -8000"), args![]).await?;
        desk.db.run(sql_system!(sqlite "pragma wal_checkpoint(truncate)"), args![]).await?;
    }
    written?;
    let login = Login { email: BULK_ADMIN.to_owned(), password: PASSWORD, role: format!("admin of {BULK_ACCOUNT}") };
    Ok(Report { logins: vec![login], accounts: 1, contacts: size.contacts, conversations: size.conversations, messages: size.messages })
}

fn check(size: &Size) -> Result<()> {
    let mut check = Check::default();
    check
        .that((1..=200_000).contains(&size.contacts), "contacts", Wrong::NotAllowed)
        .that((1..=500_000).contains(&size.conversations), "conversations", Wrong::NotAllowed)
        .that((size.conversations..=10_000_000).contains(&size.messages), "messages", Wrong::NotAllowed);
    Ok(check.done()?)
}

/// The account with its people, teams and channels, made when it is not there.
async fn ground(desk: &Desk) -> Result<Ground> {
    let known: Option<(i64,)> = desk
        .db
        .one(
            sql_system!(
                "select a.id from account a join membership m on m.account_id = a.id join users u on u.id = m.user_id where a.name = $1 and u.email = $2"
            ),
            args![BULK_ACCOUNT, BULK_ADMIN],
        )
        .await?;
    let Some((id,)) = known else { return make(desk).await };
    let scope = desk.system(id.into());
    let ids = |rows: Vec<(i64,)>| rows.into_iter().map(|(id,)| id);
    let people = scope
        .all(sql!("select u.id from membership m join users u on u.id = m.user_id where m.account_id = $1 and m.active order by m.role, u.email"), args![])
        .await?;
    let teams = scope.all(sql!("select id from team where account_id = $1 order by created_at, id"), args![]).await?;
    let channels = scope
        .all(
            sql!("select id from channel where account_id = $1 and kind = 'WHATSAPP' and status <> 'REMOVED' order by external_id"),
            args![],
        )
        .await?;
    let ground = Ground {
        account: id.into(),
        people: ids(people).map(UserId).collect(),
        teams: ids(teams).map(TeamId).collect(),
        channels: ids(channels).map(ChannelId).collect(),
    };
    if ground.channels.is_empty() { Err(Fault::CannotStart.into()) } else { Ok(ground) }
}

async fn make(desk: &Desk) -> Result<Ground> {
    let account: AccountId = desk.seam.id();
    let hash = auth::hash_password(desk, PASSWORD.to_owned()).await?;
    let mut work = desk.system(account).begin().await?;
    ground::account(&mut work, BULK_ACCOUNT, ZONE, "").await?;
    let mut teams = Vec::with_capacity(TEAMS.len());
    for (name, is_default, restriction) in TEAMS {
        teams.push(ground::team(&mut work, name, is_default, restriction).await?);
    }
    let everywhere: Vec<(TeamId, bool, bool)> = teams.iter().map(|t| (*t, true, true)).collect();
    let mut people = vec![ground::person(&mut work, ("Admin Carga", "", BULK_ADMIN), &hash, Role::Admin, &everywhere).await?];
    for n in 1..=AGENTS {
        // Everybody works in two teams that follow each other.
        let own = [(teams[n % teams.len()], true, false), (teams[(n + 1) % teams.len()], true, n <= teams.len())];
        let (name, email) = (words::name(&mut Chance::new(5, NAME, n as u64)), format!("agente{n}@carga.example"));
        people.push(ground::person(&mut work, (&name, "", &email), &hash, Role::Agent, &own).await?);
    }
    let mut channels = Vec::with_capacity(BULK_NUMBERS.len());
    for (n, number) in BULK_NUMBERS.iter().enumerate() {
        let (name, display) = (format!("WhatsApp {}", n + 1), format!("+55 11 5550-03{n:02}"));
        channels.push(ground::whatsapp(&mut work, &name, number, WABA, &display, None).await?);
    }
    work.tell(Change::Setup { what: SetupKind::Channels });
    work.commit().await?;
    Ok(Ground { account, people, teams, channels })
}

/// What stays the same for all rows.
struct Run<'a> {
    size: &'a Size,
    ground: &'a Ground,
    talks: Vec<Talk>,
    /// Ids of the conversations.
    ids: Vec<i64>,
    words: Words,
    anchor: Millis,
}

async fn write(desk: &Desk, ground: &Ground, size: &Size) -> Result<()> {
    let scope = desk.system(ground.account);
    let anchor = desk.now() / 3_600_000 * 3_600_000;
    let talks = plan::talks(size, anchor, ground.teams.len(), ground.people.len());
    let steps = plan::steps(size, &talks);
    let mut work = scope.begin().await?;
    let contacts = contacts(&mut work, size, &talks, anchor).await?;
    work.commit().await?;
    tracing::info!(contacts = contacts.len(), "contacts are written");

    let mut ids = Ids::new(size.seed.wrapping_mul(3));
    let ids: Vec<i64> = talks.iter().enumerate().map(|(n, t)| ids.at(t.times(size.seed, n as u32).next().unwrap_or(t.end))).collect();
    let run = Run { size, ground, ids, talks, words: Words::new(), anchor };
    let (rows, protocols) = run.conversations(&contacts, &steps);
    let mut work = scope.begin().await?;
    rows::conversations(&mut work, &rows).await?;
    rows::counters(&mut work, &protocols.counters).await?;
    work.commit().await?;
    tracing::info!(conversations = rows.len(), "conversations are written");
    drop(rows);

    let mut ids = Ids::new(size.seed);
    for (part, chunk) in steps.chunks(COMMIT_EVERY).enumerate() {
        let mut work = scope.begin().await?;
        for (held, few) in chunk.chunks(HOLD).enumerate() {
            let first = part * COMMIT_EVERY + held * HOLD;
            let messages: Vec<MessageRow> = few.iter().enumerate().map(|(i, s)| run.message(ids.at(s.at), first + i, s)).collect();
            rows::messages(&mut work, &messages).await?;
        }
        work.commit().await?;
        tracing::info!(messages = part * COMMIT_EVERY + chunk.len(), of = size.messages, "messages are written");
    }
    Ok(())
}

/// Writes the contacts; answers them in order.
async fn contacts(work: &mut Work, size: &Size, talks: &[Talk], anchor: Millis) -> Result<Vec<ContactHit>> {
    let mut ids = Ids::new(size.seed.wrapping_mul(7));
    // A contact is as old as its first conversation, or a day old without one.
    let mut since = vec![anchor - 86_400_000; size.contacts as usize];
    for (n, t) in talks.iter().enumerate() {
        let begin = t.times(size.seed, n as u32).next().unwrap_or(t.end);
        let s = &mut since[t.contact as usize];
        *s = begin.min(*s);
    }
    let (mut rows, mut identities, mut hits) = (Vec::new(), Vec::new(), Vec::new());
    for (n, at) in since.into_iter().enumerate() {
        let mut chance = Chance::new(size.seed, NAME, n as u64);
        let name = if n == 0 { super::LONG_CONTACT.to_owned() } else { words::name(&mut chance) };
        let digits = words::mobile(size.seed, n as u64);
        let id = ids.at(at);
        let email = chance
            .percent(20)
            .then(|| format!("{}.{n}@exemplo.example", crate::contact::fold(name.split(' ').next().unwrap_or("cliente"))));
        let phone = Some(format!("+{digits}"));
        hits.push(ContactHit {
            id: id.into(),
            name: name.clone(),
            phone: phone.clone(),
            status: ContactStatus::Active,
            photo: String::new(),
        });
        rows.push(ContactRow { id, name, phone, email, status: ContactStatus::Active, annotation: String::new(), at });
        identities.push(IdentityRow {
            kind: IdentityKind::Phone,
            value: digits.clone(),
            contact: id,
            channel_kind: ChannelKind::WhatsApp,
            address: digits,
            username: None,
            at,
        });
    }
    rows::contacts(work, &rows).await?;
    rows::identities(work, &identities).await?;
    Ok(hits)
}

impl Run<'_> {
    fn channel(&self, t: &Talk) -> ChannelId {
        self.ground.channels[t.contact as usize % self.ground.channels.len()]
    }

    fn agent(&self, t: &Talk) -> UserId {
        self.ground.people[t.agent % self.ground.people.len()]
    }

    /// The conversations as they are after all their messages.
    fn conversations(&self, contacts: &[ContactHit], steps: &[Step]) -> (Vec<Row>, ledger::Protocols) {
        let mut rows: Vec<Row> = self
            .talks
            .iter()
            .zip(&self.ids)
            .map(|(t, id)| {
                let team = self.ground.teams[t.team % self.ground.teams.len()];
                let who = &contacts[t.contact as usize];
                Row::begin(*id, who.id, &who.name, who.phone.as_deref(), self.channel(t), team, t.end)
            })
            .collect();
        let mut protocols = ledger::Protocols::new(ZONE);
        let mut previews = vec![0usize; rows.len()];
        let mut ids = Ids::new(self.size.seed);
        for (place, step) in steps.iter().enumerate() {
            let (row, talk) = (&mut rows[step.talk as usize], &self.talks[step.talk as usize]);
            if step.n == 0 {
                (row.started_at, row.last_at) = (step.at, step.at);
                row.protocol = protocols.next(step.at);
            }
            let (what, id) = (talk.what(self.size.seed, step.talk, step.n), ids.at(step.at));
            match what {
                What::Opened => {}
                What::Assumed => ledger::assume(row, self.agent(talk)),
                What::Concluded => ledger::conclude(row, step.at),
                _ => {
                    let mut m = ledger::message(row, id, direction(what), kind(what), self.fate(what, step).0, step.at);
                    m.author_id = (direction(what) == Direction::Out).then(|| self.agent(talk));
                    let external = (m.direction == Direction::In).then(|| external(place));
                    ledger::take(row, &m, external.as_deref(), true);
                    if row.preview_id == id {
                        previews[step.talk as usize] = place;
                    }
                }
            }
        }
        for ((row, talk), place) in rows.iter_mut().zip(&self.talks).zip(previews) {
            // Short conversations have no system lines that would have done this.
            if talk.status != ConversationStatus::Pending && row.assignee_id.is_none() {
                ledger::assume(row, self.agent(talk));
            }
            if talk.status == ConversationStatus::Completed && row.completed_at.is_none() {
                ledger::conclude(row, row.last_at + 60_000);
            }
            row.preview_text = text::shorten(&self.body(place), 120);
        }
        (rows, protocols)
    }

    /// The words of the message in this place of all messages.
    fn body(&self, place: usize) -> String {
        self.words.sentence(&mut Chance::new(self.size.seed, BODY, place as u64))
    }

    /// What became of a message: its status, and for ours whether it failed.
    fn fate(&self, what: What, step: &Step) -> (MessageStatus, bool) {
        if what != What::Out {
            return (MessageStatus::Received, false);
        }
        let recent = self.anchor - step.at < 3_600_000;
        match Chance::new(self.size.seed, FATE, u64::from(step.talk) << 32 | u64::from(step.n)).below(1000) {
            0..=7 => (MessageStatus::Failed, true),
            8..=120 => (MessageStatus::Delivered, false),
            121..=400 if recent => (MessageStatus::Sent, false),
            _ => (MessageStatus::Read, false),
        }
    }

    /// The row of the message in this place of all messages.
    fn message(&self, id: i64, place: usize, step: &Step) -> MessageRow {
        let talk = &self.talks[step.talk as usize];
        let what = talk.what(self.size.seed, step.talk, step.n);
        let agent = self.agent(talk);
        let (status, failed) = self.fate(what, step);
        let line = matches!(what, What::Opened | What::Assumed | What::Concluded);
        let body = if line { String::new() } else { self.body(place) };
        let content = match what {
            What::Opened => Content::Transition(Transition::Opened),
            What::Assumed => Content::Transition(Transition::Assumed { from_team: self.ground.teams[talk.team % self.ground.teams.len()] }),
            What::Concluded => Content::Transition(Transition::Concluded { classification: None }),
            What::InLocation => location(&mut Chance::new(self.size.seed, FATE, place as u64), &body),
            What::InAnswer => Content::Answer { id: format!("opcao-{}", place % 9), title: body.clone(), description: String::new() },
            What::In | What::Out | What::Note => Content::None,
        };
        let out = what == What::Out;
        let at_least = |s: MessageStatus| out && !failed && status >= s;
        let problem = failed.then(|| Problem {
            reason: DeliveryProblem::Undeliverable,
            code: Some(131_026),
            detail: "Message undeliverable".to_owned(),
        });
        MessageRow {
            id,
            conversation: self.ids[step.talk as usize],
            channel: self.channel(talk).0,
            direction: direction(what),
            kind: kind(what),
            status,
            body,
            content: if content.is_none() { None } else { serde_json::to_string(&content).ok() },
            author: matches!(what, What::Out | What::Note | What::Assumed | What::Concluded).then_some(agent.0),
            external: matches!(what, What::In | What::InLocation | What::InAnswer | What::Out).then(|| external(place)),
            quoted: None,
            reactions: None,
            problem: problem.and_then(|p| serde_json::to_string(&p).ok()),
            at: step.at,
            sent_at: at_least(MessageStatus::Sent).then_some(step.at + 800),
            delivered_at: at_least(MessageStatus::Delivered).then_some(step.at + 2_000),
            read_at: at_least(MessageStatus::Read).then_some(step.at + 40_000),
        }
    }
}

fn direction(what: What) -> Direction {
    match what {
        What::In | What::InLocation | What::InAnswer => Direction::In,
        What::Opened | What::Assumed | What::Concluded | What::Out | What::Note => Direction::Out,
    }
}

fn kind(what: What) -> MessageKind {
    match what {
        What::Opened | What::Assumed | What::Concluded => MessageKind::Transition,
        What::In | What::Out => MessageKind::Text,
        What::InLocation => MessageKind::Location,
        What::InAnswer => MessageKind::Answer,
        What::Note => MessageKind::Note,
    }
}

/// The network's id of the message in this place: rising, as those of one network do.
fn external(place: usize) -> String {
    format!("wamid.CARGA{place:010}")
}

fn location(chance: &mut Chance, name: &str) -> Content {
    Content::Location {
        latitude: -23.0 - chance.below(900_000) as f64 / 1e6,
        longitude: -46.0 - chance.below(900_000) as f64 / 1e6,
        name: name.to_owned(),
        address: format!("Rua {}, {}", chance.below(300), chance.below(2_000)),
    }
}
