//! Operations that read.

use crate::Effort;
use crate::client::{As, Client};
use crate::data::Data;
use crate::host::Host;
use crate::measure::{Dice, crowd, operation};
use crate::report::Row;
use anyhow::ensure;
use serde_json::{Value, json};
use std::sync::Arc;

/// The inbox's list: first pages of the tabs and pages further down, by an admin and by an agent who sees a part.
pub async fn list(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let mut asked: Vec<(As, Value)> = Vec::new();
    for who in [As::Admin, As::Agent] {
        for tab in ["NEW", "OTHERS", "DONE", "DONE"] {
            let mut query = json!({"query": {"tab": tab, "limit": 40}});
            for _ in 0..3 {
                asked.push((who, query.clone()));
                let answer: Value = serde_json::from_slice(&client.call(who, "inbox/conversations", &query).await?)?;
                let Some(next) = answer["next"].as_str() else { break };
                query["query"]["after"] = json!(next);
            }
        }
    }
    ensure!(asked.len() > 8 || data.open.len() < 100, "the tabs have no second page");
    let (client, asked) = (client.clone(), Arc::new(asked));
    // Its p99 is compared between data sets: it should stand on more than twenty requests.
    let effort = &Effort { alone: effort.alone * 3, ..*effort };
    operation("list of 40 conversations", host, effort, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        async move {
            let (who, query) = &asked[n % asked.len()];
            client.call(*who, "inbox/conversations", query).await.map(drop)
        }
    })
    .await
}

/// The same through the REST API.
pub async fn rest_list(client: &Client, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let client = client.clone();
    operation("list of 40, REST", host, effort, move |n| {
        let client = client.clone();
        let tab = ["others", "done"][n % 2];
        async move { client.rest(&format!("/conversations?tab={tab}&limit=40")).await.map(drop) }
    })
    .await
}

/// Pages of 50 of the long conversation, wherever in it.
pub async fn page(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let asked: Vec<Value> = data
        .places
        .iter()
        .map(|(at, id)| json!({"query": {"conversation_id": data.long.to_string(), "before": {"at": at, "id": id.to_string()}, "limit": 50}}))
        .collect();
    let full = client.call(As::Admin, "inbox/messages", &asked[0]).await?;
    let full: Value = serde_json::from_slice(&full)?;
    ensure!(full["messages"].as_array().is_some_and(|m| m.len() == 50), "the long conversation has no page of 50");
    let (client, asked) = (client.clone(), Arc::new(asked));
    operation("page of 50 messages of 2,000", host, effort, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        async move { client.call(As::Admin, "inbox/messages", &asked[n * 7 % asked.len()]).await.map(drop) }
    })
    .await
}

/// Searches as people type them: one word, the beginning of a word, two words, a name, the end of a number.
pub async fn search(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let mut dice = Dice::new(3);
    let mut asked: Vec<String> = Vec::with_capacity(1_000);
    while asked.len() < 1_000 {
        let body = dice.pick(&data.bodies).cloned().unwrap_or_default();
        let words: Vec<&str> = body.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= 4).collect();
        let at = dice.below(words.len());
        let Some(word) = words.get(at) else { continue };
        asked.push(match asked.len() % 5 {
            0 => (*word).to_owned(),
            1 => word.chars().take(4).collect(),
            2 => format!("{word} {}", words[(at + 1) % words.len()]),
            3 => dice.pick(&data.names).cloned().unwrap_or_default(),
            _ => dice.pick(&data.open).map(|t| t.phone[t.phone.len().saturating_sub(6)..].to_owned()).unwrap_or_default(),
        });
    }
    let found = client.call(As::Admin, "inbox/search", &json!({"text": asked[0]})).await?;
    let found: Value = serde_json::from_slice(&found)?;
    ensure!(found["messages"].as_array().is_some_and(|m| !m.is_empty()), "{:?} finds nothing", asked[0]);
    let (client, asked) = (client.clone(), Arc::new(asked));
    operation("search", host, effort, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        let who = if n.is_multiple_of(2) { As::Admin } else { As::Agent };
        async move { client.call(who, "inbox/search", &json!({"text": asked[n % asked.len()]})).await.map(drop) }
    })
    .await
}

/// The kinds of searches with operators: words narrowed by person, channel and day, and operators alone.
const KINDS: [&str; 6] =
    ["  word de:mim", "  word canal: depois:", "  word from:name", "  de:name", "  canal: depois:", "  de:mim depois:"];

/// Searches with operators, by ten people at once: all kinds mixed, then each of them, so that no kind hides among the others.
pub async fn narrowed(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Vec<Row>> {
    let mut dice = Dice::new(5);
    let mut asked: Vec<String> = Vec::with_capacity(500);
    while asked.len() < 500 {
        let body = dice.pick(&data.bodies).cloned().unwrap_or_default();
        let Some(word) = body.split(|c: char| !c.is_alphanumeric()).find(|w| w.chars().count() >= 4) else { continue };
        let name = dice.pick(&data.names).and_then(|n| n.split_whitespace().next()).unwrap_or("mim").to_owned();
        asked.push(match asked.len() % KINDS.len() {
            0 => format!("{word} de:mim"),
            1 => format!("{word} canal:whatsapp depois:01/01/2020"),
            2 => format!("{word} from:{name}"),
            3 => format!("de:{name}"),
            4 => "canal:whatsapp depois:01/01/2020".to_owned(),
            _ => "de:mim depois:01/01/2020".to_owned(),
        });
    }
    let found = client.call(As::Admin, "inbox/search", &json!({"text": asked[4]})).await?;
    let found: Value = serde_json::from_slice(&found)?;
    ensure!(found["conversations"].as_array().is_some_and(|c| !c.is_empty()), "{:?} finds nothing", asked[4]);
    let mut rows = Vec::with_capacity(1 + KINDS.len());
    rows.push(ten(client, host, effort, "narrowed search, 10 people", asked.clone()).await?);
    // Of one kind fewer are asked: the rows together take as long as the mixture.
    let effort = &Effort { alone: effort.alone / 3, together: effort.together / 3, ..*effort };
    for (n, kind) in KINDS.into_iter().enumerate() {
        let asked = asked.iter().skip(n).step_by(KINDS.len()).cloned().collect();
        rows.push(ten(client, host, effort, kind, asked).await?);
    }
    Ok(rows)
}

/// Ten people search at once; each text is asked by the admin and by an agent who sees a part.
async fn ten(client: &Client, host: &Host, effort: &Effort, name: &'static str, asked: Vec<String>) -> anyhow::Result<Row> {
    let (client, asked) = (client.clone(), Arc::new(asked));
    crowd(name, host, effort, 10, move |n| {
        let (client, asked) = (client.clone(), asked.clone());
        let who = if (n / asked.len() + n).is_multiple_of(2) { As::Admin } else { As::Agent };
        async move { client.call(who, "inbox/search", &json!({"text": asked[n % asked.len()]})).await.map(drop) }
    })
    .await
}
