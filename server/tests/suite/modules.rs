//! Optional parts over HTTP (HP-3): every address of a part that is off refuses, to everybody, in one way.

use crate::world::both;
use model::*;
use serde_json::{Value, json};
use service::feature;

/// The addresses of each part that refuse while it is off, with arguments that they can read. What only reads what was
/// written before, or ends something, stays.
fn addresses(module: Module, c: &Conversation, user: UserId) -> Vec<(&'static str, Value)> {
    let (id, contact) = (c.id, c.contact_id);
    match module {
        Module::InternalChat => vec![("talk/open_talk", json!({"with": {"with": "everybody"}}))],
        Module::Distribution => vec![("distribution/hand_out_rules", json!({}))],
        Module::SafetyDelay => vec![("settings/save_delay", json!({"draft": {"enabled": true, "seconds": 5}}))],
        Module::QuickReplies => vec![
            ("reply/replies", json!({"query": {}})),
            ("reply/reply", json!({"id": "1"})),
            ("reply/delete_reply", json!({"id": "1"})),
            ("reply/take_reply_file", json!({"id": "1"})),
            (
                "reply/save_reply",
                json!({"draft": {"id": null, "scope": "ALL", "team_ids": [], "alias": "oi", "text": "Olá", "file_id": null, "archived": false}}),
            ),
        ],
        Module::Merging => {
            vec![("act/merge_conversations", json!({"from": id, "into": id})), ("contact/duplicates", json!({"id": contact}))]
        }
        Module::Watching => vec![("act/watch", json!({"id": id, "user_id": user, "on": true}))],
    }
}

both! {
    async fn hp_3_every_address_of_what_is_off_refuses(w) {
        let p = w.people();
        let c = w.served().await;
        for module in Module::ALL.iter().copied() {
            for on in [false, true] {
                feature::switch(&p.admin.cx, module, on).await.unwrap();
                let cookie = w.cookie(&p.admin).await;
                let list = addresses(module, &c, p.admin.cx.user);
                assert!(!list.is_empty(), "{module}");
                for (path, body) in list {
                    let answer = w.client.function(&format!("/api/app/api/{path}"), &cookie, &body).await;
                    let refused = answer.text().contains("module_off");
                    assert_eq!(refused, !on, "{module}, on: {on}: {path} answers {} {}", answer.status, answer.text());
                    assert!(on || answer.status == 409, "{path}: {}", answer.status);
                }
            }
        }
    }

    async fn nx_20_the_table_of_the_audit_says_from_where_and_is_for_admins(w) {
        let p = w.people();
        let admin = w.cookie(&p.admin).await;
        let switch = json!({"module": "WATCHING", "on": false});
        w.client.function("/api/app/api/audit/switch_module", &admin, &switch).await.is(200);
        let table = w.client.get("/audit.csv?group=SETTINGS", &[("cookie", admin.as_str())]).await.is(200);
        assert!(table.header("content-type").starts_with("text/csv") && table.header("content-disposition").contains("attachment"));
        let line = table.text().lines().find(|l| l.contains("module.off")).map(str::to_owned).unwrap();
        assert!(line.contains("127.0.0.1"), "{line}");
        for wrong in ["/audit.csv?group=NO", "/audit.csv?from=ontem", "/audit.csv?unknown=1"] {
            w.client.get(wrong, &[("cookie", admin.as_str())]).await.is(422);
        }
        let agent = w.cookie(&p.agent).await;
        w.client.get("/audit.csv", &[("cookie", agent.as_str())]).await.is(403);
        w.client.get("/audit.csv", &[]).await.is(401);
    }
}
