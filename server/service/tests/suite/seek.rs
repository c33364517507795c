//! Search with operators, files, and more of a part (AB-8).

use crate::world::*;
use model::*;
use service::{Cx, args, channels, conversation, search, tag};
use std::collections::BTreeSet;

async fn found(cx: &Cx, text: &str) -> BTreeSet<ConversationId> {
    let result = search::search(cx, text, None).await.unwrap();
    assert_eq!(result.unknown, [], "{text}");
    result.conversations.iter().map(|c| c.id).collect()
}

async fn said(cx: &Cx, text: &str) -> BTreeSet<String> {
    search::search(cx, text, None).await.unwrap().messages.iter().map(|m| m.message.body.clone()).collect()
}

async fn unknown(cx: &Cx, text: &str) -> Vec<String> {
    let result = search::search(cx, text, None).await.unwrap();
    assert!(result.conversations.is_empty() && result.messages.is_empty() && result.files.is_empty() && result.contacts.is_empty());
    result.unknown.iter().map(|t| t.value.clone()).collect()
}

fn set<const N: usize>(ids: [ConversationId; N]) -> BTreeSet<ConversationId> {
    BTreeSet::from(ids)
}

fn texts<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// Names the contact of a conversation so that search knows it.
async fn call(w: &World, c: &Conversation, name: &str) {
    let known = service::contact::get(&w.desk.system(w.account), c.contact_id).await.unwrap();
    service::contact::save(&w.admin, ContactDraft { name: name.into(), ..ContactDraft::of(&known) }).await.unwrap();
}

