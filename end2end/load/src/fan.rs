//! From a webhook to the agents' sockets.

use crate::Effort;
use crate::client::{As, Client, Socket};
use crate::data::Data;
use crate::host::Host;
use crate::measure::Dice;
use crate::report::Row;
use anyhow::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Barrier, mpsc};

/// Opened at once while the sockets are connected.
const OPENING: usize = 25;

/// One message at a time, from before its post until its frame is at the socket of an agent.
pub async fn to_one(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<Row> {
    let mut socket = client.socket(As::Admin).await?;
    let mut dice = Dice::new(5);
    let mut took = Vec::with_capacity(effort.alone);
    let ops = effort.alone.min(1_000);
    let (mut cpu, mut begun) = (host.cpu()?, Instant::now());
    for n in 0..ops + ops / 10 {
        if n == ops / 10 {
            (cpu, begun) = (host.cpu()?, Instant::now());
            took.clear();
        }
        let talk = dice.pick(&data.open).context("no open conversation")?;
        let mark = format!("marca{:08}", client.serial());
        let post = Instant::now();
        let (posted, frame) = tokio::join!(client.webhook(&talk.number, &talk.phone, &mark), socket.text(&mark));
        posted?;
        frame?;
        took.push(post.elapsed());
    }
    let mut row = Row::new("webhook to an agent's socket", &took);
    row.rate(ops, begun.elapsed(), host.cpu()? - cpu);
    Ok(row)
}

/// Messages to all sockets: from the post to each frame, and from the first frame to each.
pub async fn to_all(client: &Client, data: &Data, host: &Host, effort: &Effort) -> anyhow::Result<[Row; 2]> {
    let mut sockets: Vec<Socket> = Vec::with_capacity(effort.sockets);
    while sockets.len() < effort.sockets {
        let few = (0..OPENING.min(effort.sockets - sockets.len())).map(|_| client.socket(As::Admin));
        sockets.extend(futures::future::try_join_all(few).await?);
    }
    // Every socket has a task that notes when its frame was there; the barrier makes all of them wait before the post.
    let ready = Arc::new(Barrier::new(effort.sockets + 1));
    let (told, mut heard) = mpsc::channel::<anyhow::Result<(usize, Instant)>>(effort.sockets);
    let (ask, _) = tokio::sync::broadcast::channel::<Arc<str>>(4);
    let tasks: Vec<_> = sockets
        .into_iter()
        .enumerate()
        .map(|(n, mut socket)| {
            let (ready, told, mut asked) = (ready.clone(), told.clone(), ask.subscribe());
            tokio::spawn(async move {
                while let Ok(mark) = asked.recv().await {
                    ready.wait().await;
                    let frame = socket.text(&mark).await;
                    if told.send(frame.map(|_| (n, Instant::now()))).await.is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    let mut dice = Dice::new(6);
    let (mut whole, mut spread) = (Vec::new(), Vec::new());
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let mut working = Duration::ZERO;
    for _ in 0..effort.fans {
        let talk = dice.pick(&data.open).context("no open conversation")?;
        let mark: Arc<str> = format!("leque{:08}", client.serial()).into();
        ask.send(mark.clone())?;
        ready.wait().await;
        // Nothing of the one before is left.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let post = Instant::now();
        client.webhook(&talk.number, &talk.phone, &mark).await?;
        let mut frames = Vec::with_capacity(effort.sockets);
        for _ in 0..effort.sockets {
            frames.push(heard.recv().await.context("the sockets have ended")??.1);
        }
        working += post.elapsed();
        let first = frames.iter().min().copied().unwrap_or(post);
        whole.extend(frames.iter().map(|at| *at - post));
        spread.extend(frames.iter().map(|at| *at - first));
    }
    let spent = host.cpu()? - cpu;
    for task in tasks {
        task.abort();
    }
    let mut all = Row::new("fan-out, from the post", &whole);
    all.rate(effort.fans, begun.elapsed().min(working), spent);
    all.sockets = Some(effort.sockets);
    let mut each = Row::new("fan-out, from the first socket", &spread);
    each.sockets = Some(effort.sockets);
    Ok([all, each])
}
