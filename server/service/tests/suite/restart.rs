//! Restarting with a template, and which templates may follow one that nobody has answered (04, section 4.7).

use crate::graph::Answer;
use crate::payload;
use crate::start::{draft, three};
use crate::world::*;
use model::*;
use service::{channels, conversation, message, people};

fn template_draft(client_id: &str, fill: TemplateFill) -> SendDraft {
    SendDraft { client_id: client_id.into(), what: SendWhat::Template(fill), reply_to: None, mentions: Vec::new() }
}

both! {
    async fn re_1_an_expired_window_in_my_tab_is_restarted_with_a_template(w) {
        let [t, other, offer] = three(w).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, "5511987654321").await;
        w.pass(DAY + SECOND);
        assert_eq!(fault(conversation::restart(&bia, c.id, "r0", filled(&other, &[])).await), Fault::Forbidden);
        let again = conversation::restart(&ana, c.id, "r1", filled(&t, &[("body.1", "João")])).await.unwrap();
        assert_eq!((again.id, again.status, again.assignee_id, again.awaiting_reply), (c.id, ConversationStatus::InProgress, Some(ana.user), true));
        // RE-4: another one, but of the same category.
        conversation::restart(&ana, c.id, "r2", filled(&other, &[])).await.unwrap();
        let wrong = Fault::CategoryMismatch { category: "UTILITY".into() };
        assert_eq!(fault(conversation::restart(&ana, c.id, "r3", filled(&offer, &[])).await), wrong);
        // A repeated click sends nothing twice.
        conversation::restart(&ana, c.id, "r2", filled(&other, &[])).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta", "b_outra"]);
        // After the answer every category goes.
        w.says("5511987654321", "oi").await;
        w.pass(DAY + SECOND);
        conversation::restart(&ana, c.id, "r4", filled(&offer, &[])).await.unwrap();
    }

    async fn re_1_a_concluded_conversation_is_restarted(w) {
        let [t, ..] = three(w).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(2 * DAY);
        let again = conversation::restart(&bia, c.id, "r", filled(&t, &[("body.1", "João")])).await.unwrap();
        assert_eq!((again.id, again.status, again.assignee_id, again.completed_at), (c.id, ConversationStatus::InProgress, Some(bia.user), None));
        assert_eq!(w.transitions(c.id).await.last(), Some(&Transition::Restarted));
        // RE-3: later messages wait, and the window opens only with the answer.
        assert_eq!(w.send(&bia, c.id, "alô").await.unwrap().status, MessageStatus::WaitReply);
        assert_eq!(w.conversation(c.id).await.window_expires_at, Some(START + DAY));
        let now = w.says("5511987654321", "oi").await;
        assert_eq!((now.id, now.window_expires_at), (c.id, Some(w.desk.now() + DAY)));
    }

    async fn re_2_without_an_approved_template_nothing_restarts(w) {
        let mut paused = payload::template("pausado", "UTILITY", "Olá");
        paused["status"] = "PAUSED".into();
        assert_eq!(w.templates(&[paused]).await, []);
        let ids: Vec<(i64,)> = w.rows("select id from template").await;
        let c = w.served(&w.admin, "5511987654321").await;
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        let fill = TemplateFill { template_id: ids[0].0.into(), ..TemplateFill::default() };
        assert_eq!(fault(conversation::restart(&w.admin, c.id, "r", fill).await), Fault::TemplateMissing);
        assert_eq!(w.conversation(c.id).await.status, ConversationStatus::Completed);
    }

    async fn re_4_without_a_reply_only_a_template_of_the_same_category_follows(w) {
        let [t, other, offer] = three(w).await;
        let fill = || filled(&t, &[("body.1", "João")]);
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(fill()), "")).await.unwrap().conversation;
        // The row says which ones may follow, for those who offer them.
        assert_eq!((c.awaiting_reply, c.awaiting_category), (true, Some(TemplateCategory::Utility)));
        w.send_out().await;
        w.pass(2 * DAY);
        // Another one, and the same again; by restarting and by sending.
        conversation::restart(&w.admin, c.id, "r1", filled(&other, &[])).await.unwrap();
        message::send(&w.admin, c.id, template_draft("s1", fill())).await.unwrap();
        let refused = Fault::CategoryMismatch { category: "UTILITY".into() };
        assert_eq!(fault(conversation::restart(&w.admin, c.id, "r2", filled(&offer, &[])).await), refused);
        assert_eq!(fault(message::send(&w.admin, c.id, template_draft("s2", filled(&offer, &[]))).await), refused);
        w.send_out().await;
        assert_eq!(w.graph.texts(), ["a_volta", "b_outra", "a_volta"]);
        assert_eq!(w.conversation(c.id).await.awaiting_category, Some(TemplateCategory::Utility));
    }

    async fn re_4_after_the_contacts_answer_every_category_goes(w) {
        let [_, other, offer] = three(w).await;
        let text = |w: &World| payload::text("5511987654321", "wamid.A1", w.desk.now(), "oi");
        let thumb = |w: &World| payload::reaction("5511987654321", "wamid.A2", w.desk.now(), "wamid.OUT2", "👍");
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&other, &[])), "")).await.unwrap().conversation;
        for (n, (answer, next)) in [(text(w), &offer), (thumb(w), &other)].into_iter().enumerate() {
            w.send_out().await;
            w.inbound(&payload::one(NUMBER, vec![answer])).await;
            let now = w.conversation(c.id).await;
            assert_eq!((now.awaiting_reply, now.awaiting_category), (false, None));
            w.pass(DAY + SECOND);
            let now = conversation::restart(&w.admin, c.id, &format!("r{n}"), filled(next, &[])).await.unwrap();
            assert_eq!(now.awaiting_category, Some(next.category));
        }
        // So does a conclusion: nothing of it waits any more.
        conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        let now = conversation::restart(&w.admin, c.id, "r9", filled(&offer, &[])).await.unwrap();
        assert_eq!(now.awaiting_category, Some(TemplateCategory::Marketing));
    }

    async fn re_4_a_template_that_failed_binds_no_category(w) {
        let [_, other, offer] = three(w).await;
        let start = |n: i64| draft(w, &format!("1198765432{n}"), Some(filled(&other, &[])), "");
        let waits = async |id| {
            let now = w.conversation(id).await;
            (now.awaiting_reply, now.awaiting_category)
        };
        // Refused by the network at once, and by a status afterwards.
        for at_once in [true, false] {
            let c = conversation::start(&w.admin, start(i64::from(at_once))).await.unwrap().conversation;
            if at_once {
                w.graph.answers([Answer::Refused(131026, 400)]);
                w.send_out().await;
            } else {
                w.graph.answers([Answer::Id("wamid.LATE")]);
                w.send_out().await;
                assert_eq!(waits(c.id).await, (true, Some(TemplateCategory::Utility)));
                w.inbound(&payload::statuses(NUMBER, vec![payload::failed("wamid.LATE", 131026, START, None)])).await;
            }
            assert_eq!(waits(c.id).await, (false, None), "the contact has nothing to answer");
            assert_eq!(fault(w.send(&w.admin, c.id, "alô?").await), Fault::WindowClosed);
            let again = conversation::restart(&w.admin, c.id, "r", filled(&offer, &[])).await.unwrap();
            assert_eq!(again.awaiting_category, Some(TemplateCategory::Marketing));
            let refused = Fault::CategoryMismatch { category: "MARKETING".into() };
            assert_eq!(fault(conversation::restart(&w.admin, c.id, "r2", filled(&other, &[])).await), refused);
            // Leaves now, so that the next answers are those of the next templates.
            w.send_out().await;
        }
        // While another one is out, that one binds.
        let c = conversation::start(&w.admin, start(2)).await.unwrap().conversation;
        conversation::restart(&w.admin, c.id, "r", filled(&other, &[])).await.unwrap();
        w.graph.rule(|b| (b["to"] == "+5511987654322").then_some(Answer::Refused(131026, 400)));
        w.send_out().await;
        assert_eq!(waits(c.id).await, (false, None));
        w.graph.rule(|_| None);
        conversation::restart(&w.admin, c.id, "r3", filled(&other, &[])).await.unwrap();
        w.graph.answers([Answer::Ok, Answer::Refused(131026, 400)]);
        w.send_out().await;
        conversation::restart(&w.admin, c.id, "r4", filled(&other, &[])).await.unwrap();
        w.send_out().await;
        assert_eq!(w.said(c.id).await, ["FAILED Ainda por aí?", "FAILED Ainda por aí?", "SENT Ainda por aí?", "FAILED Ainda por aí?"]);
        assert_eq!(waits(c.id).await, (true, Some(TemplateCategory::Utility)));
    }

    async fn re_4_a_failure_that_was_none_binds_after_all(w) {
        let [_, other, offer] = three(w).await;
        let c = conversation::start(&w.admin, draft(w, "11987654321", Some(filled(&other, &[])), "")).await.unwrap().conversation;
        w.send_out().await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::failed("wamid.OUT1", 131026, START, None)])).await;
        assert_eq!(w.conversation(c.id).await.awaiting_category, None);
        w.inbound(&payload::statuses(NUMBER, vec![payload::status("wamid.OUT1", "delivered", START, None)])).await;
        let now = w.conversation(c.id).await;
        assert_eq!((now.awaiting_reply, now.awaiting_category), (true, Some(TemplateCategory::Utility)));
        let refused = Fault::CategoryMismatch { category: "UTILITY".into() };
        assert_eq!(fault(conversation::restart(&w.admin, c.id, "r", filled(&offer, &[])).await), refused);
    }

    async fn re_4_in_4_what_waits_behind_a_failed_template_is_not_forgotten(w) {
        let [_, other, offer] = three(w).await;
        for (n, taken_back) in [true, false].into_iter().enumerate() {
            let c = conversation::start(&w.admin, draft(w, &format!("1198765432{n}"), Some(filled(&other, &[])), "")).await.unwrap().conversation;
            let m = w.send(&w.admin, c.id, "um").await.unwrap();
            w.graph.answers([Answer::Refused(131026, 400)]);
            w.send_out().await;
            let now = w.conversation(c.id).await;
            assert_eq!((now.awaiting_reply, now.awaiting_category), (true, None));
            if taken_back {
                message::cancel(&w.admin, m.id).await.unwrap();
                assert!(!w.conversation(c.id).await.awaiting_reply);
                continue;
            }
            conversation::restart(&w.admin, c.id, "r", filled(&offer, &[])).await.unwrap();
            w.says(&format!("551198765432{n}"), "sim").await;
            w.send_out().await;
            assert_eq!(w.graph.texts()[2..], ["c_oferta", "um"]);
        }
    }

    async fn re_5_a_website_chat_cannot_be_restarted(w) {
        let [t, ..] = three(w).await;
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut visitor = service::visitor::admit(&w.desk, &row, None).await.unwrap();
        service::visitor::say(&w.desk, &row, &mut visitor, "1", "oi", "Visitante").await.unwrap();
        let rows: Vec<(i64,)> = w.rows("select id from conversation").await;
        let id = ConversationId(rows[0].0);
        conversation::assume(&w.admin, id, None).await.unwrap();
        conversation::conclude(&w.admin, id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(fault(conversation::restart(&w.admin, id, "r", filled(&t, &[("body.1", "x")])).await), Fault::CannotStart);
    }

    async fn re_6_a_restricted_teams_conversation_is_for_its_members(w) {
        let [t, ..] = three(w).await;
        let law = w.new_team("Jurídico", Restriction::Team).await;
        let (ana, bruno, carla) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await, w.agent("Carla Dias", law).await);
        let c = w.says("5511987654321", "oi").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: bruno.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        conversation::conclude(&bruno, c.id, ConcludeDraft::silent()).await.unwrap();
        let fill = || filled(&t, &[("body.1", "João")]);
        assert_eq!(fault(conversation::restart(&ana, c.id, "r", fill()).await), Fault::Missing);
        assert_eq!(conversation::restart(&carla, c.id, "r", fill()).await.unwrap().assignee_id, Some(carla.user));
    }

    async fn vi_4_re_6_what_a_restricted_team_completed_is_restarted_by_members_alone(w) {
        let [t, ..] = three(w).await;
        let fill = || filled(&t, &[("body.1", "João")]);
        let places = |cx: &service::Cx, name: &str, teams: &[(TeamId, bool, bool)]| MemberDraft {
            user_id: Some(cx.user),
            password: String::new(),
            ..member_draft(name, Role::Agent, teams)
        };
        for (n, restriction) in [Restriction::Team, Restriction::User].into_iter().enumerate() {
            let law = w.new_team(&format!("Jurídico {n}"), restriction).await;
            let (ana, bruno) = (w.agent(&format!("Ana {n}"), w.team).await, w.agent(&format!("Bruno {n}"), law).await);
            let c = w.says(&format!("551198765432{n}"), "oi").await;
            let to = TransferDraft { to: TransferTo::Person { user_id: bruno.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
            conversation::transfer(&w.admin, c.id, to).await.unwrap();
            conversation::conclude(&bruno, c.id, ConcludeDraft::silent()).await.unwrap();
            assert_eq!(fault(conversation::restart(&ana, c.id, "a", fill()).await), Fault::Missing, "{restriction}");
            // Who has left the team still reads what they served there themselves, and no more than that.
            people::save_member(&w.admin, places(&bruno, &format!("Bruno {n}"), &[(w.team, true, false)])).await.unwrap();
            let bruno = w.cx(bruno.user).await;
            assert!(conversation::visible(&bruno, c.id).await.is_ok());
            assert_eq!(fault(conversation::restart(&bruno, c.id, "b", fill()).await), Fault::Forbidden, "{restriction}");
            assert_eq!(w.conversation(c.id).await.status, ConversationStatus::Completed);
            // Back in it, as its supervisor, it is theirs to restart.
            people::save_member(&w.admin, places(&bruno, &format!("Bruno {n}"), &[(law, false, true)])).await.unwrap();
            let bruno = w.cx(bruno.user).await;
            let again = conversation::restart(&bruno, c.id, "b", fill()).await.unwrap();
            assert_eq!((again.team_id, again.assignee_id), (law, Some(bruno.user)));
        }
    }

    async fn re_1_while_another_one_is_open_it_is_shown_instead(w) {
        let [t, ..] = three(w).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bruno) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", sales).await);
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let old = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, old.id, ConcludeDraft::silent()).await.unwrap();
        let open = w.says("5511987654321", "oi").await;
        assert_ne!(open.id, old.id);
        let fill = || filled(&t, &[("body.1", "João")]);
        assert_eq!(fault(conversation::restart(&ana, old.id, "r", fill()).await), Fault::AlreadyOpen { conversation_id: open.id });
        // Nobody serves it yet: the team alone is named.
        let served = Fault::ServedBy { name: String::new(), team: "Atendimento".into() };
        assert_eq!(fault(conversation::restart(&bruno, old.id, "r", fill()).await), served);
        assert_eq!(fault(conversation::restart(&ana, open.id, "r", fill()).await), Fault::WrongState);
    }
}