both! {
    async fn ab_8_from_finds_colleagues_contacts_and_oneself(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let a = w.served(&ana, "5511987650001").await;
        let b = w.served(&bia, "5511987650002").await;
        let c = w.says("5511987650003", "quero um boleto").await;
        call(w, &c, "Ana Clara Dias").await;
        w.send(&ana, a.id, "segue o boleto").await.unwrap();
        w.send(&bia, b.id, "boleto enviado").await.unwrap();
        assert_eq!(found(&w.admin, "de:ana").await, set([a.id, c.id]), "the colleague's and the contact's");
        assert_eq!(found(&w.admin, "from:\"ana souza\"").await, set([a.id]));
        assert_eq!(found(&w.admin, "de:\"clara ana\"").await, set([c.id]));
        assert_eq!(found(&ana, "de:mim").await, set([a.id]));
        assert_eq!(found(&bia, "from:me").await, set([b.id]));
        assert_eq!(found(&w.admin, "de:ana de:bia").await, set([a.id, b.id, c.id]), "or inside");
        assert_eq!(said(&w.admin, "boleto de:ana").await, texts(["segue o boleto", "quero um boleto"]));
        assert_eq!(said(&w.admin, "boleto de:bia").await, texts(["boleto enviado"]));
        assert_eq!(unknown(&w.admin, "boleto de:zacarias").await, ["zacarias"]);
    }

    async fn ab_8_team_channel_tag_and_days_narrow_together(w) {
        let sales = w.new_team("Vendas Externas", Restriction::None).await;
        channels::save(&w.admin, ChannelDraft { team_id: Some(sales), ..whatsapp("Número dois", "106540352242999", WABA) }).await.unwrap();
        let chat = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
        let old = w.says("5511987650001", "pedido antigo").await;
        w.pass(3 * DAY);
        let new = w.says("5511987650002", "pedido novo").await;
        w.inbound(&crate::payload::one("106540352242999", vec![crate::payload::text("5511987650003", "wamid.S", w.desk.now(), "pedido do dois")])).await;
        let other = w.conversation_of("wamid.S").await;
        let vip = tag::save(&w.admin, TagDraft { id: None, name: "Cliente VIP".into(), colour: TagColour::Blue }).await.unwrap().id;
        tag::change(&w.admin, new.contact_id, TagChange::Insert, &[vip]).await.unwrap();
        assert_eq!(found(&w.admin, "em:vendas").await, set([other.id]));
        assert_eq!(found(&w.admin, "in:\"vendas externas\"").await, set([other.id]));
        assert_eq!(found(&w.admin, "canal:dois").await, set([other.id]));
        assert_eq!(found(&w.admin, "channel:whatsapp").await, set([old.id, new.id, other.id]), "a kind is all of it");
        assert_eq!(found(&w.admin, "canal:site").await, set([]), "{chat} has no conversations");
        assert_eq!(found(&w.admin, "etiqueta:vip").await, set([new.id]));
        assert_eq!(found(&w.admin, "etiqueta:vip em:vendas").await, set([]));
        // START is the 14th of July, the others came on the 17th.
        assert_eq!(found(&w.admin, "antes:15/07/2026").await, set([old.id]));
        assert_eq!(found(&w.admin, "después:2026-07-15").await, set([new.id, other.id]));
        assert_eq!(found(&w.admin, "depois:hoje").await, set([new.id, other.id]));
        assert_eq!(found(&w.admin, "antes:ontem canal:principal").await, set([old.id]));
        assert_eq!(said(&w.admin, "pedido after:ontem").await, texts(["pedido novo", "pedido do dois"]));
        assert_eq!(said(&w.admin, "pedido before:17/7").await, texts(["pedido antigo"]));
        assert_eq!(said(&w.admin, "pedido tag:vip").await, texts(["pedido novo"]));
        assert_eq!(unknown(&w.admin, "em:lugar etiqueta:nada antes:31/02/2026 pedido").await, ["31/02/2026", "lugar", "nada"]);
        // An operator without a value is a word like any other.
        assert_eq!(search::search(&w.admin, "de:", None).await.unwrap(), SearchResult::default());
    }

    async fn ro_2_operators_show_nothing_that_is_not_theirs_to_see(w) {
        let closed = w.new_team("Diretoria", Restriction::User).await;
        let (ana, vera) = (w.agent("Ana Souza", w.team).await, w.agent("Vera Dias", closed).await);
        let c = w.served(&w.admin, "5511987650001").await;
        let to = TransferDraft { to: TransferTo::Person { user_id: vera.user, team_id: Some(closed) }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, to).await.unwrap();
        w.send(&vera, c.id, "assunto reservado").await.unwrap();
        let upload = w.upload(&vera, "reservado.pdf", FileWish::Shown, b"%PDF-1.4 segredo").await.unwrap();
        w.send_file(&vera, c.id, upload.id, "").await.unwrap();
        for text in ["de:vera", "em:diretoria", "canal:principal", "reservado", "reservado de:vera", "depois:01/01/2020"] {
            let result = search::search(&ana, text, None).await.unwrap();
            assert!(result.conversations.is_empty() && result.messages.is_empty() && result.files.is_empty(), "{text}");
        }
        assert_eq!(found(&vera, "de:mim").await, set([c.id]));
        assert_eq!(search::search(&vera, "reservado", None).await.unwrap().files.len(), 1);
        assert_eq!(said(&vera, "reservado em:diretoria").await, texts(["assunto reservado"]));
    }

    async fn ab_8_files_are_found_by_name_and_messages_by_text(w) {
        let c = w.served(&w.admin, "5511987650001").await;
        let upload = w.upload(&w.admin, "Orçamento Março.pdf", FileWish::Shown, b"%PDF-1.4 x").await.unwrap();
        w.send_file(&w.admin, c.id, upload.id, "veja a proposta").await.unwrap();
        w.send(&w.admin, c.id, "o orçamento seguiu").await.unwrap();
        let names = async |text: &str| {
            let result = search::search(&w.admin, text, None).await.unwrap();
            let of = |hits: Vec<MessageHit>| hits.into_iter().map(|h| h.message.body).collect::<Vec<_>>();
            (of(result.files), of(result.messages))
        };
        assert_eq!(names("orcamento").await, (vec!["veja a proposta".to_owned()], vec!["o orçamento seguiu".to_owned()]));
        assert_eq!(names("março orç").await, (vec!["veja a proposta".to_owned()], vec![]));
        assert_eq!(names("proposta").await, (vec![], vec!["veja a proposta".to_owned()]));
        assert_eq!(names("orcamento de:mim").await.0, ["veja a proposta"]);
        // Files that came before are found when the index has been filled again.
        w.write("delete from message_fts", args![]).await;
        assert_eq!(names("orcamento").await, (vec![], vec![]));
        w.write("insert into search_backlog (below) select max(id) + 1 from message", args![]).await;
        service::reindex::run(&w.desk).await.unwrap();
        assert_eq!(names("orcamento").await.0, ["veja a proposta"]);
    }

    async fn ab_8_more_of_a_part_is_shown_when_asked_for(w) {
        let most = limit::SEARCH_ROWS as usize;
        for n in 0..most + 5 {
            w.says(&format!("55119876510{n:02}"), &format!("girafa {n}")).await;
        }
        let first = search::search(&w.admin, "girafa", None).await.unwrap();
        assert_eq!((first.messages.len(), first.more.clone()), (most, vec![SearchGroup::Messages]));
        let more = search::search(&w.admin, "girafa", Some(SearchGroup::Messages)).await.unwrap();
        assert_eq!((more.messages.len(), more.more, more.conversations.len()), (most + 5, vec![], 0));
        assert_eq!(more.messages[..most], first.messages);
        let all = search::search(&w.admin, "depois:01/01/2020", Some(SearchGroup::Conversations)).await.unwrap();
        assert_eq!(all.conversations.len(), most + 5);
        assert!(all.conversations.windows(2).all(|p| (p[0].last_at, p[0].id) > (p[1].last_at, p[1].id)), "newest first");
    }
}
