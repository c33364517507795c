//! The internal chat: who is in a talk, and that nobody else is (04, section 4.13).

use crate::acts::Play;
use crate::world::*;
use model::*;
use service::{Cx, News, alert, args, feature, inbox, media, people, search, talk};
use tokio::sync::broadcast::Receiver;

const MARIA: &str = "5511987654321";

async fn switch(w: &World, internal_chat: bool) {
    feature::save(&w.admin, Features { internal_chat, ..Features::default() }).await.unwrap();
}

fn draft(client_id: &str, text: &str) -> TalkDraft {
    TalkDraft { client_id: client_id.into(), text: text.into(), ..TalkDraft::default() }
}

fn person(cx: &Cx) -> TalkWith {
    TalkWith::Person { user_id: cx.user }
}

impl World {
    /// Writes to somebody; answers the talk.
    async fn tells(&self, cx: &Cx, with: TalkWith, text: &str) -> TalkId {
        let id = talk::open(cx, with).await.unwrap().talk.id;
        self.pass(SECOND);
        talk::send(cx, id, draft(&format!("t{}", self.fresh()), text)).await.unwrap();
        id
    }

    /// Changes a member's teams; answers their new rights.
    async fn moves(&self, cx: &Cx, name: &str, teams: &[(TeamId, bool, bool)]) -> Cx {
        let draft = MemberDraft { user_id: Some(cx.user), password: String::new(), ..member_draft(name, cx.seat.role, teams) };
        people::save_member(&self.admin, draft).await.unwrap();
        self.cx(cx.user).await
    }
}

/// Texts of a talk, the oldest first.
async fn texts(cx: &Cx, id: TalkId) -> Vec<String> {
    talk::page(cx, id, None).await.unwrap().messages.into_iter().map(|m| m.text).collect()
}

/// The asker's talks, as the last text with what is unread.
async fn talks(cx: &Cx) -> Vec<(String, i64)> {
    let page = talk::list(cx, None).await.unwrap();
    page.items.into_iter().map(|t| (t.last.unwrap().text, t.unread)).collect()
}

/// What a member's socket would get of the bus.
fn delivered(cx: &Cx, news: &mut Receiver<News>) -> Vec<String> {
    let mut heard = Vec::new();
    while let Ok(item) = news.try_recv() {
        if let News::Talk(news) = item {
            let talk = news.for_reader(cx.seen());
            assert!(talk.is_some() || news.alert_for(cx.seen()).is_none(), "who is not in it is not told of it");
            heard.extend(talk.map(|t| t.last.unwrap().text));
        }
    }
    heard
}

