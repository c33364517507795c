//! How much the simulator carries, so that it is not what a benchmark measures. Run by hand, best with `--release`:
//! `cargo test -p graph-sim --release --test http -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use futures::StreamExt;
use graph_sim::config::{DEMO_NUMBER, DEMO_TOKEN};
use serde_json::json;

use crate::common::World;

const COUNT: u64 = 12_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn sends_and_webhooks_per_second() {
    let w = World::new().await;
    w.settings(json!({"pair_rate": false, "throughput": 0, "window": false, "sent_delay_ms": 0, "delivered_delay_ms": 0,
        "webhook_concurrency": 64, "statuses": false}))
        .await;
    let url = w.url(&format!("/v25.0/{DEMO_NUMBER}/messages"));
    let started = Instant::now();
    futures::stream::iter(0..COUNT)
        .for_each_concurrent(32, |i| {
            let body = json!({"messaging_product": "whatsapp", "to": format!("+55119{:08}", i % 1000), "text": {"body": "bom dia"},
                "biz_opaque_callback_data": format!("o{i}")});
            let request = w.http.post(&url).bearer_auth(DEMO_TOKEN).json(&body);
            async move { assert_eq!(request.send().await.unwrap().status(), 200) }
        })
        .await;
    let sends = COUNT as f64 / started.elapsed().as_secs_f64();

    let started = Instant::now();
    w.order("/sim/inbound", json!({"from": "5511900000000", "text": "oi {n}", "count": COUNT, "senders": 1000})).await;
    let made = started.elapsed();
    let waited = w.order("/sim/webhooks/wait", json!({"timeout_ms": 60_000})).await;
    let webhooks = COUNT as f64 / started.elapsed().as_secs_f64();
    assert_eq!(waited["idle"], true);
    assert_eq!(w.inbox.hooks.lock().unwrap().len() as u64, COUNT);
    println!("{sends:.0} sends/s, {webhooks:.0} webhooks/s (made in {made:?}), receiver and client in the same process");
    assert!(started.elapsed() < Duration::from_secs(60));
}
