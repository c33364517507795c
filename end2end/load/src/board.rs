//! The live board and reports: how soon the board moves, what a report of a year costs, and what the list costs an agent who
//! sees a few of many teams.

use crate::Effort;
use crate::client::{As, Client};
use crate::data::{Data, all, database};
use crate::host::{Host, Plan};
use crate::measure::{Dice, operation};
use crate::report::Row;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use service::args;
use service::db::Text;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Teams of the account, and those of them that the agent is in.
const TEAMS: i64 = 15;
const OWN: i64 = 3;

/// Reports over twelve months, split each way.
pub async fn reports(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    // The server adds up what was there before it when it starts.
    let begun = Instant::now();
    while data.tallied().await? == 0 {
        ensure!(begun.elapsed() < Duration::from_secs(600), "the figures were not added up");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (to, from) = data.year().await?;
    let asked: Vec<Value> = ["DAY", "TEAM", "CHANNEL", "AGENT", "REASON", "HOUR"]
        .iter()
        .map(|by| json!({"query": {"from": from, "to": to, "by": by, "figure": "BEGUN"}}))
        .collect();
    let first: Value = serde_json::from_slice(&client.call(As::Admin, "board/figures", &asked[0]).await?)?;
    ensure!(first["total"]["counts"].as_array().is_some_and(|c| c.iter().any(|n| n.as_i64() > Some(0))), "the report is empty");
    let (client, asked) = (client.clone(), Arc::new(asked));
    let effort = &Effort { alone: effort.alone / 10, together: effort.together / 20, ..*effort };
    operation("report of 12 months", host, effort, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        async move { client.call(As::Admin, "board/figures", &asked[n % asked.len()]).await.map(drop) }
    })
    .await
}

/// From a customer's message to the board that shows it.
pub async fn moves(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let mut board = client.socket(As::Admin).await?;
    board.say(&json!({"frame": "board", "on": true}).to_string()).await?;
    board.text("\"frame\":\"board\"").await?;
    let mut dice = Dice::new(5);
    let (mut took, cpu) = (Vec::new(), host.cpu()?);
    let begun = Instant::now();
    for n in 0..effort.fans {
        let talk = dice.pick(&data.open).context("no conversation")?;
        let sent = Instant::now();
        client.webhook(&talk.number, &talk.phone, &format!("painel {n}")).await?;
        board.text("\"frame\":\"board\"").await?;
        took.push(sent.elapsed());
    }
    let mut row = Row::new("the board moves", &took);
    row.rate(took.len(), begun.elapsed(), host.cpu()? - cpu);
    Ok(row)
}

/// How many waiting conversations a second a server hands out that starts with all open ones in the queues of the teams above.
pub async fn designations(plan: &Plan<'_>, home: &Path) -> anyhow::Result<Row> {
    let db = database(home).await?;
    for text in [
        "update account set distribution = true",
        "insert into distribution (account_id, team_id, enabled, algorithm, only_online, overflow, wait_minutes, max_minutes, max_concurrent)
         select account_id, id, true, 'ROUND_ROBIN', false, false, 10, 60, 0 from team where id >= 1000 and id < 1100 on conflict do nothing",
        "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor)
         select t.account_id, t.id, m.user_id, true, false from team t join membership m on m.account_id = t.account_id
         where t.id >= 1000 and t.id < 1100 on conflict do nothing",
        "update conversation set status = 'PENDING', assignee_id = null, queued_at = started_at, designated_id = null where status <> 'COMPLETED'",
    ] {
        db.run(Text::Built(text.to_owned()), args![]).await?;
    }
    const LEFT: &str = "select count(*) from conversation where queued_at is not null and designated_id is null";
    let left = async || anyhow::Ok(all::<(i64,)>(&db, LEFT.to_owned()).await?.first().map_or(0, |(n,)| *n));
    let all_of_them = left().await?;
    ensure!(all_of_them > 0, "nothing waits");
    let host = plan.serve().await?;
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let before = left().await?;
    let mut now = before;
    while now > 0 && begun.elapsed() < Duration::from_secs(40) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        now = left().await?;
    }
    let (wall, done) = (begun.elapsed(), usize::try_from(before - now)?.max(1));
    let mut row = Row::new("designations", &[wall / u32::try_from(done)?]);
    row.rate(done, wall, host.cpu()?.saturating_sub(cpu));
    host.stop().await?;
    db.close().await;
    Ok(row)
}

/// The list of an agent who is in three of fifteen teams, with a server of its own over rows that are dealt out so.
pub async fn filtered(plan: &Plan<'_>, home: &Path, token: &str, effort: &Effort) -> anyhow::Result<Row> {
    let db = database(home).await?;
    let (account,): (i64,) = all(&db, "select id from account".into()).await?.into_iter().next().context("no account")?;
    let (agent,): (i64,) =
        all(&db, "select id from users where email = 'agente1@carga.example'".into()).await?.into_iter().next().context("no agent")?;
    let run = async |text: String| db.run(Text::Built(text), args![]).await;
    for n in 0..TEAMS {
        let id = 1_000 + n;
        run(format!("insert into team (id, account_id, name, is_default, restriction, created_at) values ({id}, {account}, 'Carga {n}', false, 'TEAM', 0) on conflict do nothing")).await?;
        if n < OWN {
            run(format!("insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ({account}, {id}, {agent}, true, false) on conflict do nothing")).await?;
        }
    }
    run(format!("delete from team_member where user_id = {agent} and team_id < 1000 or user_id = {agent} and team_id > {}", 1_000 + TEAMS))
        .await?;
    run(format!("update conversation set team_id = 1000 + (id / 1048576) % {TEAMS}")).await?;
    db.close().await;
    let host = plan.serve().await?;
    let client = Client::new(&host.url, token).await?;
    let asked: Vec<Value> = ["NEW", "OTHERS", "DONE"].iter().map(|tab| json!({"query": {"tab": tab, "limit": 40}})).collect();
    let asked = Arc::new(asked);
    let row = operation("list, 3 teams of 15", &host, effort, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        async move { client.call(As::Agent, "inbox/conversations", &asked[n % asked.len()]).await.map(drop) }
    })
    .await?;
    host.stop().await?;
    Ok(row)
}
