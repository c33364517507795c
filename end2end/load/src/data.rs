//! What the requests are made of, read from the database that the server uses.

use anyhow::{Context, ensure};
use service::args;
use service::db::{Db, Entity, Text};
use std::path::Path;

/// Rows by which things are asked for.
pub struct Data {
    db: Db,
    pub account: i64,
    /// Open conversations within their window.
    pub open: Vec<Talk>,
    /// Those of them that somebody serves.
    pub served: Vec<Talk>,
    /// Contacts whose last conversation is over for good: number, id of the WhatsApp number.
    pub resting: Vec<(String, String)>,
    /// The conversation of 2,000 messages, or the longest one.
    pub long: i64,
    /// Places in it, one page apart: time and id.
    pub places: Vec<(i64, i64)>,
    pub bodies: Vec<String>,
    pub names: Vec<String>,
}

/// A conversation.
#[derive(Clone, Debug)]
pub struct Talk {
    pub id: i64,
    pub channel: i64,
    pub contact: i64,
    /// Id of the WhatsApp number that it goes through.
    pub number: String,
    /// Digits of the contact.
    pub phone: String,
}

/// Opens the database of a server's folder.
pub async fn database(home: &Path) -> anyhow::Result<Db> {
    Ok(Db::connect(&format!("sqlite:{}", home.join("prosa.db").display())).await?)
}

impl Data {
    /// Reads it.
    pub async fn read(home: &Path) -> anyhow::Result<Data> {
        let db = database(home).await?;
        #[expect(clippy::disallowed_methods, reason = "windows are compared with the server's clock")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let (account,): (i64,) = all(&db, "select id from account".into()).await?.into_iter().next().context("no account")?;
        let talks = |condition: String| {
            format!(
                "select c.id, c.channel_id, c.contact_id, h.external_id, i.address from conversation c join channel h on h.id = c.channel_id
                 join contact_identity i on i.contact_id = c.contact_id where c.status <> 'COMPLETED' and c.window_expires_at > {} {condition} order by c.id",
                now + 1_800_000
            )
        };
        let resting = "select i.address, min(h.external_id) from contact_identity i join conversation c on c.contact_id = i.contact_id
             join channel h on h.id = c.channel_id group by i.address having max(case when c.status <> 'COMPLETED' then 1 else 0 end) = 0
             and max(coalesce(c.reactivate_until, 0)) < "
            .to_owned()
            + &now.to_string();
        let (long,): (i64,) =
            all(&db, "select conversation_id from message group by conversation_id order by count(*) desc limit 1".into())
                .await?
                .into_iter()
                .next()
                .context("no message")?;
        let timeline: Vec<(i64, i64)> =
            all(&db, format!("select at, id from message where conversation_id = {long} order by at desc, id desc")).await?;
        let bodies: Vec<(String,)> =
            all(&db, "select body from message where kind = 'TEXT' and length(body) > 30 and id % 97 < 20 limit 4000".into()).await?;
        let names: Vec<(String,)> = all(&db, "select name from contact order by id limit 500".into()).await?;
        let data = Data {
            account,
            open: self::talks(&db, talks(String::new())).await?,
            served: self::talks(&db, talks("and c.status = 'IN_PROGRESS'".into())).await?,
            resting: all(&db, resting).await?,
            long,
            places: timeline.into_iter().step_by(50).collect(),
            bodies: bodies.into_iter().map(|(b,)| b).collect(),
            names: names.into_iter().map(|(n,)| n).collect(),
            db,
        };
        ensure!(!data.open.is_empty() && !data.served.is_empty() && !data.bodies.is_empty(), "the data set is too small to measure with");
        Ok(data)
    }

    /// Webhooks that are not worked through yet.
    pub async fn webhooks_waiting(&self) -> anyhow::Result<i64> {
        self.count("select count(*) from webhook where state = 'NEW'").await
    }

    /// Sends that are under way.
    pub async fn sends_waiting(&self) -> anyhow::Result<i64> {
        self.count("select count(*) from outbox").await
    }

    /// Messages that came in during the measurement.
    pub async fn measured(&self) -> anyhow::Result<i64> {
        self.count("select count(*) from message where external_id like 'wamid.MEDIDA%'").await
    }

    /// Whether what was there before the server has been added up.
    pub async fn tallied(&self) -> anyhow::Result<i64> {
        self.count("select count(*) from account where tallied").await
    }

    /// The last day of the data set, and the one a year before it.
    pub async fn year(&self) -> anyhow::Result<(String, String)> {
        let dates = "select date(max(at) / 1000, 'unixepoch'), date(max(at) / 1000, 'unixepoch', '-364 days') from message";
        all(&self.db, dates.to_owned()).await?.into_iter().next().context("no message")
    }

    async fn count(&self, text: &str) -> anyhow::Result<i64> {
        Ok(all::<(i64,)>(&self.db, text.to_owned()).await?.first().map_or(0, |(n,)| *n))
    }

    /// Lets the database go.
    pub async fn close(self) {
        self.db.close().await;
    }
}

async fn talks(db: &Db, text: String) -> anyhow::Result<Vec<Talk>> {
    let rows: Vec<(i64, i64, i64, String, String)> = all(db, text).await?;
    Ok(rows.into_iter().map(|(id, channel, contact, number, phone)| Talk { id, channel, contact, number, phone }).collect())
}

/// Rows of a reading statement of ours.
pub async fn all<T: Entity>(db: &Db, text: String) -> anyhow::Result<Vec<T>> {
    Ok(db.all(Text::Built(text), args![]).await?)
}
