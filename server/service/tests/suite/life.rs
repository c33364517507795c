//! The life of a conversation: arrives, is assumed, handed over, concluded, and comes back (02 section 2.2; 04 sections
//! 4.3 to 4.6).

use crate::world::*;
use model::*;
use service::{args, conversation, people};

async fn audits(w: &World, action: &str) -> Vec<(Option<i64>, String)> {
    w.rows(&format!("select actor_id, data from audit where action = '{action}' order by id")).await
}

fn to_team(team_id: TeamId) -> TransferDraft {
    TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false }
}

fn to_person(user_id: UserId, team_id: Option<TeamId>) -> TransferDraft {
    TransferDraft { to: TransferTo::Person { user_id, team_id }, note: String::new(), stop_bot: false, anyway: false }
}

both! {
    async fn ab_5_only_who_serves_a_conversation_marks_it_unread(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Lima", w.team).await);
        let waiting = w.says("5511987654321", "oi").await;
        assert_eq!(fault(conversation::mark_unread(&ana, waiting.id).await), Fault::Forbidden);
        conversation::assume(&ana, waiting.id, None).await.unwrap();
        conversation::mark_read(&ana, waiting.id).await.unwrap();
        for other in [&bia, &w.admin] {
            assert_eq!(fault(conversation::mark_unread(other, waiting.id).await), Fault::Forbidden);
        }
        assert_eq!(w.conversation(waiting.id).await.unread, 0);
        conversation::mark_unread(&ana, waiting.id).await.unwrap();
        assert_eq!(w.conversation(waiting.id).await.unread, 1);
        conversation::conclude(&ana, waiting.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(fault(conversation::mark_unread(&ana, waiting.id).await), Fault::Forbidden);
    }

    async fn sm_1_a_first_message_opens_a_conversation_in_the_default_team(w) {
        let c = w.says("5511987654321", "bom dia").await;
        assert_eq!((c.status, c.team_id, c.assignee_id, c.unread), (ConversationStatus::Pending, w.team, None, 1));
        assert_eq!((c.preview.text.as_str(), c.preview.direction), ("bom dia", Direction::In));
        assert_eq!((c.contact_name.as_str(), c.contact_phone.as_deref()), ("Pessoa 5511987654321", Some("+5511987654321")));
        assert_eq!((c.last_in_at, c.waiting_since, c.last_at), (Some(START), Some(START), START));
        assert!(c.protocol.starts_with("20260714") && c.protocol.len() == 13, "{}", c.protocol);
        let again = w.says("5511987654321", "tudo bem?").await;
        assert_eq!((again.id, again.unread, again.waiting_since), (c.id, 2, Some(START)));
        let other = w.says("5511987654322", "oi").await;
        assert_ne!((other.id, &other.protocol), (c.id, &c.protocol));
    }

    async fn sm_1_a_channels_own_team_comes_before_the_default_one(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let mut draft = whatsapp("Principal", NUMBER, WABA);
        (draft.id, draft.team_id) = (Some(w.channel), Some(sales));
        service::channels::save(&w.admin, draft).await.unwrap();
        assert_eq!(w.says("5511987654321", "oi").await.team_id, sales);
    }

    async fn sm_2_only_acts_of_people_put_a_conversation_in_progress(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987654321", "oi").await;
        conversation::mark_read(&ana, c.id).await.unwrap();
        conversation::open(&ana, c.id).await.unwrap();
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "vip".into() }, reply_to: None, mentions: Vec::new() };
        service::message::send(&ana, c.id, note).await.unwrap();
        assert_eq!(fault(w.send(&ana, c.id, "olá").await), Fault::NotAssignee);
        assert_eq!(w.says("5511987654321", "alô?").await.status, ConversationStatus::Pending);
        let taken = conversation::assume(&ana, c.id, None).await.unwrap();
        assert_eq!((taken.status, taken.assignee_id), (ConversationStatus::InProgress, Some(ana.user)));
    }

    async fn sm_3_as_1_a_preview_from_the_queue_leaves_no_receipt(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987654321", "oi").await;
        let opened = conversation::open(&ana, c.id).await.unwrap();
        conversation::mark_read(&ana, c.id).await.unwrap();
        w.send_out().await;
        assert_eq!((opened.conversation.unread, w.conversation(c.id).await.unread, w.graph.read().len()), (1, 1, 0));

        conversation::assume(&ana, c.id, None).await.unwrap();
        // Others may look without the contact hearing of it.
        conversation::mark_read(&w.admin, c.id).await.unwrap();
        w.send_out().await;
        assert_eq!((w.conversation(c.id).await.unread, w.graph.read().len()), (1, 0));
        conversation::mark_read(&ana, c.id).await.unwrap();
        w.send_out().await;
        assert_eq!((w.conversation(c.id).await.unread, w.graph.read()), (0, vec!["wamid.IN1".to_owned()]));
        // Nothing new, nothing told.
        conversation::mark_read(&ana, c.id).await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.read().len(), 1);
    }

    async fn as_1_assuming_makes_it_mine_and_tells_the_feed(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.says("5511987654321", "oi").await;
        w.pass(MINUTE);
        conversation::assume(&ana, c.id, None).await.unwrap();
        let line = w.messages(c.id).await.pop().unwrap();
        assert_eq!((line.kind, line.author_id, line.at), (MessageKind::Transition, Some(ana.user), START + MINUTE));
        assert_eq!(line.content, Content::Transition(Transition::Assumed { from_team: w.team }));
        let counts = conversation::counts(&ana).await.unwrap();
        assert_eq!((counts.new, counts.mine, counts.mine_unread), (0, 1, 1));
        // A second click changes nothing.
        let before = w.messages(c.id).await.len();
        conversation::assume(&ana, c.id, None).await.unwrap();
        assert_eq!(w.messages(c.id).await.len(), before);
    }

    async fn as_2_only_agents_of_the_team_supervisors_and_admins_assume(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let stranger = w.agent("Bruno Lima", sales).await;
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.says("5511987654321", "oi").await;
        assert_eq!(fault(conversation::assume(&stranger, c.id, None).await), Fault::Missing);
        assert_eq!(conversation::assume(&boss, c.id, None).await.unwrap().assignee_id, Some(boss.user));
        let d = w.says("5511987654322", "oi").await;
        assert_eq!(conversation::assume(&w.admin, d.id, None).await.unwrap().assignee_id, Some(w.admin.user));
    }

    async fn as_3_sm_11_the_second_is_told_who_was_first(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.served(&ana, "5511987654321").await;
        let told = Fault::AlreadyAssumed { user_id: ana.user, name: "Ana Souza".into() };
        assert_eq!(fault(conversation::assume(&bia, c.id, None).await), told);
        // Also when the team's restriction hides it from the loser.
        let quiet = w.new_team("Jurídico", Restriction::User).await;
        let (ana, bia) = (w.agent("Ana Lima", quiet).await, w.agent("Bia Lima", quiet).await);
        let d = w.says("5511987654322", "oi").await;
        conversation::transfer(&w.admin, d.id, to_team(quiet)).await.unwrap();
        conversation::assume(&ana, d.id, None).await.unwrap();
        assert_eq!(fault(conversation::assume(&bia, d.id, None).await), Fault::AlreadyAssumed { user_id: ana.user, name: "Ana Lima".into() });
        assert_eq!(fault(conversation::visible(&bia, d.id).await), Fault::Missing);
    }

    async fn a_supervisor_takes_over_what_another_serves(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(conversation::assume(&w.admin, c.id, Some(ana.user)).await.unwrap().assignee_id, Some(w.admin.user));
        assert_eq!(fault(w.send(&ana, c.id, "?").await), Fault::NotAssignee);
    }

    async fn as_3_sm_11_who_may_take_over_does_so_only_from_whom_they_saw(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let by_ana = Fault::AlreadyAssumed { user_id: ana.user, name: "Ana Souza".into() };
        for (n, over) in [&boss, &w.admin].into_iter().enumerate() {
            // On their screen it still waits, or another serves it.
            let c = w.served(&ana, &format!("551198765432{n}")).await;
            for seen in [None, Some(bia.user), Some(over.user)] {
                assert_eq!(fault(conversation::assume(over, c.id, seen).await), by_ana);
            }
            assert_eq!(w.conversation(c.id).await.assignee_id, Some(ana.user));
            assert_eq!(conversation::assume(over, c.id, Some(ana.user)).await.unwrap().assignee_id, Some(over.user));
            // Theirs already: the second click, whatever was on the screen.
            for seen in [None, Some(ana.user), Some(over.user)] {
                assert_eq!(conversation::assume(over, c.id, seen).await.unwrap().assignee_id, Some(over.user));
            }
        }
        // Whom they saw has handed it back: nobody loses anything.
        let d = w.served(&ana, "5511987654330").await;
        conversation::transfer(&ana, d.id, to_team(w.team)).await.unwrap();
        assert_eq!(conversation::assume(&bia, d.id, Some(ana.user)).await.unwrap().assignee_id, Some(bia.user));
        // Naming the assignee is no right to take over.
        let e = w.served(&ana, "5511987654331").await;
        assert_eq!(fault(conversation::assume(&bia, e.id, Some(ana.user)).await), by_ana);
    }

    async fn as_4_sm_11_designated_to_another_is_refused(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let c = w.says("5511987654321", "oi").await;
        conversation::transfer(&boss, c.id, to_person(ana.user, None)).await.unwrap();
        let to_ana = Fault::AlreadyAssumed { user_id: ana.user, name: "Ana Souza".into() };
        for (cx, seen) in [(&bia, None), (&bia, Some(ana.user)), (&boss, None), (&w.admin, None)] {
            assert_eq!(fault(conversation::assume(cx, c.id, seen).await), to_ana);
        }
        let now = w.conversation(c.id).await;
        assert_eq!((now.status, now.assignee_id), (ConversationStatus::InProgress, Some(ana.user)));
        assert!(!w.transitions(c.id).await.iter().any(|t| matches!(t, Transition::Assumed { .. })));
    }

    async fn sm_4_tr_2_to_a_team_means_its_queue(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let bruno = w.agent("Bruno Lima", sales).await;
        let c = w.served(&ana, "5511987654321").await;
        let moved = conversation::transfer(&ana, c.id, to_team(sales)).await.unwrap();
        assert_eq!((moved.status, moved.assignee_id, moved.team_id), (ConversationStatus::Pending, None, sales));
        assert_eq!(fault(conversation::visible(&ana, c.id).await), Fault::Missing);
        conversation::assume(&bruno, c.id, None).await.unwrap();
        conversation::conclude(&bruno, c.id, ConcludeDraft::silent()).await.unwrap();
        // The new team's restriction holds for the whole conversation, also afterwards.
        assert_eq!(fault(conversation::visible(&ana, c.id).await), Fault::Missing);
        assert!(conversation::visible(&bruno, c.id).await.is_ok());
        let d = w.says("5511987654322", "oi").await;
        assert_eq!(fault(conversation::transfer(&ana, d.id, to_team(w.team)).await), Fault::SameTarget);
        assert_eq!(fault(conversation::transfer(&ana, d.id, to_team(TeamId(5))).await), Fault::field("team_id", Wrong::Unknown));
    }

    async fn sm_5_tr_2_to_a_person_in_one_of_their_teams(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let (sales, law) = (w.new_team("Vendas", Restriction::None).await, w.new_team("Jurídico", Restriction::None).await);
        let bruno = w.agent("Bruno Lima", sales).await;
        let carla = w.member("Carla Dias", Role::Agent, &[(sales, true, false), (law, true, false)]).await;
        let dora = w.member("Dora Reis", Role::Agent, &[(sales, true, false), (w.team, true, false)]).await;
        let none = w.member("Eva Nunes", Role::Agent, &[]).await;

        let c = w.served(&ana, "5511987654321").await;
        // One candidate is chosen; it appears in Mine of the target.
        let moved = conversation::transfer(&ana, c.id, to_person(bruno.user, None)).await.unwrap();
        assert_eq!((moved.status, moved.assignee_id, moved.team_id), (ConversationStatus::InProgress, Some(bruno.user), sales));
        assert_eq!(bruno.seen().tab(&moved.access()), Some(Tab::Mine));
        assert_eq!(carla.seen().tab(&moved.access()), Some(Tab::Others));
        // Two candidates: the actor chooses, among the target's teams.
        let d = w.served(&ana, "5511987654322").await;
        assert_eq!(fault(conversation::transfer(&ana, d.id, to_person(carla.user, None)).await), Fault::ChooseTeam);
        assert_eq!(
            fault(conversation::transfer(&ana, d.id, to_person(carla.user, Some(w.team))).await),
            Fault::field("team_id", Wrong::Unknown)
        );
        assert_eq!(conversation::transfer(&ana, d.id, to_person(carla.user, Some(law))).await.unwrap().team_id, law);
        // The current team stays when the target is in it.
        let e = w.served(&ana, "5511987654323").await;
        assert_eq!(conversation::transfer(&ana, e.id, to_person(dora.user, None)).await.unwrap().team_id, w.team);
        assert_eq!(fault(conversation::transfer(&dora, e.id, to_person(dora.user, None)).await), Fault::SameTarget);
        assert_eq!(fault(conversation::transfer(&dora, e.id, to_person(none.user, None)).await), Fault::PersonUnavailable);
        assert_eq!(fault(conversation::transfer(&dora, e.id, to_person(UserId(5), None)).await), Fault::field("user_id", Wrong::Unknown));
    }

    async fn tr_1_who_may_transfer(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let boss = w.member("Carla Dias", Role::Agent, &[(w.team, false, true)]).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(conversation::transfer(&bia, c.id, to_team(sales)).await), Fault::Forbidden);
        conversation::transfer(&boss, c.id, to_person(bia.user, None)).await.unwrap();
        assert_eq!(fault(conversation::transfer(&ana, c.id, to_team(sales)).await), Fault::Forbidden);
        conversation::transfer(&w.admin, c.id, to_team(sales)).await.unwrap();
        // From the queue: any agent of the team.
        let d = w.says("5511987654322", "oi").await;
        conversation::transfer(&bia, d.id, to_team(sales)).await.unwrap();
        conversation::assume(&w.admin, d.id, None).await.unwrap();
        conversation::conclude(&w.admin, d.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!(fault(conversation::transfer(&w.admin, d.id, to_team(w.team)).await), Fault::WrongState);
    }

    async fn tr_2_a_note_goes_with_it_and_not_to_the_contact(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let c = w.served(&ana, "5511987654321").await;
        conversation::transfer(&ana, c.id, TransferDraft { note: " quer desconto ".into(), ..to_team(sales) }).await.unwrap();
        w.send_out().await;
        let note = w.messages(c.id).await.pop().unwrap();
        assert_eq!((note.kind, note.body.as_str(), note.author_id), (MessageKind::Note, "quer desconto", Some(ana.user)));
        assert_eq!(w.graph.sent().len(), 0);
        assert_eq!(w.conversation(c.id).await.preview.text, "oi");
    }

    async fn tr_5_the_flag_for_automations_is_accepted_and_kept(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let c = w.says("5511987654321", "oi").await;
        conversation::transfer(&w.admin, c.id, TransferDraft { stop_bot: true, ..to_team(sales) }).await.unwrap();
        conversation::transfer(&w.admin, c.id, to_team(w.team)).await.unwrap();
        let kept: Vec<bool> = audits(w, "conversation.transfer")
            .await
            .iter()
            .map(|(_, data)| serde_json::from_str::<serde_json::Value>(data).unwrap()["stop_bot"].as_bool().unwrap())
            .collect();
        assert_eq!(kept, [true, false]);
    }

    async fn sm_10_every_transition_is_in_the_feed_and_in_the_audit(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let bruno = w.agent("Bruno Lima", sales).await;
        let c = w.served(&ana, "5511987654321").await;
        conversation::transfer(&ana, c.id, to_person(bruno.user, None)).await.unwrap();
        conversation::transfer(&bruno, c.id, to_team(w.team)).await.unwrap();
        conversation::assume(&ana, c.id, None).await.unwrap();
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        w.says("5511987654321", "mais uma coisa").await;
        use Transition::*;
        assert_eq!(
            w.transitions(c.id).await,
            [
                Opened,
                Assumed { from_team: w.team },
                TransferredToPerson { from_team: w.team, from: Some(ana.user), to_team: sales, to: bruno.user },
                TransferredToTeam { from_team: sales, from: Some(bruno.user), to_team: w.team },
                Assumed { from_team: w.team },
                Concluded { classification: None },
                Reopened { to: Some(ana.user) },
            ]
        );
        let actions: Vec<(String, Option<i64>)> =
            w.rows(&format!("select action, actor_id from audit where subject = '{}' order by id", c.id)).await;
        let by = |cx: &service::Cx| Some(cx.user.0);
        let expected = [
            ("conversation.open", None),
            ("conversation.assume", by(&ana)),
            ("conversation.transfer", by(&ana)),
            ("conversation.transfer", by(&bruno)),
            ("conversation.assume", by(&ana)),
            ("conversation.conclude", by(&ana)),
            ("conversation.reopen", None),
        ];
        assert_eq!(actions, expected.map(|(a, u)| (a.to_owned(), u)));
    }

    async fn sm_6_concluding_leaves_the_window_alone(w) {
        let c = w.served(&w.admin, "5511987654321").await;
        w.pass(HOUR);
        let done = conversation::conclude(&w.admin, c.id, ConcludeDraft::silent()).await.unwrap();
        assert_eq!((done.status, done.completed_at, done.unread), (ConversationStatus::Completed, Some(START + HOUR), 0));
        assert_eq!(done.window_expires_at, Some(START + DAY));
    }

    async fn sm_7_at_11_59_59_the_same_conversation_comes_back_to_the_same_person(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(12 * HOUR - SECOND);
        let back = w.says("5511987654321", "voltei").await;
        assert_eq!((back.id, back.status, back.assignee_id), (c.id, ConversationStatus::InProgress, Some(ana.user)));
        assert_eq!((back.unread, back.completed_at), (1, None));
    }

    async fn sm_7_at_12_00_01_a_new_conversation_begins(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(12 * HOUR + SECOND);
        let new = w.says("5511987654321", "voltei").await;
        assert_ne!(new.id, c.id);
        assert_eq!((new.status, new.assignee_id), (ConversationStatus::Pending, None));
        assert_eq!(w.conversation(c.id).await.status, ConversationStatus::Completed);
    }

    async fn sm_7_sm_8_immediate_is_per_person_and_for_later_conclusions_only(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let before = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, before.id, ConcludeDraft::silent()).await.unwrap();
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let after = w.served(&ana, "5511987654322").await;
        conversation::conclude(&ana, after.id, ConcludeDraft::silent()).await.unwrap();
        let others = w.served(&bia, "5511987654323").await;
        conversation::conclude(&bia, others.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(MINUTE);
        assert_eq!(w.says("5511987654321", "oi").await.id, before.id);
        assert_ne!(w.says("5511987654322", "oi").await.id, after.id);
        assert_eq!(w.says("5511987654323", "oi").await.id, others.id);
    }

    async fn an_admin_decides_for_a_team_whatever_its_people_prefer(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let force = async |archive_preference| {
            let team = people::teams(&w.admin).await.unwrap().into_iter().find(|t| t.id == w.team).unwrap();
            let Team { id, name, is_default, restriction, closing_message, .. } = team;
            let draft = TeamDraft { id: Some(id), name, is_default, restriction, closing_message, archive_preference, distribution: None };
            assert_eq!(fault(people::save_team(&ana, draft.clone()).await), Fault::Forbidden);
            assert_eq!(people::save_team(&w.admin, draft).await.unwrap().archive_preference, archive_preference);
        };
        let concluded = async |phone: &str| {
            let c = w.served(&ana, phone).await;
            conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
            c.id
        };
        force(Some(ArchivePreference::TwelveHours)).await;
        let (first, second) = (concluded("5511987654321").await, concluded("5511987654322").await);
        force(Some(ArchivePreference::Immediate)).await;
        people::set_archive_preference(&ana, ArchivePreference::TwelveHours).await.unwrap();
        let third = concluded("5511987654323").await;
        force(None).await;
        let fourth = concluded("5511987654324").await;
        w.pass(12 * HOUR - 1_000);
        assert_eq!(w.says("5511987654321", "oi").await.id, first, "at 11:59:59");
        assert_ne!(w.says("5511987654323", "oi").await.id, third);
        assert_eq!(w.says("5511987654324", "oi").await.id, fourth);
        w.pass(2_000);
        assert_ne!(w.says("5511987654322", "oi").await.id, second, "at 12:00:01");
    }

    async fn sm_7_an_immediate_conclusion_is_not_overtaken_by_an_older_one(w) {
        let templates = w.templates(&[crate::payload::template("volta", "UTILITY", "Olá")]).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        people::set_archive_preference(&bia, ArchivePreference::Immediate).await.unwrap();
        let first = w.served(&ana, "5511987654321").await;
        conversation::conclude(&ana, first.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        let draft = StartDraft {
            client_id: "s".into(),
            contact_id: Some(first.contact_id),
            phone: String::new(),
            name: String::new(),
            channel_id: w.channel,
            team_id: w.team,
            template: Some(filled(&templates[0], &[])),
            text: String::new(),
        };
        let second = conversation::start(&bia, draft).await.unwrap().conversation;
        conversation::conclude(&bia, second.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(HOUR);
        let third = w.says("5511987654321", "oi").await;
        assert!(third.id != first.id && third.id != second.id);
    }

    async fn sm_12_without_the_old_assignee_the_team_gets_it(w) {
        let (ana, bia, eva) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await, w.agent("Eva Nunes", w.team).await);
        let mut ids = Vec::new();
        for (cx, phone) in [(&ana, "5511987654321"), (&bia, "5511987654322"), (&eva, "5511987654323"), (&w.admin, "5511987654324")] {
            let c = w.served(cx, phone).await;
            conversation::conclude(cx, c.id, ConcludeDraft::silent()).await.unwrap();
            ids.push(c.id);
        }
        // Away, left the team, left the account; an admin needs no team.
        w.write("update membership set availability = 'UNAVAILABLE' where user_id = $1", args![ana.user]).await;
        for (cx, name, active) in [(&bia, "Bia Reis", true), (&eva, "Eva Nunes", false)] {
            let draft = MemberDraft { user_id: Some(cx.user), password: String::new(), active, ..member_draft(name, Role::Agent, &[]) };
            people::save_member(&w.admin, draft).await.unwrap();
        }
        let admin = MemberDraft { user_id: Some(w.admin.user), password: String::new(), nickname: String::new(), email: "alice@loja.example".into(), ..member_draft("Alice Admin", Role::Admin, &[]) };
        people::save_member(&w.admin, admin).await.unwrap();
        w.pass(HOUR);
        for (i, phone) in ["5511987654321", "5511987654322", "5511987654323"].into_iter().enumerate() {
            let back = w.says(phone, "voltei").await;
            assert_eq!((back.id, back.status, back.assignee_id, back.team_id), (ids[i], ConversationStatus::Pending, None, w.team), "{phone}");
        }
        assert_eq!(w.says("5511987654324", "voltei").await.assignee_id, Some(w.admin.user));
    }
}
