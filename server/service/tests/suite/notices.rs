//! What networks tell beside messages: templates, the channel itself, changed ids (20, sections 2.2 and 2.5).

use crate::graph::Answer;
use crate::payload;
use crate::world::*;
use model::*;
use serde_json::{Value, json};
use service::db::Db;
use service::seam::Seam;
use service::{Desk, channels, contact, conversation, inbound, template};

const PHONE: &str = "5511987654321";

/// A change of a field of the business account.
fn account_wide(waba: &str, field: &str, value: Value) -> Value {
    let mut body = payload::body(vec![vec![json!({"field": field, "value": value})]]);
    body["entry"][0]["id"] = waba.into();
    body
}

fn template_told(waba: &str, name: &str, event: &str) -> Value {
    let value = json!({"event": event, "message_template_id": 594425479261596i64, "message_template_name": name,
        "message_template_language": "pt_BR", "reason": "NONE"});
    account_wide(waba, "message_template_status_update", value)
}

fn quality() -> Value {
    let value = json!({"display_phone_number": "551155500100", "event": "FLAGGED", "current_limit": "TIER_250"});
    account_wide(WABA, "phone_number_quality_update", value)
}

async fn state(w: &World) -> (ChannelStatus, String) {
    let row = channels::list(&w.admin).await.unwrap().into_iter().find(|c| c.id == w.channel).unwrap();
    (row.status, row.status_reason.unwrap_or_default())
}

async fn setups(w: &World) -> Vec<SetupKind> {
    let news = service::desk::events_since(&w.desk.system(w.account), 0, 1000).await.unwrap();
    news.into_iter().filter_map(|e| if let Change::Setup { what } = e.change { Some(what) } else { None }).collect()
}

/// A second server on the same database.
async fn another_server(w: &World) -> Desk {
    let db = Db::connect(&w.url).await.unwrap();
    Desk::new(db, Seam::fixed(START, 9), "a secret key for tests", w.desk.settings.clone()).unwrap()
}

async fn names(w: &World, channel: ChannelId) -> Vec<String> {
    template::list(&w.admin, channel, false).await.unwrap().into_iter().map(|t| t.name).collect()
}

