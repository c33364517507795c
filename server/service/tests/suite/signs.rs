//! The search index against the messages themselves: it finds what reading all of them finds (AB-8).

use crate::world::*;
use model::*;
use service::contact::fold;
use service::{Cx, args, channels, search};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a text has all words, the last one as a beginning.
fn has(text: &str, words: &str) -> bool {
    let cut = |text: &str| -> Vec<String> {
        fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let (text, words) = (cut(text), cut(words));
    words.iter().enumerate().all(|(n, word)| text.iter().any(|t| if n + 1 == words.len() { t.starts_with(word) } else { t == word }))
}

async fn found(cx: &Cx, text: &str, part: SearchGroup) -> Vec<MessageId> {
    let result = search::search(cx, text, Some(part)).await.unwrap();
    let hits = if part == SearchGroup::Files { result.files } else { result.messages };
    hits.iter().map(|h| h.message.id).collect()
}

/// Whom, where and when a search is narrowed by, and what that lets through.
struct Narrowed<'a> {
    typed: &'a str,
    lets: &'a dyn Fn(&Message) -> bool,
}

both! {
    async fn ab_8_the_index_finds_what_reading_every_message_finds(w) {
        channels::save(&w.admin, whatsapp("Número dois", "106540352242999", WABA)).await.unwrap();
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (a, b) = (w.served(&ana, "5511987650001").await, w.served(&bia, "5511987650002").await);
        let texts = [
            "prever a compra", "Prevê-se café com leite", "comprar café", "com compras", "CAFÉ previsto", "não", "prevenção: cafeteira", "a",
            "leite, café; pré-venda", "nota ¤a1 £compra",
        ];
        for (n, text) in texts.iter().enumerate() {
            w.says("5511987650001", text).await;
            w.send(&ana, a.id, &format!("{text} já")).await.unwrap();
            if n % 2 == 0 {
                w.says("5511987650002", "sim").await;
                w.send(&bia, b.id, text).await.unwrap();
            }
            let body = crate::payload::text("5511987650003", &format!("wamid.D{n}"), w.desk.now(), text);
            w.inbound(&crate::payload::one("106540352242999", vec![body])).await;
            w.pass(DAY);
        }
        w.says("5511987650002", "sim").await;
        for name in ["Compra café.pdf", "a.pdf", "Prévia.pdf"] {
            let upload = w.upload(&bia, name, FileWish::Shown, b"%PDF-1.4 x").await.unwrap();
            w.send_file(&bia, b.id, upload.id, "segue a compra").await.unwrap();
        }
        let c = w.conversation_of("wamid.D0").await;
        let mut all: BTreeMap<MessageId, Message> = BTreeMap::new();
        for id in [a.id, b.id, c.id] {
            all.extend(w.messages(id).await.into_iter().filter(|m| m.kind != MessageKind::Transition).map(|m| (m.id, m)));
        }
        // START is the 14th of July; the account's day begins at three.
        let day: Millis = START / DAY * DAY + 5 * DAY + 3 * HOUR;
        let own = |m: &Message, cx: &Cx| m.author_id == Some(cx.user);
        let narrowed = [
            Narrowed { typed: "", lets: &|_| true },
            Narrowed { typed: "de:ana", lets: &|m| own(m, &ana) },
            Narrowed { typed: "de:ana de:bia", lets: &|m| own(m, &ana) || own(m, &bia) },
            Narrowed { typed: "canal:dois", lets: &|m| m.conversation_id == c.id },
            Narrowed { typed: "canal:principal", lets: &|m| m.conversation_id != c.id },
            Narrowed { typed: "canal:whatsapp", lets: &|_| true },
            Narrowed { typed: "de:pessoa", lets: &|m| m.direction == Direction::In },
            Narrowed { typed: "de:pessoa de:bia canal:principal", lets: &|m| m.conversation_id != c.id && (m.direction == Direction::In || own(m, &bia)) },
            Narrowed { typed: "antes:19/07/2026", lets: &|m| m.at < day },
            Narrowed { typed: "depois:19/07/2026 de:ana", lets: &|m| m.at >= day && own(m, &ana) },
        ];
        for unsigned in [false, true] {
            w.desk.reindexing(unsigned);
            for words in ["c", "co", "com", "comp", "compra", "pre", "prev", "prever a", "cafe com", "café", "café leite", "a", "ja", "nada", "pdf", "já nao", "a1"] {
                for n in &narrowed {
                    let typed = format!("{words} {}", n.typed);
                    let read: Vec<MessageId> = all.values().rev().filter(|m| has(&m.body, words) && (n.lets)(m)).map(|m| m.id).collect();
                    assert_eq!(found(&w.admin, &typed, SearchGroup::Messages).await, read, "{typed:?}, {unsigned}");
                    let named = |m: &Message| matches!(&m.content, Content::Media(media) if has(&media.file_name, words));
                    let read: Vec<MessageId> = all.values().rev().filter(|m| named(m) && (n.lets)(m)).map(|m| m.id).collect();
                    if !unsigned {
                        assert_eq!(found(&w.admin, &typed, SearchGroup::Files).await, read, "files {typed:?}");
                    }
                }
            }
        }
    }

    async fn ab_8_a_beginning_of_many_words_is_found_as_one_of_few(w) {
        let many: Vec<String> = (0..150).map(|n| format!("zebra{n:03}")).collect();
        w.says("5511987650001", &many.join(" ")).await;
        let one = w.says("5511987650002", "zebra999 e girafa").await;
        let bodies = async |text: &str| found(&w.admin, text, SearchGroup::Messages).await.len();
        for (text, n) in [("zebra", 2), ("zebra0", 1), ("zebra9", 1), ("ze", 2), ("z", 2), ("girafa zebra", 1), ("zebra999 gir", 1), ("zebrab", 0), ("zebra girafa", 0)] {
            assert_eq!(bodies(text).await, n, "{text}");
        }
        assert_eq!(search::search(&w.admin, "zebra9", None).await.unwrap().messages[0].conversation.id, one.id);
    }

    async fn ab_8_what_was_indexed_without_signs_is_found_while_it_waits(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let upload = w.upload(&w.admin, "Orçamento.pdf", FileWish::Shown, b"%PDF-1.4 x").await.unwrap();
        let m = w.send_file(&w.admin, c.id, upload.id, "veja a proposta").await.unwrap();
        // As it was before there were signs: the name's words among those of the text.
        w.write("update message set body = body || ' orçamento', author_id = null where id = $1", args![m.id]).await;
        w.write("insert into search_backlog (below) select max(id) + 1 from message", args![]).await;
        service::reindex::run(&w.desk).await.unwrap();
        w.write("update message set body = 'veja a proposta', author_id = $1 where id = $2", args![w.admin.user, m.id]).await;
        let of = async |text: &str| {
            let result = search::search(&w.admin, text, None).await.unwrap();
            (result.files.len(), result.messages.len())
        };
        w.desk.reindexing(true);
        assert_eq!((of("orcam").await, of("proposta").await, of("orcam de:mim").await), ((1, 0), (0, 1), (1, 0)));
        w.write("insert into search_backlog (below) select max(id) + 1 from message", args![]).await;
        service::reindex::run(&w.desk).await.unwrap();
        assert!(!w.desk.is_reindexing());
        assert_eq!((of("orcam").await, of("proposta").await, of("orcam de:mim").await), ((1, 0), (0, 1), (1, 0)));
    }

    async fn an_edited_text_keeps_its_signs(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "girafa".into() }, reply_to: None, mentions: Vec::new() };
        let note = service::message::send(&w.admin, c.id, note).await.unwrap();
        service::message::edit_note(&w.admin, note.id, "zebra", &[]).await.unwrap();
        assert_eq!(found(&w.admin, "zebra de:mim", SearchGroup::Messages).await, [note.id]);
        assert_eq!(found(&w.admin, "girafa de:mim", SearchGroup::Messages).await, []);
        let ids: BTreeSet<MessageId> = found(&w.admin, "zebra canal:principal", SearchGroup::Messages).await.into_iter().collect();
        assert_eq!(ids, BTreeSet::from([note.id]));
    }
}
