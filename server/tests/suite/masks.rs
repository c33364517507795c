//! What is hidden from a person, over the wire: their socket, their token, their pages (SV-2).

use crate::world::both;
use model::{Mask, MaskRole, MaskRule, Masks};
use serde_json::json;
use service::{args, mask};

const NAME: &str = "Zuleica Quaresma";

fn hidden() -> Masks {
    Mask::HIDING.iter().fold(Masks::NONE, |all, mask| all.with(*mask, true))
}

both! {
    async fn sv_2_an_open_socket_hears_hidden_values_at_once_and_the_api_tells_none(w) {
        let p = w.people();
        let c = w.served().await;
        w.write("update contact set name = $1 where id = $2", args![NAME, c.contact_id]).await;
        let number = c.contact_phone.clone().unwrap();
        let (mut agent, mut admin) = (w.live(&p.agent).await, w.live(&p.admin).await);
        mask::save(&p.admin.cx, &[MaskRule { role: MaskRole::Agent, masks: hidden() }]).await.unwrap();
        // They fetch what they show again; who sees everything goes on.
        agent.frame_of("reset").await;
        assert_eq!(admin.frame_of("event").await["change"]["type"], "setup");
        w.says_from(number.trim_start_matches('+'), "de novo").await;
        let told = loop {
            let event = agent.frame_of("event").await;
            if event["change"]["type"] == "conversation" {
                break event.to_string();
            }
        };
        assert!(told.contains("de novo") && told.contains("Z**** Q****"), "{told}");
        // What the customer writes is theirs: there a name stays.
        let raw = |text: &str| text.replace("oi, Zuleica", "").contains("Zuleica") || text.contains(&number[5..]);
        assert!(!raw(&told), "{told}");
        let open = loop {
            let event = admin.frame_of("event").await;
            if event["change"]["type"] == "conversation" {
                break event.to_string();
            }
        };
        assert!(raw(&open), "{open}");
        for path in [
            format!("/contacts/{}", c.contact_id),
            "/contacts".to_owned(),
            "/contacts?query=zuleica".to_owned(),
            format!("/conversations/{}", c.id),
            "/conversations?tab=mine".to_owned(),
            format!("/conversations/{}/messages", c.id),
        ] {
            let answer = w.client.rest("GET", &path, &p.agent.token, &json!(null)).await.is(200).text();
            assert!(!raw(&answer), "{path}: {answer}");
        }
        let whole = w.client.rest("GET", &format!("/contacts/{}", c.contact_id), &p.admin.token, &json!(null)).await.is(200).text();
        assert!(raw(&whole));
        // A change by the API keeps what was hidden.
        let path = format!("/contacts/{}", c.contact_id);
        w.client.rest("PATCH", &path, &p.agent.token, &json!({"annotation": "vip"})).await.is(200);
        assert_eq!(w.number(&format!("select count(*) from contact where name = '{NAME}' and annotation = 'vip'")).await, 1);
        // What the page is drawn from.
        let cookie = w.cookie(&p.agent).await;
        for (name, body) in [
            ("inbox/open", json!({"id": c.id})),
            ("inbox/conversations", json!({"query": {"tab": "MINE"}})),
            ("inbox/search", json!({"text": "zuleica", "part": null})),
            ("contact/contact", json!({"id": c.contact_id})),
        ] {
            let answer = w.client.function(&format!("/api/app/api/{name}"), &cookie, &body).await;
            assert!(!raw(&answer.text()), "{name}: {}", answer.text());
        }
        let page = w.client.get(&format!("/inbox/{}", c.id), &[("cookie", &cookie)]).await.text();
        assert!(!raw(&page));
        // And back again: all is seen.
        mask::save(&p.admin.cx, &[MaskRule { role: MaskRole::Agent, masks: Masks::NONE }]).await.unwrap();
        agent.frame_of("reset").await;
        assert!(raw(&w.client.function("/api/app/api/inbox/open", &cookie, &json!({"id": c.id})).await.is(200).text()));
    }
}