both! {
    async fn a_changed_template_is_fetched_again_when_somebody_looks(w) {
        let two = [payload::template("a", "UTILITY", "Olá"), payload::template("b", "MARKETING", "Oferta")];
        w.templates(&two).await;
        let mut paused = two[0].clone();
        paused["status"] = "PAUSED".into();
        w.graph.templates(&[paused, two[1].clone()]).await;
        // Nothing was told: the list is fresh enough.
        assert_eq!(names(w, w.channel).await, ["a", "b"]);
        let c = w.served(&w.admin, PHONE).await;
        w.inbound(&template_told(WABA, "a", "PAUSED")).await;
        assert_eq!(setups(w).await.last(), Some(&SetupKind::Templates), "screens that show templates look again");
        assert_eq!(names(w, w.channel).await, ["b"]);
        // Two in one body are one call.
        w.graph.templates(&two).await;
        let change = |name: &str| template_told(WABA, name, "APPROVED")["entry"][0]["changes"][0].clone();
        w.inbound(&payload::body(vec![vec![change("a"), change("b")]])).await;
        assert_eq!(names(w, w.channel).await, ["a", "b"]);
        assert_eq!(names(w, w.channel).await, ["a", "b"]);
        assert_eq!(w.conversation(c.id).await.status, ConversationStatus::InProgress);
    }

    async fn a_changed_template_is_of_its_business_account(w) {
        let second = channels::save(&w.admin, whatsapp("Outro", "200", "201")).await.unwrap().channel.id;
        for channel in [w.channel, second] {
            w.graph.templates(&[payload::template("a", "UTILITY", "Olá")]).await;
            template::list(&w.admin, channel, true).await.unwrap();
        }
        let synced = async |channel: ChannelId| w.number(&format!("select min(synced_at) from template where channel_id = {channel}")).await;
        w.inbound(&template_told("201", "a", "DISABLED")).await;
        assert_eq!((synced(w.channel).await, synced(second).await), (START, 0));
        let told = setups(w).await.len();
        w.inbound(&template_told("999", "a", "DISABLED")).await;
        assert_eq!((synced(w.channel).await, setups(w).await.len()), (START, told));
        let notes: Vec<(String,)> = w.rows("select note from webhook order by id desc limit 1").await;
        assert!(notes[0].0.contains("no channel for"), "{}", notes[0].0);
        // Every field that tells of templates does so.
        for field in ["message_template_quality_update", "message_template_components_update", "template_category_update"] {
            w.write("update template set synced_at = 7", vec![]).await;
            w.inbound(&account_wide(WABA, field, json!({"message_template_name": "a", "message_template_id": 1}))).await;
            assert_eq!((synced(w.channel).await, synced(second).await), (0, 7), "{field}");
        }
    }

    async fn a_notice_is_for_admins_and_stops_nothing(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        w.inbound(&quality()).await;
        let (status, why) = state(w).await;
        assert_eq!(status, ChannelStatus::Connected);
        assert!(why.starts_with("phone_number_quality_update:") && why.contains("FLAGGED"), "{why}");
        assert!(channels::list(&ana).await.unwrap().iter().all(|c| c.status_reason.is_none()));
        let told = setups(w).await.iter().filter(|k| **k == SetupKind::Channels).count();
        // The same in another body says nothing new.
        let mut again = quality();
        again["entry"][0]["time"] = 1.into();
        w.inbound(&again).await;
        assert_eq!(setups(w).await.iter().filter(|k| **k == SetupKind::Channels).count(), told);
        let c = w.served(&w.admin, PHONE).await;
        w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        assert_eq!(w.said(c.id).await[1], "SENT olá");
        // An error beside messages is one, too.
        let mut change = payload::change(NUMBER, Vec::new(), Vec::new());
        change["value"]["errors"] = json!([{"code": 131000, "title": "Something went wrong", "error_data": {"details": "try later"}}]);
        w.inbound(&payload::body(vec![vec![change]])).await;
        assert_eq!(state(w).await, (ChannelStatus::Connected, "131000: try later".into()));
    }

    async fn the_end_of_the_account_stops_its_channels(w) {
        let second = channels::save(&w.admin, whatsapp("Outro", "200", "201")).await.unwrap().channel.id;
        w.inbound(&account_wide(WABA, "account_update", json!({"event": "ACCOUNT_DELETED"}))).await;
        let (status, why) = state(w).await;
        assert_eq!((status, why.as_str()), (ChannelStatus::Disconnected, "account_update: event ACCOUNT_DELETED"));
        let other = channels::list(&w.admin).await.unwrap().into_iter().find(|c| c.id == second).unwrap();
        assert_eq!((other.status, other.status_reason), (ChannelStatus::Connected, None));
        // What is written now waits.
        let c = w.served(&w.admin, PHONE).await;
        w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        assert_eq!((w.graph.texts().len(), w.said(c.id).await[1].as_str()), (0, "QUEUED olá"));
        // A later notice does not hide why.
        w.inbound(&quality()).await;
        assert_eq!(state(w).await, (status, why));
    }

    async fn a_notice_does_not_undo_what_another_server_found_out(w) {
        let other = another_server(w).await;
        // It has just read the channel, which works.
        assert_eq!(channels::row(&other, w.channel).await.unwrap().unwrap().status, ChannelStatus::Connected);
        let c = w.served(&w.admin, PHONE).await;
        w.graph.answers([Answer::Refused(190, 401)]);
        w.send(&w.admin, c.id, "olá").await.unwrap();
        w.send_out().await;
        let stopped = (ChannelStatus::TokenExpired, "190: the details".to_owned());
        assert_eq!(state(w).await, stopped);
        inbound::receive(&w.desk, ChannelKind::WhatsApp, quality().to_string().into_bytes()).await.unwrap();
        assert_eq!(channels::row(&other, w.channel).await.unwrap().unwrap().status, ChannelStatus::Connected, "it still thinks so");
        assert_eq!(inbound::turn(&other).await.unwrap(), 1);
        assert_eq!(state(w).await, stopped);
        other.db.close().await;
    }

    async fn a_rotated_id_leads_to_the_same_contact(w) {
        let from = |id: &str, user: &str, text: &str| {
            json!({"from_user_id": user, "id": id, "timestamp": (START / 1000).to_string(), "type": "text", "text": {"body": text}})
        };
        let rotation = |previous: &str, current: &str| {
            json!({"field": "user_id_update", "value": {"messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "551155500100", "phone_number_id": NUMBER},
                "user_id_update": [{"detail": "changed", "user_id": {"previous": previous, "current": current}, "timestamp": "1749416383"}]}})
        };
        let known = async |w: &World| -> Vec<String> {
            let rows: Vec<(String,)> = w.rows("select value from contact_identity where kind = 'BSUID' and not former order by value").await;
            rows.into_iter().map(|(v,)| v).collect()
        };
        w.inbound(&payload::one(NUMBER, vec![from("wamid.U1", "BR.111", "antes")])).await;
        let c = w.conversation_of("wamid.U1").await;
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        // By the field of its own.
        w.inbound(&payload::body(vec![vec![rotation("BR.111", "BR.222")]])).await;
        assert_eq!(known(w).await, ["BR.222"]);
        w.inbound(&payload::one(NUMBER, vec![from("wamid.U2", "BR.222", "depois")])).await;
        assert_eq!(w.conversation_of("wamid.U2").await.id, c.id);
        // By a line of the conversation.
        let line = json!({"from_user_id": "BR.222", "id": "wamid.S1", "timestamp": (START / 1000).to_string(), "type": "system",
            "system": {"type": "user_changed_user_id", "body": "changed", "user_id": "BR.333"}});
        w.inbound(&payload::one(NUMBER, vec![line])).await;
        w.inbound(&payload::one(NUMBER, vec![from("wamid.U3", "BR.333", "de novo")])).await;
        assert_eq!(w.conversation_of("wamid.U3").await.id, c.id);
        assert_eq!((known(w).await, w.number("select count(*) from contact").await), (vec!["BR.333".to_owned()], 1));
        // The answer goes to the id of now.
        w.send(&w.admin, c.id, "oi").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent()[0]["recipient"], "BR.333");
        // Twice, or of somebody unknown, it changes nothing.
        w.inbound(&payload::body(vec![vec![rotation("BR.222", "BR.333"), rotation("US.1", "US.2")]])).await;
        assert_eq!(known(w).await, ["BR.333"]);
        // What was on its way under an earlier id is theirs too, and the answer still goes to the id of now.
        for (n, former) in ["BR.111", "BR.222"].into_iter().enumerate() {
            let id = format!("wamid.L{n}");
            w.inbound(&payload::one(NUMBER, vec![from(&id, former, "atrasada")])).await;
            assert_eq!(w.conversation_of(&id).await.id, c.id, "{former}");
        }
        assert_eq!((known(w).await, w.number("select count(*) from contact").await), (vec!["BR.333".to_owned()], 1));
        let shown = contact::get(&w.desk.system(w.account), c.contact_id).await.unwrap().identities;
        assert_eq!(shown.iter().map(|i| i.address.as_str()).collect::<Vec<_>>(), ["BR.333"]);
        w.send(&w.admin, c.id, "recebi").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent()[1]["recipient"], "BR.333");
        // An old notice once more brings nothing back.
        let mut again = rotation("BR.111", "BR.222");
        again["value"]["user_id_update"][0]["timestamp"] = json!("1749416384");
        w.inbound(&payload::body(vec![vec![again]])).await;
        assert_eq!(known(w).await, ["BR.333"]);
    }

    async fn a_rotation_that_names_the_number_only_gives_the_contact_its_id(w) {
        let c = w.says(PHONE, "oi").await;
        let told = json!({"field": "user_id_update", "value": {"metadata": {"phone_number_id": NUMBER},
            "user_id_update": [{"wa_id": PHONE, "user_id": {"current": "BR.222"}}]}});
        w.inbound(&payload::body(vec![vec![told]])).await;
        let hidden = json!({"from_user_id": "BR.222", "id": "wamid.U1", "timestamp": (START / 1000).to_string(), "type": "text", "text": {"body": "sou eu"}});
        w.inbound(&payload::one(NUMBER, vec![hidden])).await;
        assert_eq!(w.conversation_of("wamid.U1").await.id, c.id);
        // Who has a number is answered there.
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        w.send(&w.admin, c.id, "oi").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent()[0]["to"], "+5511987654321");
    }
}
