//! The internal chat on the sockets: only those who are in a talk hear of it (CI-3).

use crate::http::Socket;
use crate::world::{both, member, member_draft};
use model::*;
use serde_json::{Value, json};
use service::{feature, people, talk};

/// Texts of the internal chat that come over a socket until it is quiet.
async fn heard(socket: &mut Socket) -> Vec<String> {
    let mut texts = Vec::new();
    socket.send(&json!({"frame": "ping"})).await;
    loop {
        let frame = socket.frame().await;
        match frame["frame"].as_str() {
            Some("pong") => return texts,
            Some("talk") => texts.push(frame["talk"]["last"]["text"].as_str().unwrap().to_owned()),
            Some("alert") => assert!(frame["alert"]["kind"] != "INTERNAL" || !texts.is_empty(), "told of what was not heard: {frame}"),
            _ => assert!(!frame.to_string().contains("segredo"), "{frame}"),
        }
    }
}

async fn say(cx: &service::Cx, with: TalkWith, text: &str) {
    let id = talk::open(cx, with).await.unwrap().talk.id;
    talk::send(cx, id, TalkDraft { client_id: text.into(), text: text.into(), ..TalkDraft::default() }).await.unwrap();
}

both! {
    async fn ci_3_a_socket_gets_only_the_talks_that_its_person_is_in(w) {
        let p = w.people();
        feature::save(&p.admin.cx, Features { internal_chat: true, ..Features::default() }).await.unwrap();
        let colleague = member(&w.desk, &p.admin.cx, "Carla", &[(p.team, true, false)]).await;
        let (mut agent, mut other) = (w.live(&p.agent).await, w.live(&p.sibling).await);
        let (mut boss, mut carla, mut stranger) = (w.live(&p.admin).await, w.live(&colleague).await, w.live(&p.other).await);
        let of_agent = TalkWith::Person { user_id: p.agent.cx.user };
        say(&colleague.cx, of_agent, "segredo de duas").await;
        say(&colleague.cx, TalkWith::Team { team_id: p.team }, "segredo da equipe").await;
        say(&colleague.cx, TalkWith::Everybody, "para todos").await;
        assert_eq!(heard(&mut agent).await, ["segredo de duas", "segredo da equipe", "para todos"]);
        // Her own other tab hears of it, too; it is nothing unread there.
        assert_eq!(heard(&mut carla).await, ["segredo de duas", "segredo da equipe", "para todos"]);
        for socket in [&mut other, &mut boss] {
            assert_eq!(heard(socket).await, ["para todos"]);
        }
        assert_eq!(heard(&mut stranger).await, Vec::<String>::new(), "another account's");
        // Out of the team, nothing more of it comes, on the socket that is open already.
        let out = MemberDraft { user_id: Some(p.agent.cx.user), password: String::new(), ..member_draft("Gabriel", &[]) };
        let names = people::members(&p.admin.cx).await.unwrap().into_iter().find(|m| m.user_id == p.agent.cx.user).unwrap();
        let out = MemberDraft { name: names.name, nickname: names.nickname, email: names.email, ..out };
        people::save_member(&p.admin.cx, out).await.unwrap();
        talk_again(&colleague.cx, p.team).await;
        assert_eq!(heard(&mut agent).await, Vec::<String>::new());
        assert_eq!(heard(&mut carla).await, ["segredo depois"]);
    }

    async fn ci_4_reading_in_one_tab_is_told_to_the_others_of_the_same_person(w) {
        let p = w.people();
        feature::save(&p.admin.cx, Features { internal_chat: true, ..Features::default() }).await.unwrap();
        let (mut one, mut boss) = (w.live(&p.agent).await, w.live(&p.admin).await);
        say(&p.supervisor.cx, TalkWith::Person { user_id: p.agent.cx.user }, "oi").await;
        let talk = one.frame_of("talk").await["talk"].clone();
        assert_eq!((&talk["unread"], &talk["with"]), (&json!(1), &json!({"with": "person", "user_id": p.supervisor.cx.user})));
        let alert = one.frame_of("alert").await["alert"].clone();
        assert_eq!((&alert["kind"], &alert["talk_id"]), (&json!("INTERNAL"), &talk["id"]));
        let cookie = w.cookie(&p.agent).await;
        let body = json!({"id": talk["id"], "up_to": talk["last"]["id"]});
        w.client.function("/api/app/api/talk/read_talk", &cookie, &body).await.is(200);
        assert_eq!(one.frame_of("talk_read").await, json!({"frame": "talk_read", "talk_id": talk["id"], "unread": 0}));
        assert_eq!(heard(&mut boss).await, Vec::<String>::new());
        let state: Value = w.client.function("/api/app/api/talk/talk_state", &cookie, &json!({})).await.is(200).json();
        assert_eq!(state, json!({"unread": 0, "has_history": true}));
    }
}

both! {
    /// The account's rule holds on every way to a contact, the API's included.
    async fn only_the_assignee_answers_over_the_api_too(w) {
        let p = w.people();
        let c = w.served().await;
        let (path, text) = (format!("/conversations/{}/messages", c.id), json!({"type": "text", "text": "oi"}));
        w.client.rest("POST", &path, &p.admin.token, &text).await.is(201);
        let mut open = w.live(&p.admin).await;
        feature::save(&p.admin.cx, Features { only_assignee: true, ..Features::default() }).await.unwrap();
        // The open page learns of it, so that its composer says why.
        open.frame_of("reset").await;
        for token in [&p.admin.token, &p.supervisor.token] {
            let refused = w.client.rest("POST", &path, token, &text).await.is(403).json();
            assert_eq!(refused["error"]["code"], "only_assignee");
        }
        w.client.rest("POST", &path, &p.admin.token, &json!({"type": "note", "text": "nota"})).await.is(201);
        w.client.rest("POST", &path, &p.agent.token, &text).await.is(201);
    }
}

async fn talk_again(cx: &service::Cx, team_id: TeamId) {
    say(cx, TalkWith::Team { team_id }, "segredo depois").await;
}
