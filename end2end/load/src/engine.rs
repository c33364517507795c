//! The bare engine: the rows that an operation leaves, inserted by a loop straight into the same database, with the same
//! durability: every commit is on disk before the next one begins.

use crate::data::{Data, Talk, all, database};
use crate::host::own_cpu;
use crate::measure::Dice;
use crate::report::Bare;
use anyhow::Context;
use service::args;
use service::db::{Arg, Db, Text, Tx};
use std::path::Path;
use std::time::Instant;

/// The database of a server that has stopped.
pub struct Engine {
    db: Db,
    account: i64,
    open: Vec<Talk>,
    served: Vec<Talk>,
    bodies: Vec<String>,
    /// An event as the server writes it.
    event: String,
    now: i64,
}

impl Engine {
    /// Opens it.
    pub async fn open(home: &Path, data: &Data) -> anyhow::Result<Engine> {
        let db = database(home).await?;
        let (event,): (String,) = all(&db, "select change from event order by seq desc limit 1".into())
            .await?
            .into_iter()
            .next()
            .context("the server wrote no event")?;
        let (last,): (i64,) = all(&db, "select max(id) from message".into()).await?.into_iter().next().context("no message")?;
        let (open, served, bodies) = (data.open.clone(), data.served.clone(), data.bodies.clone());
        Ok(Engine { db, account: data.account, open, served, bodies, event, now: (last >> 20) + 1_000 })
    }

    /// Closes it.
    pub async fn close(self) {
        self.db.close().await;
    }

    /// Rows of inbound messages into open conversations, one commit for each.
    pub async fn inbound(&self, ops: usize) -> anyhow::Result<Bare> {
        let (cpu, begun) = (own_cpu()?, Instant::now());
        let mut dice = Dice::new(77);
        for n in 0..ops {
            let talk = dice.pick(&self.open).context("no conversation")?;
            let text = dice.pick(&self.bodies).context("no text")?;
            let (id, at) = self.next(n, 1);
            let webhook = crate::client::inbound(&talk.number, &talk.phone, text, id as u64);
            let raw = webhook["entry"][0]["changes"][0]["value"]["messages"][0].to_string();
            let body = webhook.to_string();
            let mut tx = self.db.begin().await?;
            run(
                &mut tx,
                "insert into webhook (id, source, hash, body, received_at, state) values ($1, 'WHATSAPP', $2, $3, $4, 'NEW')",
                args![id, format!("{id:064x}"), &body, at],
            )
            .await?;
            self.message(&mut tx, talk, id, at, "IN", "RECEIVED", text).await?;
            run(&mut tx, "insert into message_raw (message_id, account_id, raw) values ($1, $2, $3)", args![id, self.account, raw]).await?;
            run(
                &mut tx,
                "update conversation set last_at = $2, last_in_at = $2, window_expires_at = $3, unread = unread + 1, last_in_external = $4, preview_id = $5,
                 preview_at = $2, preview_kind = 'TEXT', preview_direction = 'IN', preview_status = 'RECEIVED', preview_text = $6 where id = $1",
                args![talk.id, at, at + 86_400_000, format!("wamid.BARE{id}"), id, text.chars().take(120).collect::<String>()],
            )
            .await?;
            self.event(&mut tx, at).await?;
            run(&mut tx, "update webhook set state = 'DONE' where id = $1", args![id]).await?;
            tx.commit().await?;
        }
        Bare::new(ops, begun.elapsed(), own_cpu()? - cpu)
    }

    /// Rows of sends: queued in one commit, sent in a second one.
    pub async fn send(&self, ops: usize) -> anyhow::Result<Bare> {
        let (cpu, begun) = (own_cpu()?, Instant::now());
        for n in 0..ops {
            let talk = &self.served[n % self.served.len()];
            let text = &self.bodies[n % self.bodies.len()];
            let (id, at) = self.next(n, 2);
            let mut tx = self.db.begin().await?;
            self.message(&mut tx, talk, id, at, "OUT", "QUEUED", text).await?;
            let payload = serde_json::json!({"type": "text", "text": text, "quoted": null}).to_string();
            run(
                &mut tx,
                "insert into outbox (id, account_id, channel_id, contact_id, conversation_id, message_id, kind, payload, state, next_at, created_at)
                 values ($1, $2, $3, $4, $5, $6, 'MESSAGE', $7, 'SENDING', $8, $8)",
                args![id, self.account, talk.channel, talk.contact, talk.id, id, payload, at],
            )
            .await?;
            run(
                &mut tx,
                "update conversation set last_at = $2, waiting_since = null, preview_id = $3, preview_at = $2, preview_kind = 'TEXT', preview_direction = 'OUT',
                 preview_status = 'QUEUED', preview_text = $4 where id = $1",
                args![talk.id, at, id, text.chars().take(120).collect::<String>()],
            )
            .await?;
            self.event(&mut tx, at).await?;
            tx.commit().await?;
            let mut tx = self.db.begin().await?;
            run(
                &mut tx,
                "update message set status = 'SENT', external_id = $2, sent_at = $3 where id = $1",
                args![id, format!("wamid.BARE{id}"), at],
            )
            .await?;
            run(&mut tx, "update conversation set preview_status = 'SENT' where id = $1", args![talk.id]).await?;
            run(&mut tx, "delete from outbox where id = $1", args![id]).await?;
            self.event(&mut tx, at).await?;
            tx.commit().await?;
        }
        Bare::new(ops, begun.elapsed(), own_cpu()? - cpu)
    }

    /// A time after all rows, and an id made of it.
    fn next(&self, n: usize, lane: i64) -> (i64, i64) {
        let at = self.now + n as i64;
        ((at << 20) | lane, at)
    }

    async fn message(&self, tx: &mut Tx, talk: &Talk, id: i64, at: i64, direction: &str, status: &str, text: &str) -> anyhow::Result<()> {
        let external = (direction == "IN").then(|| format!("wamid.BARE{id}"));
        let client = (direction == "OUT").then(|| format!("bare-{id}"));
        run(
            tx,
            "insert into message (id, account_id, conversation_id, channel_id, direction, kind, status, body, external_id, client_id, at)
             values ($1, $2, $3, $4, $5, 'TEXT', $6, $7, $8, $9, $10)",
            args![id, self.account, talk.id, talk.channel, direction, status, text, external, client, at],
        )
        .await?;
        let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
        run(tx, "insert into message_fts (rowid, words) values ($1, $2)", args![id, format!("{} zq{:x}qz", words.join(" "), self.account)])
            .await
    }

    async fn event(&self, tx: &mut Tx, at: i64) -> anyhow::Result<()> {
        let seq: Option<(i64,)> = tx
            .one(
                Text::Built("update counter set value = value + 1 where account_id = $1 and name = 'event' returning value".into()),
                args![self.account],
            )
            .await?;
        let (seq,) = seq.context("the account has no events")?;
        run(tx, "insert into event (account_id, seq, at, change) values ($1, $2, $3, $4)", args![self.account, seq, at, &self.event]).await
    }
}

async fn run(tx: &mut Tx, text: &str, args: Vec<Arg>) -> anyhow::Result<()> {
    tx.run(Text::Built(text.to_owned()), args).await?;
    Ok(())
}
