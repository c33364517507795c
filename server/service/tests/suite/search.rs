//! Search (AB-8) and who finds what (RO-2).

use crate::world::*;
use model::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use service::{Cx, args, channels, conversation, search, visitor};

async fn conversations(cx: &Cx, text: &str) -> Vec<ConversationId> {
    search::search(cx, text, None).await.unwrap().conversations.iter().map(|c| c.id).collect()
}

async fn messages(cx: &Cx, text: &str) -> Vec<String> {
    search::search(cx, text, None).await.unwrap().messages.iter().map(|m| m.message.body.clone()).collect()
}

both! {
    async fn ab_8_a_contact_is_found_by_name_without_accents_and_by_number_in_any_form(w) {
        let c = w.says("5511987654321", "oi").await;
        let other = w.says("552133334444", "oi").await;
        w.write("update contact set name = $1 where id = $2", args!["João D'Ávila Conceição", c.contact_id]).await;
        let mut work = w.desk.system(w.account).begin().await.unwrap();
        for term in service::contact::terms("João D'Ávila Conceição", Some("+5511987654321"), Some("Joao@Loja.example")) {
            work.run(service::sql!("insert into contact_term (account_id, term, contact_id) values ($1, $2, $3) on conflict do nothing"), args![term, c.contact_id]).await.unwrap();
        }
        work.commit().await.unwrap();
        for text in [
            "joao", "João", "JOÃO", "avila", "conceicao joão", "d'avila", "11987654321", "+55 11 98765-4321", "(11) 98765-4321", "11 8765-4321",
            "5511987654321", "551187654321", "98765-4321", "4321", "011 98765 4321", "joao@loja", "JOAO@loja.example",
        ] {
            assert_eq!(conversations(&w.admin, text).await, [c.id], "{text}");
            let hits = search::contacts(&w.admin, text).await.unwrap();
            assert_eq!(hits.iter().map(|h| h.id).collect::<Vec<_>>(), [c.contact_id], "{text}");
        }
        assert_eq!(conversations(&w.admin, "21 3333-4444").await, [other.id]);
        for text in ["joana", "joão silva", "99999-0000", "", "  ", "'", "%", "_", "\"", "*"] {
            assert_eq!(conversations(&w.admin, text).await, [], "{text}");
        }
        assert_eq!(fault(search::search(&w.admin, &"x".repeat(limit::SEEK_MAX + 1), None).await), Fault::field("text", Wrong::TooLong));
    }

    async fn an_emptied_index_is_filled_again_from_where_it_stopped(w) {
        let c = w.says("5511987654321", "primeira mensagem").await;
        for n in 0..230 {
            w.says("5511987654321", &format!("mensagem de número {n}")).await;
        }
        // As if it had been interrupted: the newest messages are in the index again, the others not yet.
        let newest = w.number("select max(id) from message where body <> ''").await;
        w.write("delete from message_fts where rowid < $1", args![newest]).await;
        w.write("insert into search_backlog (below) values ($1)", args![newest]).await;
        assert_eq!(messages(&w.admin, "primeira").await, [""; 0]);
        assert!(service::reindex::run(&w.desk).await.unwrap() >= 230);
        let found = search::search(&w.admin, "primeira", None).await.unwrap().messages;
        assert_eq!(found.iter().map(|m| m.conversation.id).collect::<Vec<_>>(), [c.id]);
        assert_eq!(messages(&w.admin, "número 22").await.len(), 11);
        assert_eq!(service::reindex::run(&w.desk).await.unwrap(), 0, "nothing is left");
    }

    async fn ab_8_by_protocol_and_its_beginning(w) {
        let c = w.says("5511987654321", "oi").await;
        let d = w.says("5511987654322", "oi").await;
        assert_eq!(conversations(&w.admin, &c.protocol).await, [c.id]);
        assert_eq!(conversations(&w.admin, &d.protocol).await, [d.id]);
        let mut both = conversations(&w.admin, &c.protocol[..8]).await;
        both.sort();
        assert_eq!(both, [c.id, d.id]);
    }

    async fn ab_8_messages_are_found_by_all_words_and_the_beginning_of_the_last(w) {
        let c = w.says("5511987654321", "Quero saber da promoção de café").await;
        w.says("5511987654322", "O café chegou frio").await;
        conversation::assume(&w.admin, c.id, None).await.unwrap();
        w.send(&w.admin, c.id, "A promoção vale até sexta-feira").await.unwrap();
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "cliente reclamou do frete".into() }, reply_to: None, mentions: Vec::new() };
        service::message::send(&w.admin, c.id, note).await.unwrap();
        assert_eq!(messages(&w.admin, "promocao").await, ["A promoção vale até sexta-feira", "Quero saber da promoção de café"]);
        assert_eq!(messages(&w.admin, "café PROMOÇÃO").await, ["Quero saber da promoção de café"]);
        assert_eq!(messages(&w.admin, "promoção caf").await, ["Quero saber da promoção de café"]);
        assert_eq!(messages(&w.admin, "sexta-feira").await.len(), 1);
        assert_eq!(messages(&w.admin, "reclamou").await.len(), 1);
        // A word that is not the last one must be whole.
        assert_eq!(messages(&w.admin, "caf promoção").await, Vec::<String>::new());
        let hit = search::search(&w.admin, "frio", None).await.unwrap().messages.remove(0);
        assert_eq!(hit.conversation.id, hit.message.conversation_id);
    }

    async fn ab_8_odd_texts_never_fail(w) {
        let body = "ⓐⓑ x² ½ ١٢٣ हिन्दी 日本語テキスト Ωμέγα ŁÓDŹ ß ﬁ 👨‍👩‍👧 a:b a&b a|b !a 'a' \"a\" a\\b NEAR(a b) OR AND NOT a-b_c \u{10ffff}";
        let c = w.says("5511987654321", body).await;
        for word in body.split_whitespace() {
            let found = search::search(&w.admin, word, None).await.unwrap();
            let has_letters = word.chars().any(|ch| ch.is_alphanumeric());
            assert_eq!(found.messages.len(), usize::from(has_letters), "{word}");
        }
        let _ = c;
        let mut runner = TestRunner::deterministic();
        for _ in 0..150 {
            let text = "\\PC{0,30}".new_tree(&mut runner).unwrap().current();
            search::search(&w.admin, &text, None).await.unwrap_or_else(|e| panic!("{text:?}: {e}"));
        }
        for _ in 0..30 {
            let text = "\\PC{1,60}".new_tree(&mut runner).unwrap().current();
            w.says("5511987654321", &text).await;
        }
    }

    async fn ab_8_long_words_are_found_by_their_beginning(w) {
        let long = "a".repeat(3000);
        w.says("5511987654321", &format!("{long} fim")).await;
        assert_eq!(messages(&w.admin, &"a".repeat(90)).await.len(), 1);
        assert_eq!(messages(&w.admin, &format!("{} fim", "a".repeat(60))).await.len(), 1);
    }

    async fn ro_2_search_finds_only_what_the_asker_may_see(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let (ana, bruno, carla) = (w.agent("Ana Souza", w.team).await, w.agent("Bruno Lima", law).await, w.agent("Carla Dias", law).await);
        let boss = w.member("Davi Melo", Role::Agent, &[(law, false, true)]).await;
        let c = w.says("5511987654321", "segredo processual").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: bruno.user, team_id: None }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        for done in [false, true] {
            for (cx, sees) in [(&w.admin, true), (&boss, true), (&bruno, true), (&carla, false), (&ana, false)] {
                let cx = w.cx(cx.user).await;
                let found = usize::from(sees);
                assert_eq!(messages(&cx, "segredo").await.len(), found, "{} {done}", cx.seat.name);
                assert_eq!(conversations(&cx, "Pessoa").await.len(), found);
                assert_eq!(conversations(&cx, "11987654321").await.len(), found);
                assert_eq!(conversations(&cx, &c.protocol).await.len(), found);
                assert_eq!(conversation::others(&cx, c.contact_id).await.unwrap().len(), found);
            }
            if !done {
                conversation::conclude(&bruno, c.id, ConcludeDraft::silent()).await.unwrap();
            }
        }
    }

    async fn a_visitors_words_are_found_too(w) {
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let row = channels::own(&w.admin, chat).await.unwrap();
        let mut who = visitor::admit(&w.desk, &row, None).await.unwrap();
        visitor::say(&w.desk, &row, &mut who, "1", "preciso de um orçamento", "Visitante do site").await.unwrap();
        assert_eq!(messages(&w.admin, "orcamento").await.len(), 1);
        assert_eq!(conversations(&w.admin, "visitante").await.len(), 1);
    }
}
