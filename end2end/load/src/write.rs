//! Operations that write.

use crate::Effort;
use crate::client::{As, Client};
use crate::data::{Data, Talk};
use crate::graph::Graph;
use crate::host::Host;
use crate::measure::{Dice, drive};
use crate::report::Row;
use anyhow::{bail, ensure};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Webhooks that are posted at once: Meta does not wait either.
const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(120);

/// Inbound text messages, each a webhook of its own: eight of ten into open conversations, one of a known contact whose
/// last conversation is over, one of somebody new. The rate and the CPU time are until the last one is worked through.
pub async fn inbound(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let open = Arc::new(data.open.clone());
    let resting = Arc::new(data.resting.clone());
    let bodies = Arc::new(data.bodies.clone());
    let post = {
        let client = client.clone();
        move |n: usize| {
            let (client, open, resting, bodies) = (client.clone(), open.clone(), resting.clone(), bodies.clone());
            async move {
                let mut dice = Dice::new(n as u64 + 77);
                let text = dice.pick(&bodies).cloned().unwrap_or_default();
                let (number, from) = match (n % 10, resting.get(n / 10)) {
                    (8, Some((from, number))) => (number.clone(), from.clone()),
                    (9, _) => (service::demo::BULK_NUMBERS[0].to_owned(), format!("55129{:08}", 60_000_000 + client.serial())),
                    _ => dice.pick(&open).map(|t| (t.number.clone(), t.phone.clone())).unwrap_or_default(),
                };
                client.webhook(&number, &from, &text).await
            }
        }
    };
    let before = data.measured().await?;
    let alone = drive(1, effort.alone.min(1_000), post.clone()).await?;
    until("webhooks", || data.webhooks_waiting()).await?;
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let together = drive(AT_ONCE, effort.together, post).await?.len();
    until("webhooks", || data.webhooks_waiting()).await?;
    let wall = begun.elapsed();
    let mut row = Row::new("inbound webhook, durable", &alone);
    row.rate(together, wall, host.cpu()? - cpu);
    let arrived = data.measured().await? - before;
    let posted = alone.len() + together;
    ensure!(arrived as usize == posted, "{arrived} messages arrived of {posted}");
    Ok(row)
}

/// Texts of an agent. The latency is the answer's, the rate and the CPU time are until the network has the last one.
pub async fn send(client: &Client, data: &Data, host: &Host, graph: &Graph, effort: &Effort) -> anyhow::Result<Row> {
    let served: Arc<Vec<Talk>> = Arc::new(data.served.clone());
    let bodies = Arc::new(data.bodies.clone());
    let post = {
        let client = client.clone();
        move |n: usize| {
            let (client, served, bodies) = (client.clone(), served.clone(), bodies.clone());
            async move {
                let body = json!({
                    "id": served[n % served.len()].id.to_string(),
                    "draft": {"client_id": format!("load-{}", client.serial()), "what": {"type": "text", "text": bodies[n % bodies.len()]}},
                });
                client.call(As::Admin, "act/send", &body).await.map(drop)
            }
        }
    };
    let before = graph.taken();
    let alone = drive(1, effort.alone.min(1_000), post.clone()).await?;
    until("sends", || data.sends_waiting()).await?;
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let together = drive(effort.clients, effort.together, post).await?.len();
    until("sends", || data.sends_waiting()).await?;
    let wall = begun.elapsed();
    let mut row = Row::new("send, until the network has it", &alone);
    row.rate(together, wall, host.cpu()? - cpu);
    let taken = graph.taken() - before;
    let sent = alone.len() + together;
    ensure!(taken as usize == sent, "the network took {taken} messages of {sent}");
    Ok(row)
}

/// Waits until nothing waits any more.
async fn until<F, Fut>(what: &str, waiting: F) -> anyhow::Result<()>
where
    F: Fn() -> Fut,
    Fut: Future<Output = anyhow::Result<i64>>,
{
    let begun = Instant::now();
    loop {
        let left = waiting().await?;
        if left == 0 {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            bail!("{left} {what} still wait after {} s", PATIENCE.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
