//! The demo workspace and the simulator know the same people.

use crate::{Agent, Engine, Server};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_free_reply_to_each_open_demo_conversation_arrives_on_the_simulated_phone() {
    let Some(mut server) = Server::with_demo(Engine::Sqlite).await else { return };
    server.start().await;
    server.sim("/sim/settings", json!({"sent_delay_ms": 10, "delivered_delay_ms": 20})).await;
    let admin = Agent::admin(server.url("")).await;
    let workspace = admin.call("inbox/workspace", &json!({})).await.expect("the workspace");
    let channels = workspace["channels"].as_array().expect("channels");
    let whatsapp: BTreeSet<&str> = channels.iter().filter(|c| c["kind"] == "WHATSAPP").filter_map(|c| c["id"].as_str()).collect();
    assert_eq!(whatsapp.len(), 2);
    let now = workspace["now"].as_i64().expect("the time");
    let mut expected = BTreeSet::new();
    for tab in ["NEW", "MINE", "OTHERS"] {
        let page = admin.call("inbox/conversations", &json!({"query": {"tab": tab, "limit": 100}})).await.expect("a page");
        for c in page["items"].as_array().expect("conversations") {
            let open = c["window_expires_at"].as_i64().is_some_and(|end| end > now);
            if !open || !c["channel_id"].as_str().is_some_and(|id| whatsapp.contains(id)) {
                continue;
            }
            let id = c["id"].as_str().expect("an id");
            if tab == "NEW" {
                admin.call("act/assume", &json!({"id": id})).await.expect("assumed");
            }
            let text = format!("resposta a {} em {id}", c["contact_name"]);
            let draft = json!({"client_id": format!("d{id}"), "what": {"type": "text", "text": text}});
            admin.call("act/send", &json!({"id": id, "draft": draft})).await.expect("sent");
            expected.insert(text);
        }
    }
    assert!(expected.len() >= 8, "{expected:#?}");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let page: Value =
            reqwest::get(format!("{}/sim/sent?limit=1000", server.graph.url())).await.expect("an answer").json().await.expect("JSON");
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let arrived: BTreeSet<String> = items
            .iter()
            .filter(|i| i["status"] == "delivered" || i["status"] == "read")
            .filter_map(|i| i["payload"]["text"]["body"].as_str().map(str::to_owned))
            .collect();
        if arrived == expected {
            break;
        }
        assert!(Instant::now() < until, "did not arrive: {:#?}", expected.difference(&arrived).collect::<Vec<_>>());
        sleep(Duration::from_millis(100)).await;
    }
    server.end().await;
}