both! {
    async fn ci_1_off_nobody_writes_and_what_was_written_stays_readable(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        assert_eq!(people::account(&ana).await.unwrap().features, Features::default());
        assert_eq!(fault(talk::open(&ana, person(&bia)).await), Fault::ModuleOff { module: Module::InternalChat });
        assert_eq!(fault(feature::save(&ana, Features { internal_chat: true, ..Features::default() }).await), Fault::Forbidden);
        switch(w, true).await;
        let id = w.tells(&ana, person(&bia), "oi").await;
        switch(w, false).await;
        for cx in [&ana, &bia, &w.admin] {
            let expected = if cx.user == w.admin.user { Fault::Missing } else { Fault::ModuleOff { module: Module::InternalChat } };
            assert_eq!(fault(talk::send(cx, id, draft("x", "ainda?")).await), expected);
        }
        assert_eq!(texts(&bia, id).await, ["oi"]);
        assert_eq!(talks(&bia).await, [("oi".to_owned(), 1)]);
        assert_eq!(talk::open(&bia, person(&ana)).await.unwrap().talk.id, id);
        let state = inbox::workspace(&bia).await.unwrap().talk;
        assert_eq!((state.unread, state.has_history), (1, true));
        switch(w, true).await;
        talk::send(&bia, id, draft("y", "voltou")).await.unwrap();
        assert_eq!(texts(&ana, id).await, ["oi", "voltou"]);
    }

    async fn ci_2_a_pair_a_team_and_everybody_each_have_one_talk(w) {
        switch(w, true).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", sales).await);
        // Both open it at once: the database takes one.
        let (one, two) = tokio::join!(talk::open(&ana, person(&bia)), talk::open(&bia, person(&ana)));
        let pair = one.unwrap().talk.id;
        assert_eq!(two.unwrap().talk.id, pair);
        assert_eq!(w.number("select count(*) from talk where kind = 'PAIR'").await, 1);
        assert_eq!(talk::open(&bia, person(&ana)).await.unwrap().talk.with, person(&ana));
        assert_eq!(fault(talk::open(&ana, person(&ana)).await), Fault::Missing);
        assert_eq!(fault(talk::open(&ana, TalkWith::Person { user_id: UserId(7) }).await), Fault::Missing);
        let all = w.tells(&ana, TalkWith::Everybody, "bom dia a todos").await;
        assert_eq!(talk::open(&bia, TalkWith::Everybody).await.unwrap().talk.id, all);
        // A team's talk is its agents' and supervisors', as they are now.
        let team = w.tells(&bia, TalkWith::Team { team_id: sales }, "só vendas").await;
        assert_eq!(fault(talk::open(&ana, TalkWith::Team { team_id: sales }).await), Fault::Missing);
        assert_eq!(fault(talk::page(&ana, team, None).await), Fault::Missing);
        assert_eq!(talks(&ana).await, [("bom dia a todos".to_owned(), 0)]);
        // Who joins reads what was written before, and owes nothing of it.
        let ana = w.moves(&ana, "Ana Souza", &[(w.team, true, false), (sales, false, true)]).await;
        assert_eq!(texts(&ana, team).await, ["só vendas"]);
        assert_eq!(talk::state(&ana).await.unwrap().unread, 0);
        w.tells(&bia, TalkWith::Team { team_id: sales }, "bem-vinda").await;
        assert_eq!(talks(&ana).await[0], ("bem-vinda".to_owned(), 1));
        // Who leaves reads nothing more, at once, neither what was unread.
        let ana = w.moves(&ana, "Ana Souza", &[(w.team, true, false)]).await;
        assert_eq!(fault(talk::page(&ana, team, None).await), Fault::Missing);
        assert_eq!(fault(talk::send(&ana, team, draft("z", "ainda leio?")).await), Fault::Missing);
        assert_eq!((talk::state(&ana).await.unwrap().unread, talks(&ana).await.len()), (0, 1));
    }

    async fn ci_3_admins_read_no_talk_that_they_are_not_in(w) {
        switch(w, true).await;
        let sales = w.new_team("Vendas", Restriction::None).await;
        let (ana, bia) = (w.agent("Ana Souza", sales).await, w.agent("Bia Reis", sales).await);
        let boss = w.member("Carla Dias", Role::Admin, &[(w.team, true, true)]).await;
        let mut bus = w.desk.listen(w.account);
        let (pair, team) = (w.tells(&ana, person(&bia), "segredo dos dois").await, w.tells(&ana, TalkWith::Team { team_id: sales }, "segredo de vendas").await);
        let upload = w.upload(&ana, "plano.txt", FileWish::Document, b"segredo").await.unwrap();
        talk::send(&ana, pair, TalkDraft { upload_id: Some(upload.id), ..draft("f", "") }).await.unwrap();
        for cx in [&w.admin, &boss] {
            for id in [pair, team] {
                assert_eq!(fault(talk::page(cx, id, None).await), Fault::Missing);
                assert_eq!(fault(talk::send(cx, id, draft("x", "li tudo")).await), Fault::Missing);
                assert_eq!(fault(talk::read(cx, id, TalkMessageId(i64::MAX)).await), Fault::Missing);
            }
            assert_eq!(fault(talk::open(cx, TalkWith::Team { team_id: sales }).await), Fault::Missing);
            assert_eq!(fault(media::find(cx, upload.id, false).await), Fault::Missing);
            assert_eq!(talk::list(cx, None).await.unwrap().items, []);
            assert_eq!(talk::state(cx).await.unwrap(), TalkState::default());
            assert_eq!(search::search(cx, "segredo", None).await.unwrap(), SearchResult::default());
            assert_eq!(alert::list(cx, None).await.unwrap(), AlertPage::default());
            let mut again = bus.resubscribe();
            assert_eq!(delivered(cx, &mut again), Vec::<String>::new());
        }
        assert_eq!(delivered(&bia, &mut bus), ["segredo dos dois", "segredo de vendas", ""]);
        assert_eq!(media::find(&bia, upload.id, false).await.unwrap().mime, "text/plain");
        assert!(!w.rows::<(String,)>("select change from event").await.iter().any(|(change,)| change.contains("segredo")), "no event tells it");
        assert!(!w.rows::<(String,)>("select data from audit").await.iter().any(|(data,)| data.contains("segredo")));
    }

    async fn ci_3_what_sql_counts_lists_and_sends_is_what_the_model_says(w) {
        switch(w, true).await;
        let play = Play::new(w, 31).await;
        let mut all = vec![TalkWith::Everybody];
        all.extend(play.teams.iter().map(|team_id| TalkWith::Team { team_id: *team_id }));
        all.extend(play.people.iter().map(person));
        let (mut heard, mut closed) = (0, 0);
        for (n, author) in play.people.iter().enumerate() {
            let author = w.cx(author.user).await;
            for (k, with) in all.iter().enumerate() {
                let Ok(opened) = talk::open(&author, *with).await else { continue };
                let (id, text) = (opened.talk.id, format!("{n}.{k}"));
                w.pass(SECOND);
                let mut bus = w.desk.listen(w.account);
                talk::send(&author, id, draft(&text, &text)).await.unwrap();
                let Ok(News::Talk(news)) = bus.try_recv() else { panic!("nothing was told") };
                for reader in &play.people {
                    let reader = w.cx(reader.user).await;
                    let is_in = reader.seen().hears(&news.access);
                    let listed = talk::list(&reader, None).await.unwrap().items.iter().any(|t| t.id == id);
                    let mark = w.number(&format!("select count(*) from talk_mark where talk_id = {id} and user_id = {} and (unread > 0 or read_id > 0)", reader.user)).await;
                    let rung = alert::list(&reader, None).await.unwrap().items.iter().any(|a| a.talk_id == Some(id) && a.preview.text == text);
                    assert_eq!((listed, mark == 1, news.for_reader(reader.seen()).is_some()), (is_in, is_in, is_in), "{text} for {}", reader.user);
                    assert_eq!(rung, is_in && reader.user != author.user, "{text} for {}", reader.user);
                    assert_eq!(news.alert_for(reader.seen()).is_some(), rung, "{text} for {}", reader.user);
                    *(if is_in { &mut heard } else { &mut closed }) += 1;
                }
            }
        }
        assert!(heard > 60 && closed > 60, "{heard} {closed}");
    }

    async fn ci_4_what_is_unread_is_counted_for_each_and_read_up_to_a_message(w) {
        switch(w, true).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let id = w.tells(&ana, person(&bia), "um").await;
        w.tells(&ana, person(&bia), "dois").await;
        assert_eq!((talk::state(&bia).await.unwrap().unread, talk::state(&ana).await.unwrap().unread), (2, 0));
        let first = talk::page(&bia, id, None).await.unwrap().messages[0].id;
        let mut bus = w.desk.listen(w.account);
        talk::read(&bia, id, first).await.unwrap();
        assert_eq!(talk::state(&bia).await.unwrap().unread, 1);
        let mut told = Vec::new();
        while let Ok(item) = bus.try_recv() {
            if let News::TalkRead { user_id, unread, .. } = item {
                told.push((user_id, unread));
            }
        }
        assert_eq!(told, [(bia.user, 1)], "her other tabs hear of it, nobody else's do");
        // An older mark takes nothing back.
        talk::read(&bia, id, TalkMessageId(i64::MAX)).await.unwrap();
        talk::read(&bia, id, first).await.unwrap();
        assert_eq!(talk::state(&bia).await.unwrap().unread, 0);
        // Who answers has read.
        w.tells(&ana, person(&bia), "três").await;
        w.tells(&bia, person(&ana), "ok").await;
        assert_eq!((talk::state(&bia).await.unwrap().unread, talk::state(&ana).await.unwrap().unread), (0, 1));
    }

    async fn ci_4_a_double_click_writes_once_and_pages_go_back_to_the_beginning(w) {
        switch(w, true).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let id = talk::open(&ana, person(&bia)).await.unwrap().talk.id;
        let (one, two) = tokio::join!(talk::send(&ana, id, draft("c1", "uma vez")), talk::send(&ana, id, draft("c1", "uma vez")));
        assert_eq!(one.unwrap().id, two.unwrap().id);
        assert_eq!(fault(talk::send(&ana, id, draft("c1", "outra coisa")).await), Fault::KeyReused);
        // The same id of another author is another message.
        talk::send(&bia, id, draft("c1", "também")).await.unwrap();
        // All within one millisecond: their order is that of writing.
        for n in 0..90 {
            talk::send(&ana, id, draft(&format!("n{n}"), &format!("{n}"))).await.unwrap();
        }
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = talk::page(&bia, id, before).await.unwrap();
            assert!(page.messages.len() as i64 <= limit::TALK_PAGE);
            before = page.messages.first().map(|m| m.id);
            all.splice(0..0, page.messages.into_iter().map(|m| m.text));
            if !page.more {
                break;
            }
        }
        let expected: Vec<String> = ["uma vez".to_owned(), "também".to_owned()].into_iter().chain((0..90).map(|n| n.to_string())).collect();
        assert_eq!(all, expected);
        assert_eq!(fault(talk::list(&ana, Some("x")).await), Fault::field("after", Wrong::Unknown));
    }

    async fn ci_4_the_list_of_talks_goes_in_pages_by_the_last_message(w) {
        switch(w, true).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let mut expected = Vec::new();
        for n in 0..limit::TALK_PAGE + 3 {
            let user: UserId = w.desk.seam.id();
            w.write("insert into users (id, email, name, password_hash, created_at) values ($1, $2, 'Colega', '', 0)", args![user, format!("{n}@x.example")]).await;
            w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 0)", args![w.account, user]).await;
            w.tells(&ana, TalkWith::Person { user_id: user }, &format!("{n}")).await;
            expected.insert(0, format!("{n}"));
        }
        let first = talk::list(&ana, None).await.unwrap();
        let second = talk::list(&ana, first.next.as_deref()).await.unwrap();
        assert_eq!((first.items.len() as i64, second.items.len(), second.next), (limit::TALK_PAGE, 3, None));
        let seen: Vec<String> = first.items.into_iter().chain(second.items).map(|t| t.last.unwrap().text).collect();
        assert_eq!(seen, expected);
    }

    async fn ci_4_a_link_to_a_conversation_tells_only_those_who_see_it(w) {
        switch(w, true).await;
        let closed = w.new_team("Fechada", Restriction::Team).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", closed).await);
        let c = w.served(&ana, MARIA).await;
        let id = talk::open(&ana, person(&bia)).await.unwrap().talk.id;
        let shown = talk::send(&ana, id, TalkDraft { conversation_id: Some(c.id), ..draft("a", "") }).await.unwrap();
        let pasted = talk::send(&ana, id, draft("b", &format!("veja https://prosa.example/inbox/{} por favor", c.id))).await.unwrap();
        assert_eq!((shown.conversation_id, pasted.conversation_id), (Some(c.id), Some(c.id)));
        let known = talk::pointed(&ana, c.id).await.unwrap().unwrap();
        assert_eq!((known.protocol, known.status), (c.protocol.clone(), ConversationStatus::InProgress));
        assert_eq!(talk::pointed(&bia, c.id).await.unwrap(), None, "no name for who does not see it");
        // Nobody finds out what exists by pointing at it.
        assert_eq!(fault(talk::send(&bia, id, TalkDraft { conversation_id: Some(c.id), ..draft("x", "") }).await), Fault::Missing);
        for text in [format!("https://prosa.example/inbox/{}", c.id), "https://prosa.example/inbox/99".into(), format!("https://evil.example/inbox/{}", c.id)] {
            assert_eq!(talk::send(&bia, id, draft(&format!("y{}", w.fresh()), &text)).await.unwrap().conversation_id, None, "{text}");
        }
    }

    async fn ci_4_files_go_with_a_message_and_are_kept_while_it_is_there(w) {
        switch(w, true).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let id = talk::open(&ana, person(&bia)).await.unwrap().talk.id;
        let photo = w.upload(&ana, "foto.png", FileWish::Shown, &picture(900, 600, image::ImageFormat::Png)).await.unwrap();
        assert!(matches!(fault(talk::send(&bia, id, TalkDraft { upload_id: Some(photo.id), ..draft("a", "") }).await), Fault::Invalid { .. }), "another's upload is not hers to send");
        let sent = talk::send(&ana, id, TalkDraft { upload_id: Some(photo.id), ..draft("a", "olha") }).await.unwrap();
        let again = talk::send(&ana, id, TalkDraft { upload_id: Some(photo.id), ..draft("a", "olha") }).await.unwrap();
        assert_eq!(again, sent);
        let seen = talk::page(&bia, id, None).await.unwrap().messages.remove(0).file.unwrap();
        assert_eq!((seen.id, seen.mime.as_str(), seen.width, seen.height, seen.small), (photo.id, "image/png", 900, 600, true));
        w.pass(3 * DAY);
        media::clean(&w.desk).await.unwrap();
        let found = media::find(&bia, photo.id, false).await.unwrap();
        assert_eq!(w.stored(&found.sha256).await.len() as u64, found.size);
        assert_eq!(media::find(&bia, photo.id, true).await.unwrap().mime, "image/jpeg");
        assert_eq!(fault(media::find(&w.admin, photo.id, true).await), Fault::Missing);
    }

    async fn ci_4_the_bell_tells_of_talks_unless_somebody_wants_to_hear_of_none(w) {
        switch(w, true).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let told = async |cx: &Cx| {
            let page = alert::list(cx, None).await.unwrap();
            let lines: Vec<String> = page.items.iter().map(|a| format!("{} {} {}: {}", a.kind, a.count, a.contact_name, a.preview.text)).collect();
            (lines, page.unread)
        };
        let pair = w.tells(&ana, person(&bia), "um").await;
        w.tells(&ana, person(&bia), "dois").await;
        w.says(MARIA, "um cliente").await;
        w.tells(&ana, TalkWith::Team { team_id: w.team }, "reunião").await;
        let (lines, unread) = told(&bia).await;
        assert_eq!(lines[0].split(' ').next(), Some("INTERNAL"));
        assert!(lines[0].starts_with("INTERNAL 1 Ana Souza · ") && lines[0].ends_with(": reunião"), "{lines:?}");
        assert!(lines[1].starts_with("QUEUE 1 "), "{lines:?}");
        assert_eq!((lines[2].as_str(), unread), ("INTERNAL 2 Ana Souza: dois", 3));
        assert_eq!(told(&ana).await.0.len(), 1, "what one writes is no news to oneself");
        // Reading the talk reads it there; reading the bell leaves the talk unread.
        talk::read(&bia, pair, TalkMessageId(i64::MAX)).await.unwrap();
        assert_eq!(told(&bia).await.1, 2);
        alert::read(&bia, None).await.unwrap();
        assert_eq!((told(&bia).await.1, talk::state(&bia).await.unwrap().unread), (0, 1));
        // Who wants to hear of none still has them unread in the chat.
        let mut off = AlertSettings::default();
        AlertWay::ALL.iter().for_each(|way| off.set(AlertKind::Internal, *way, false));
        alert::save_settings(&bia, off).await.unwrap();
        let mut bus = w.desk.listen(w.account);
        w.tells(&ana, person(&bia), "três").await;
        while let Ok(item) = bus.try_recv() {
            if let News::Talk(news) = item {
                assert!(news.for_reader(bia.seen()).is_some() && news.alert_for(bia.seen()).is_none());
            }
        }
        assert_eq!((told(&bia).await.0.len(), talk::state(&bia).await.unwrap().unread), (1, 2));
    }

    async fn ci_4_a_page_of_the_bell_mixes_conversations_and_talks_in_order(w) {
        switch(w, true).await;
        let ana = w.agent("Ana Souza", w.team).await;
        for n in 0..40 {
            let user: UserId = w.desk.seam.id();
            w.write("insert into users (id, email, name, password_hash, created_at) values ($1, $2, 'Colega', '', 0)", args![user, format!("{n}@x.example")]).await;
            w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 0)", args![w.account, user]).await;
            let cx = w.cx(user).await;
            w.tells(&cx, person(&ana), &format!("{n}")).await;
            if n % 3 == 0 {
                w.says(&format!("55119870{n:05}"), "oi").await;
            }
        }
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = alert::list(&ana, after.as_deref()).await.unwrap();
            all.extend(page.items);
            assert_eq!(page.unread, 54);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(all.len(), 54);
        assert!(all.windows(2).all(|w| (w[0].at, w[0].subject()) > (w[1].at, w[1].subject())));
    }

    async fn ci_4_nobody_writes_to_who_has_left_and_who_has_left_writes_to_nobody(w) {
        switch(w, true).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let id = w.tells(&ana, person(&bia), "até amanhã").await;
        let gone = MemberDraft { user_id: Some(bia.user), password: String::new(), active: false, ..member_draft("Bia Reis", Role::Agent, &[]) };
        people::save_member(&w.admin, gone).await.unwrap();
        assert_eq!(fault(talk::send(&ana, id, draft("x", "alô?")).await), Fault::ColleagueGone);
        assert_eq!(texts(&ana, id).await, ["até amanhã"]);
        assert!(w.desk.cx(w.account, bia.user, None).await.unwrap().is_none(), "she is nobody here any more");
        w.tells(&ana, TalkWith::Everybody, "a Bia saiu").await;
        assert_eq!(w.number(&format!("select count(*) from talk_mark where user_id = {} and unread > 1", bia.user)).await, 0);
    }

    async fn ci_5_no_plan_keeps_an_account_from_the_internal_chat(w) {
        // There is one switch, and nothing else decides: neither a role nor anything of the account.
        switch(w, true).await;
        for cx in [w.admin.clone(), w.agent("Ana Souza", w.team).await, w.member("Davi Melo", Role::Agent, &[]).await] {
            let id = w.tells(&cx, TalkWith::Everybody, "presente").await;
            assert_eq!(texts(&cx, id).await.last().unwrap(), "presente");
        }
        let columns: i64 = if w.is_sqlite() {
            w.number("select count(*) from pragma_table_info('account') where name like '%plan%'").await
        } else {
            w.number("select count(*) from information_schema.columns where table_name = 'account' and column_name like '%plan%'").await
        };
        assert_eq!(columns, 0, "a plan has come: the internal chat must be in each");
    }
}
