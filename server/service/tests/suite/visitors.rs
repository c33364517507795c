//! Visitors of a website chat (09; issue part 4).

use crate::world::*;
use channel::webchat::ChatFrom;
use model::*;
use service::channels::ChannelRow;
use service::visitor::{VisitorId, admit, for_visitor, history, say, seen_upto, ticks, typing, visits};
use service::{News, args, channels, conversation, message};
use std::sync::Arc;

async fn chat(w: &World) -> (Arc<ChannelRow>, VisitorId) {
    let id = channels::save(&w.admin, webchat("Site")).await.unwrap().channel.id;
    let row = channels::own(&w.admin, id).await.unwrap();
    let who = admit(&w.desk, &row, None).await.unwrap();
    (row, who)
}

async fn only_conversation(w: &World) -> ConversationId {
    w.number("select id from conversation").await.into()
}

async fn page_of(w: &World) -> Option<VisitedPage> {
    conversation::open(&w.admin, only_conversation(w).await).await.unwrap().contact.page
}

both! {
    async fn wc_6_the_page_of_the_visitor_is_kept_from_the_first_message_on(w) {
        let (row, mut who) = chat(w).await;
        visits(&w.desk, &row, &mut who, "https://shop.example/produto/7?utm_source=feira#fotos", "  Caneca\nazul ").await.unwrap();
        assert_eq!(w.number("select count(*) from contact").await, 0, "looking around makes no contact");
        say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        let page = VisitedPage { url: "https://shop.example/produto/7?utm_source=feira".into(), title: "Caneca azul".into(), at: w.desk.now() };
        assert_eq!(page_of(w).await, Some(page.clone()));
        // Not each message says it again; a new page does.
        w.pass(MINUTE);
        say(&w.desk, &row, &mut who, "2", "?", "V").await.unwrap();
        assert_eq!(page_of(w).await, Some(page));
        let mut again = admit(&w.desk, &row, Some(&who.token)).await.unwrap();
        visits(&w.desk, &row, &mut again, "https://SHOP.example:443/carrinho", "").await.unwrap();
        let page = VisitedPage { url: "https://shop.example/carrinho".into(), title: String::new(), at: w.desk.now() };
        assert_eq!(page_of(w).await, Some(page.clone()));
        // The API tells it, too.
        let listed = service::contact::list(&w.admin, None, None, 10).await.unwrap();
        assert_eq!(listed.items[0].page, Some(page));
    }

    async fn wc_6_only_pages_of_the_own_site_are_taken_and_no_more_than_fits(w) {
        let (row, mut who) = chat(w).await;
        say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        for other in [
            "",
            "/produto",
            "javascript:alert(1)//https://shop.example",
            "data:text/html,x",
            "http://shop.example/",
            "https://evil.example/https://shop.example",
            "https://shop.example@evil.example/",
            "https://shop.example.evil.example/",
        ] {
            visits(&w.desk, &row, &mut who, other, "Loja").await.unwrap();
            assert_eq!(page_of(w).await, None, "{other}");
        }
        let title = "é".repeat(5000);
        visits(&w.desk, &row, &mut who, &format!("https://ana:senha@shop.example/a?x={}", "y".repeat(5000)), &title).await.unwrap();
        let page = page_of(w).await.unwrap();
        assert_eq!((page.url.as_str(), page.title.chars().count()), ("https://shop.example/a", limit::PAGE_TITLE_MAX + 1));
        visits(&w.desk, &row, &mut who, &format!("https://shop.example/{}", "y".repeat(5000)), "x").await.unwrap();
        assert_eq!(page_of(w).await, Some(page), "an address that is too long is none");
    }

    async fn a_visitor_writes_and_reads_the_answer(w) {
        let (row, mut who) = chat(w).await;
        assert_eq!(history(&w.desk, &row, &who, None).await.unwrap(), []);
        let first = say(&w.desk, &row, &mut who, "1", "olá", "Visitante do site").await.unwrap();
        assert_eq!((first.from, first.text.as_str(), first.client_id.as_deref()), (ChatFrom::Me, "olá", Some("1")));
        let again = say(&w.desk, &row, &mut who, "1", "olá", "Visitante do site").await.unwrap();
        assert_eq!(again.n, first.n);
        let id = only_conversation(w).await;
        conversation::assume(&w.admin, id, None).await.unwrap();
        w.pass(SECOND);
        w.send(&w.admin, id, "pois não?").await.unwrap();
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: "chato".into() }, reply_to: None, mentions: Vec::new() };
        message::send(&w.admin, id, note).await.unwrap();
        w.send_out().await;
        let all = history(&w.desk, &row, &who, None).await.unwrap();
        assert_eq!(all.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["olá", "pois não?"]);
        assert_eq!((all[1].from, all[1].author.as_deref()), (ChatFrom::Them, None), "who has no nickname is not named");
        assert_eq!(history(&w.desk, &row, &who, Some(first.n)).await.unwrap().len(), 1);
        // Notes and system lines never reach the visitor.
        for m in w.messages(id).await {
            let hidden = matches!(m.kind, MessageKind::Note | MessageKind::Transition);
            assert_eq!(for_visitor(&w.desk, &m, "").is_none(), hidden);
        }
    }

    async fn ticks_come_from_the_visitors_browser(w) {
        let (row, mut who) = chat(w).await;
        say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        let id = only_conversation(w).await;
        conversation::assume(&w.admin, id, None).await.unwrap();
        let (a, b) = (w.send(&w.admin, id, "um").await.unwrap(), w.send(&w.admin, id, "dois").await.unwrap());
        w.send_out().await;
        ticks(&w.desk, &row, &who, b.id, MessageStatus::Delivered).await.unwrap();
        ticks(&w.desk, &row, &who, a.id, MessageStatus::Read).await.unwrap();
        ticks(&w.desk, &row, &who, b.id, MessageStatus::Delivered).await.unwrap();
        assert_eq!((w.message(a.id).await.status, w.message(b.id).await.status), (MessageStatus::Read, MessageStatus::Delivered));
        // Another visitor's ticks change nothing.
        let mut other = admit(&w.desk, &row, None).await.unwrap();
        say(&w.desk, &row, &mut other, "1", "oi", "V").await.unwrap();
        ticks(&w.desk, &row, &other, b.id, MessageStatus::Read).await.unwrap();
        assert_eq!(w.message(b.id).await.status, MessageStatus::Delivered);
    }

    async fn sm_3_the_visitor_hears_of_reading_only_once_somebody_serves(w) {
        let (row, mut who) = chat(w).await;
        let m = say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        let id = only_conversation(w).await;
        conversation::mark_read(&w.admin, id).await.unwrap();
        assert_eq!(seen_upto(&w.desk, &row, &who).await.unwrap(), None);
        conversation::assume(&w.admin, id, None).await.unwrap();
        assert_eq!(seen_upto(&w.desk, &row, &who).await.unwrap(), None);
        let mut news = w.desk.listen(w.account);
        conversation::mark_read(&w.admin, id).await.unwrap();
        assert_eq!(seen_upto(&w.desk, &row, &who).await.unwrap(), Some(m.n));
        let mut told = false;
        while let Ok(item) = news.try_recv() {
            told |= matches!(item, News::AgentRead { contact_id, .. } if Some(contact_id) == who.contact_id);
        }
        assert!(told);
    }

    async fn typing_is_told_with_what_decides_who_sees_it(w) {
        let (row, mut who) = chat(w).await;
        typing(&w.desk, &row, &who).await.unwrap();
        say(&w.desk, &row, &mut who, "1", "olá", "V").await.unwrap();
        let mut news = w.desk.listen(w.account);
        typing(&w.desk, &row, &who).await.unwrap();
        let Ok(News::ContactTyping { conversation_id, access }) = news.try_recv() else { panic!("nothing was told") };
        assert_eq!((conversation_id, access.status, access.team_id), (only_conversation(w).await, ConversationStatus::Pending, w.team));
    }

    async fn what_a_visitor_may_not_say(w) {
        let (row, mut who) = chat(w).await;
        for (client, text) in [("", "oi"), ("1", ""), ("1", " \n "), ("1", &*"x".repeat(limit::TEXT_MAX + 1)), (&*"c".repeat(65), "oi")] {
            assert_eq!(fault(say(&w.desk, &row, &mut who, client, text, "V").await).code(), "invalid");
        }
        assert_eq!(w.number("select count(*) from contact").await, 0);
        w.write("update channel set status = 'DISCONNECTED' where id = $1", args![row.id]).await;
        w.desk.tell(w.account, News::Event(Arc::new(service::EventNews::new(Event { seq: 0, at: 0, change: Change::Setup { what: SetupKind::Channels } }))));
        let row = channels::own(&w.admin, row.id).await.unwrap();
        assert_eq!(fault(say(&w.desk, &row, &mut who, "1", "oi", "V").await), Fault::ChannelDown);
    }
}
