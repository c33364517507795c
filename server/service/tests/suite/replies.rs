//! Quick replies (05, section 5.5).

use crate::world::*;
use model::*;
use service::{Cx, media, reply};

fn draft(alias: &str, scope: ReplyScope, teams: &[TeamId]) -> ReplyDraft {
    ReplyDraft {
        id: None,
        scope,
        team_ids: teams.to_vec(),
        alias: alias.into(),
        text: format!("Texto de {alias}, [NOME]"),
        file_id: None,
        archived: false,
    }
}

async fn make(cx: &Cx, alias: &str, scope: ReplyScope, teams: &[TeamId]) -> QuickReply {
    reply::save(cx, draft(alias, scope, teams)).await.unwrap()
}

async fn seen(cx: &Cx, query: ReplyQuery) -> Vec<String> {
    reply::list(cx, &query).await.unwrap().items.into_iter().map(|r| r.alias).collect()
}

async fn all(cx: &Cx) -> Vec<String> {
    seen(cx, ReplyQuery::default()).await
}

fn text(text: &str) -> ReplyQuery {
    ReplyQuery { text: text.into(), ..ReplyQuery::default() }
}

both! {
    async fn qr_1_a_reply_is_for_me_for_teams_or_for_everybody(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let davi = w.member("Davi Melo", Role::Agent, &[(sales, false, true)]).await;
        make(&ana, "minha", ReplyScope::Me, &[]).await;
        make(&ana, "equipe", ReplyScope::Teams, &[w.team]).await;
        make(&ana, "todos", ReplyScope::All, &[]).await;
        make(&davi, "vendas", ReplyScope::Teams, &[sales]).await;
        assert_eq!(all(&ana).await, ["equipe", "minha", "todos"]);
        assert_eq!(all(&bia).await, ["equipe", "todos"]);
        assert_eq!(all(&davi).await, ["todos", "vendas"], "supervisors are in the team");
        // Admins use theirs, and look after all that is shared: the private ones are nobody else's.
        assert_eq!(all(&w.admin).await, ["equipe", "todos"]);
        assert_eq!(seen(&w.admin, ReplyQuery { manage: true, ..ReplyQuery::default() }).await, ["equipe", "todos", "vendas"]);
        assert_eq!(seen(&bia, ReplyQuery { manage: true, ..ReplyQuery::default() }).await, ["equipe", "todos"]);
        // Who leaves the team loses its replies at once.
        service::people::save_member(&w.admin, MemberDraft { user_id: Some(bia.user), password: String::new(), ..member_draft("Bia Reis", Role::Agent, &[]) }).await.unwrap();
        assert_eq!(all(&w.cx(bia.user).await).await, ["todos"]);
    }

    async fn qr_1_alias_text_and_own_teams_are_checked(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let ana = w.agent("Ana Souza", w.team).await;
        for (wrong, fault_of) in [
            (ReplyDraft { alias: " ".into(), ..draft("x", ReplyScope::Me, &[]) }, Fault::field("alias", Wrong::Required)),
            (ReplyDraft { text: String::new(), ..draft("x", ReplyScope::Me, &[]) }, Fault::field("text", Wrong::Required)),
            (draft("x", ReplyScope::Teams, &[]), Fault::field("team_ids", Wrong::Required)),
            (draft("x", ReplyScope::Teams, &[sales]), Fault::field("team_ids", Wrong::NotAllowed)),
            (draft("x", ReplyScope::Teams, &[TeamId(1)]), Fault::field("team_ids", Wrong::Unknown)),
        ] {
            assert_eq!(fault(reply::save(&ana, wrong).await), fault_of);
        }
        // An admin chooses any team, and what is for a team already may stay with it.
        let shared = make(&w.admin, "x", ReplyScope::Teams, &[w.team, sales, sales]).await;
        assert_eq!(shared.team_ids.len(), 2);
        let mine = make(&ana, "y", ReplyScope::Teams, &[w.team]).await;
        let more = ReplyDraft { id: Some(mine.id), ..draft("y", ReplyScope::Teams, &[w.team, sales]) };
        reply::save(&w.admin, more.clone()).await.unwrap();
        assert_eq!(reply::save(&ana, more).await.unwrap().team_ids.len(), 2);
        // For everybody again, the teams are gone.
        let open = ReplyDraft { id: Some(mine.id), ..draft("y", ReplyScope::All, &[w.team]) };
        assert_eq!(reply::save(&ana, open).await.unwrap().team_ids, []);
    }

    async fn qr_3_own_ones_are_changed_archived_and_deleted_and_admins_do_it_for_shared_ones(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (mine, shared) = (make(&ana, "minha", ReplyScope::Me, &[]).await, make(&ana, "todos", ReplyScope::All, &[]).await);
        let change = |r: &QuickReply| ReplyDraft { id: Some(r.id), text: "novo".into(), archived: true, ..draft(&r.alias, r.scope, &[]) };
        assert_eq!(fault(reply::save(&bia, change(&mine)).await), Fault::Missing, "what is hers alone does not exist for others");
        assert_eq!(fault(reply::save(&w.admin, change(&mine)).await), Fault::Missing);
        assert_eq!(fault(reply::delete(&w.admin, mine.id).await), Fault::Missing);
        assert_eq!(fault(reply::save(&bia, change(&shared)).await), Fault::Forbidden);
        assert_eq!(fault(reply::delete(&bia, shared.id).await), Fault::Forbidden);
        let archived = reply::save(&w.admin, change(&shared)).await.unwrap();
        assert_eq!((archived.text.as_str(), archived.owner_id), ("novo", ana.user), "it stays hers");
        // Archived: not offered, but kept.
        assert_eq!(all(&ana).await, ["minha"]);
        assert_eq!(seen(&ana, ReplyQuery { archived: true, ..ReplyQuery::default() }).await, ["todos"]);
        reply::delete(&w.admin, shared.id).await.unwrap();
        reply::delete(&ana, mine.id).await.unwrap();
        assert_eq!(fault(reply::delete(&ana, mine.id).await), Fault::Missing);
        assert_eq!((all(&ana).await.len(), w.number("select count(*) from quick_reply").await), (0, 0));
        let audit: Vec<(String,)> = w.rows("select action from audit where action like 'reply.%' order by id").await;
        assert_eq!(audit.iter().map(|(a,)| a.as_str()).collect::<Vec<_>>(), ["reply.add", "reply.add", "reply.change", "reply.delete", "reply.delete"]);
    }

    async fn qr_3_pages_of_a_hundred_by_alias_and_search_without_accents(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        for n in 0..105 {
            make(&ana, &format!("Saudação {n:03}"), ReplyScope::Me, &[]).await;
        }
        make(&ana, "ábaco", ReplyScope::Me, &[]).await;
        make(&ana, "100% seguro", ReplyScope::Me, &[]).await;
        let first = reply::list(&ana, &ReplyQuery::default()).await.unwrap();
        assert_eq!((first.items.len(), first.items[0].alias.as_str(), first.items[1].alias.as_str()), (100, "100% seguro", "ábaco"));
        let rest = reply::list(&ana, &ReplyQuery { after: first.next, ..ReplyQuery::default() }).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (7, None));
        assert_eq!(seen(&ana, text("SAUDACAO 10")).await.len(), 5);
        assert_eq!(seen(&ana, text("texto de ABA")).await, ["ábaco"], "in the text, too");
        assert_eq!(seen(&ana, text("0%")).await, ["100% seguro"], "what is typed is no pattern");
        assert_eq!(seen(&ana, text("_")).await.len(), 0);
        assert_eq!(fault(reply::list(&ana, &ReplyQuery { after: Some("x".into()), ..ReplyQuery::default() }).await), Fault::field("after", Wrong::Unknown));
        assert_eq!(fault(reply::list(&ana, &text(&"x".repeat(101))).await), Fault::field("text", Wrong::TooLong));
    }

    async fn qr_1_a_file_goes_with_a_reply_and_is_sent_as_ones_own(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let davi = w.member("Davi Melo", Role::Agent, &[(sales, true, false)]).await;
        let up = w.upload(&ana, "tabela.pdf", FileWish::Shown, b"%PDF-1.7 prices").await.unwrap();
        let theirs = ReplyDraft { file_id: Some(up.id), ..draft("tabela", ReplyScope::Teams, &[w.team]) };
        assert_eq!(fault(reply::save(&bia, theirs.clone()).await), Fault::field("file_id", Wrong::Unknown), "somebody else's upload");
        let made = reply::save(&ana, theirs.clone()).await.unwrap();
        assert_eq!(made.file.as_ref().map(|f| (f.id, f.file_name.as_str(), f.size)), Some((up.id, "tabela.pdf", 15)));
        // Who sees the reply sees its file, and nobody else.
        assert!(media::find(&bia, up.id, false).await.is_ok());
        assert_eq!(fault(media::find(&davi, up.id, false).await), Fault::Missing);
        assert_eq!(fault(reply::take_file(&davi, made.id).await), Fault::Missing);
        // It outlives what is never sent, and is sent as often as one likes.
        w.pass(48 * HOUR);
        media::clean(&w.desk).await.unwrap();
        let c = w.served(&bia, "5511987650001").await;
        for _ in 0..2 {
            let mine = reply::take_file(&bia, made.id).await.unwrap();
            assert_ne!(mine.id, up.id);
            assert_eq!(fault(w.send_file(&w.admin, c.id, mine.id, "").await), Fault::field("upload_id", Wrong::Unknown), "it is hers to send");
            w.send_file(&bia, c.id, mine.id, "Segue").await.unwrap();
        }
        assert_eq!(w.number("select value from counter where name = 'media_bytes'").await, 3 * 15);
        // Saved without a change it stays; taken away it goes, but not the messages' bytes.
        let same = ReplyDraft { id: Some(made.id), text: "Outro texto".into(), ..theirs };
        assert_eq!(reply::save(&ana, same.clone()).await.unwrap().file.map(|f| f.id), Some(up.id));
        assert_eq!(reply::save(&ana, ReplyDraft { file_id: None, ..same }).await.unwrap().file, None);
        assert_eq!(fault(reply::take_file(&bia, made.id).await), Fault::Missing);
        assert_eq!(fault(media::find(&ana, up.id, false).await), Fault::Missing);
        assert_eq!(w.number("select value from counter where name = 'media_bytes'").await, 2 * 15);
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert_eq!(w.stored(&service::keys::sha256_hex(b"%PDF-1.7 prices")).await, b"%PDF-1.7 prices");
        // A reply that is deleted takes its file with it.
        let alone = w.upload(&ana, "x.txt", FileWish::Shown, b"only here").await.unwrap();
        let other = reply::save(&ana, ReplyDraft { file_id: Some(alone.id), ..draft("x", ReplyScope::Me, &[]) }).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&service::keys::sha256_hex(b"only here")).await.is_ok());
        reply::delete(&ana, other.id).await.unwrap();
        w.pass(2 * HOUR);
        media::clean(&w.desk).await.unwrap();
        assert!(w.desk.storage.size(&service::keys::sha256_hex(b"only here")).await.is_err());
    }

    async fn qr_4_replies_are_ours_alone_and_count_in_no_cap_of_metas(w) {
        let before = w.templates(&[]).await.len();
        for n in 0..251 {
            make(&w.admin, &format!("r{n:03}"), ReplyScope::All, &[]).await;
        }
        // One more than Meta lets a channel have of templates; none of them is one.
        assert_eq!(w.number("select count(*) from quick_reply").await, 251);
        assert_eq!(w.templates(&[]).await.len(), before);
        assert_eq!(w.graph.sent().len(), 0);
    }

    async fn qr_3_every_change_is_told_and_tells_nothing_of_it(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let since = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        let made = make(&ana, "segredo", ReplyScope::Me, &[]).await;
        reply::delete(&ana, made.id).await.unwrap();
        let events = service::desk::events_since(&w.desk.system(w.account), since, 10).await.unwrap();
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|e| e.change == Change::Setup { what: SetupKind::Replies }));
    }
}
