//! What goes with a transfer: the note that the account may demand, what the contact is told, and the history (04, section
//! 4.4, TR-3).

use crate::world::*;
use model::*;
use service::closing::{self, auto};
use service::{Cx, channels, conversation, message, people, transfer, visitor};

const MARIA: &str = "5511987654321";
const PEDRO: &str = "5511987650001";

fn to_team(team_id: TeamId, note: &str) -> TransferDraft {
    TransferDraft { to: TransferTo::Team { team_id }, note: note.into(), stop_bot: false, anyway: false }
}

fn to_person(cx: &Cx, note: &str) -> TransferDraft {
    TransferDraft { to: TransferTo::Person { user_id: cx.user, team_id: None }, note: note.into(), stop_bot: false, anyway: false }
}

async fn account_wants(w: &World, transfer_note: bool, message: &str) {
    transfer::save(&w.admin, TransferSettings { transfer_note, transfer_message: message.into() }).await.unwrap();
}

fn note_required() -> Fault {
    Fault::field("note", Wrong::Required)
}

both! {
    async fn tr_3_without_the_note_that_the_account_demands_nothing_changes(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let stranger = w.member("Davi Melo", Role::Agent, &[]).await;
        let c = w.served(&ana, MARIA).await;
        account_wants(w, true, "Um momento").await;
        let before = w.conversation(c.id).await;
        for by in [&ana, &w.admin] {
            for note in ["", " \n\t"] {
                for draft in [to_team(sales, note), to_person(&bia, note)] {
                    assert_eq!(fault(conversation::transfer(by, c.id, draft).await), note_required());
                }
            }
        }
        // Who may not hear of it, or may not do it, is told that.
        assert_eq!(fault(conversation::transfer(&stranger, c.id, to_team(sales, "")).await), Fault::Missing);
        assert_eq!(fault(conversation::transfer(&bia, c.id, to_team(sales, "")).await), Fault::Forbidden);
        assert_eq!(w.conversation(c.id).await, before);
        assert_eq!(w.said(c.id).await, ["RECEIVED oi"]);
        assert_eq!(w.number("select count(*) from audit where action = 'conversation.transfer'").await, 0);
        assert_eq!(w.number("select count(*) from outbox").await, 0);
        // With it, it goes; where none is demanded any more, without it, too.
        conversation::transfer(&ana, c.id, to_team(sales, " quer desconto ")).await.unwrap();
        assert_eq!(w.conversation(c.id).await.team_id, sales);
        let note = w.messages(c.id).await.pop().unwrap();
        assert_eq!((note.kind, note.body.as_str(), note.author_id), (MessageKind::Note, "quer desconto", Some(ana.user)));
        account_wants(w, false, "").await;
        conversation::transfer(&w.admin, c.id, to_person(&bia, "")).await.unwrap();
        assert_eq!(w.conversation(c.id).await.assignee_id, Some(bia.user));
    }

    async fn tr_3_several_at_once_need_the_note_each(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let ids = [w.served(&ana, MARIA).await.id, w.served(&ana, PEDRO).await.id];
        account_wants(w, true, "").await;
        let told = conversation::transfer_several(&ana, &ids, &to_team(sales, "")).await.unwrap();
        assert_eq!(told.into_iter().map(|o| o.fault).collect::<Vec<_>>(), [Some(note_required()), Some(note_required())]);
        for id in ids {
            let c = w.conversation(id).await;
            assert_eq!((c.team_id, c.assignee_id), (w.team, Some(ana.user)));
        }
        let told = conversation::transfer_several(&ana, &ids, &to_team(sales, "férias")).await.unwrap();
        assert!(told.iter().all(|o| o.fault.is_none()), "{told:?}");
        for id in ids {
            assert_eq!(w.conversation(id).await.team_id, sales);
            assert_eq!(w.said(id).await, ["RECEIVED oi", "RECEIVED férias"]);
        }
    }

    async fn tr_3_the_contact_is_told_to_which_team_it_goes(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let law = w.new_team("Jurídico [NOME]", Restriction::None).await;
        let (ana, bruno) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await);
        account_wants(w, false, " [NOME]: [ATENDENTE] passou [PROTOCOLO] para [EQUIPE]. ").await;
        let c = w.served(&ana, MARIA).await;
        conversation::transfer(&ana, c.id, to_team(sales, "segredo")).await.unwrap();
        // What the contact wrote is still what lists show, and is still owed an answer.
        let now = w.conversation(c.id).await;
        assert_eq!((now.preview.text.as_str(), now.waiting_since), ("oi", c.waiting_since));
        w.send_out().await;
        // The nickname of who had it, not the name; the note is for colleagues.
        assert_eq!(w.graph.texts(), [format!("Pessoa {MARIA}: Ana passou {} para Vendas.", c.protocol)]);
        let kinds: Vec<MessageKind> = w.messages(c.id).await.iter().rev().take(3).map(|m| m.kind).collect();
        assert_eq!(kinds, [MessageKind::Note, MessageKind::Transition, MessageKind::Text], "told before it is another's");
        // From the queue nobody is named; to a person it is the team in which they take it. A value is no token.
        conversation::transfer(&w.admin, c.id, to_person(&bruno, "")).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts()[1..], [format!("Pessoa {MARIA}:  passou {} para Jurídico [NOME].", c.protocol)]);
        // Taken back, it is where it was; what was said stays said.
        conversation::transfer(&bruno, c.id, to_team(sales, "")).await.unwrap();
        conversation::take_back(&bruno, c.id).await.unwrap();
        let now = w.conversation(c.id).await;
        assert_eq!((now.team_id, now.assignee_id), (law, Some(bruno.user)));
    }

    async fn tr_3_the_contact_is_told_nothing_without_a_message_or_outside_the_window(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.agent("Ana Souza", w.team).await;
        account_wants(w, false, " \n ").await;
        let silent = w.served(&ana, MARIA).await;
        conversation::transfer(&ana, silent.id, to_team(sales, "")).await.unwrap();
        account_wants(w, false, "Um momento").await;
        let late = w.served(&ana, PEDRO).await;
        w.pass(DAY);
        conversation::transfer(&ana, late.id, to_team(sales, "")).await.unwrap();
        for c in [&silent, &late] {
            assert_eq!(w.said(c.id).await, ["RECEIVED oi"]);
        }
        w.send_out().await;
        assert_eq!((w.graph.sent().len(), w.number("select count(*) from outbox").await), (0, 0));
        // The website chat has no window.
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "oi", "Visitante").await.unwrap();
        let id = ConversationId(w.number(&format!("select id from conversation where channel_id = {chat}")).await);
        w.pass(2 * DAY);
        conversation::transfer(&w.admin, id, to_team(sales, "")).await.unwrap();
        assert!(w.said(id).await.last().unwrap().ends_with("Um momento"));
    }

    async fn tr_3_what_moves_by_itself_needs_no_note_and_tells_nobody(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let ana = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (sales, true, false)]).await;
        account_wants(w, true, "Um momento").await;
        // It returns to the queue (AU-2).
        closing::save_rule(&w.admin, AutoClose { return_minutes: 60, ..AutoClose::default() }, false).await.unwrap();
        let returned = w.served(&ana, MARIA).await;
        w.pass(HOUR);
        assert_eq!(auto::turn(&w.desk).await.unwrap(), 1);
        // Who serves it leaves (US-4).
        let left = w.served(&ana, PEDRO).await;
        let gone = MemberDraft {
            user_id: Some(ana.user),
            password: String::new(),
            active: false,
            handover: Some(Handover::default()),
            ..member_draft("Ana Souza", Role::Agent, &[])
        };
        people::save_member(&w.admin, gone).await.unwrap();
        for c in [&returned, &left] {
            let now = w.conversation(c.id).await;
            assert_eq!((now.status, now.assignee_id), (ConversationStatus::Pending, None));
            assert_eq!(w.said(c.id).await, ["RECEIVED oi"]);
        }
        w.send_out().await;
        assert_eq!(w.graph.sent().len(), 0);
    }

    async fn tr_3_whoever_gets_it_sees_all_that_was_said(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let (ana, bruno) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await);
        let c = w.served(&ana, MARIA).await;
        w.send(&ana, c.id, "primeira resposta").await.unwrap();
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "só entre nós".into() }, reply_to: None, mentions: Vec::new() };
        message::send(&ana, c.id, note).await.unwrap();
        w.pass(MINUTE);
        w.says(MARIA, "e agora?").await;
        let query = MessageQuery { conversation_id: c.id, before: None, after: None, limit: Some(100) };
        assert_eq!(fault(message::page(&bruno, &query).await), Fault::Missing);
        conversation::transfer(&ana, c.id, to_person(&bruno, "leia tudo")).await.unwrap();
        let seen = message::page(&bruno, &query).await.unwrap().messages;
        let texts: Vec<&str> = seen.iter().filter(|m| m.kind != MessageKind::Transition).map(|m| m.body.as_str()).collect();
        assert_eq!(texts, ["oi", "primeira resposta", "só entre nós", "e agora?", "leia tudo"]);
        let ids = |all: &[Message]| all.iter().map(|m| m.id).collect::<Vec<_>>();
        assert_eq!(ids(&seen), ids(&w.messages(c.id).await));
    }

    async fn tr_3_the_settings_are_the_admins_and_their_change_is_written_down(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(people::account(&ana).await.unwrap().transfer, TransferSettings::default());
        let draft = |message: String| TransferSettings { transfer_note: true, transfer_message: message };
        assert_eq!(fault(transfer::save(&ana, draft(String::new())).await), Fault::Forbidden);
        let long = draft("é".repeat(limit::CLOSING_TEXT_MAX + 1));
        assert_eq!(fault(transfer::save(&w.admin, long).await), Fault::field("transfer_message", Wrong::TooLong));
        transfer::save(&w.admin, draft("é".repeat(limit::CLOSING_TEXT_MAX))).await.unwrap();
        let saved = transfer::save(&w.admin, draft(" Até já, segredo ".into())).await.unwrap().transfer;
        assert_eq!(saved, draft("Até já, segredo".into()));
        assert_eq!(people::account(&ana).await.unwrap().transfer, saved, "who transfers knows what is asked of them");
        let lines: Vec<(Option<i64>, String)> = w.rows("select actor_id, data from audit where action = 'transfer.change' order by id").await;
        assert_eq!(lines.iter().map(|(by, _)| *by).collect::<Vec<_>>(), [Some(w.admin.user.0), Some(w.admin.user.0)]);
        assert!(lines[0].1.contains("transfer_note") && lines[1].1.contains("transfer_message"));
        // What customers read is not repeated there.
        assert!(lines.iter().all(|(_, data)| !data.contains("segredo")));
    }
}
