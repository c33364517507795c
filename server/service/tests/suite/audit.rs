//! Who did or saw what, and from where (NX-20; 21, groups 13 and 14).

use crate::world::*;
use model::*;
use service::audit::{self, Origin};
use service::db::Text;
use service::{args, channels, company, feature, hours, message, people, sheet, tag};
use std::collections::BTreeSet;
use std::path::Path;

async fn lines(w: &World, query: AuditQuery) -> Vec<AuditLine> {
    audit::page(&w.admin, &query).await.unwrap().items
}

fn of(action: &str) -> AuditQuery {
    AuditQuery { action: action.into(), ..AuditQuery::default() }
}

/// The text of an export.
async fn exported(cx: &service::Cx, query: AuditQuery) -> String {
    let mut export = audit::export(cx, query).await.unwrap();
    let mut all = Vec::new();
    while let Some(piece) = audit::take(&mut export).await.unwrap() {
        all.extend(piece);
    }
    String::from_utf8(all).unwrap()
}

/// Words such as `tag.add` in the code, of which the first part is that of a known action.
fn actions_in_the_code(folder: &Path, found: &mut BTreeSet<String>) {
    let kinds: BTreeSet<&str> = AUDIT_ACTIONS.iter().filter_map(|(a, _)| a.split('.').next()).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            actions_in_the_code(&path, found);
            continue;
        }
        let code = std::fs::read_to_string(&path).unwrap();
        let is_word = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let is_action = |t: &str| t.split_once('.').is_some_and(|(kind, what)| is_word(kind) && is_word(what));
        // What stands in a call of `audit`, whatever its first part.
        for call in code.split(".audit(").skip(1).chain(code.split(".audit_change(").skip(1)).chain(code.split(".note(").skip(1)) {
            let inside = &call[..call.find(".await").unwrap_or(call.len())];
            found.extend(inside.split('"').skip(1).step_by(2).filter(|t| is_action(t)).map(str::to_owned));
        }
        for text in code.split('"').filter(|t| is_action(t) && t.split('.').next().is_some_and(|k| kinds.contains(k))) {
            found.insert(text.to_owned());
        }
    }
}

#[test]
fn nx_20_every_action_in_the_code_is_on_the_list() {
    let mut found = BTreeSet::new();
    actions_in_the_code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 60, "{found:?}");
    let unknown: Vec<_> = found.iter().filter(|a| audit_group(a).is_none()).collect();
    assert!(unknown.is_empty(), "not in model::AUDIT_ACTIONS: {unknown:?}");
}

both! {
    async fn nx_20_a_line_says_who_what_when_and_from_where(w) {
        let from = Origin { address: "203.0.113.7".into(), agent: "Firefox".into(), session: "ab12".into(), token: None };
        let admin = w.admin.clone().from(from);
        let draft = AccountDraft { name: "Loja nova".into(), time_zone: "America/Sao_Paulo".into(), closing_message: "Até logo, segredo".into() };
        people::save_account(&admin, draft).await.unwrap();
        let all = lines(w, of("account.change")).await;
        assert_eq!(all.len(), 1);
        let line = &all[0];
        assert_eq!((line.actor, line.actor_id, line.at), (AuditActor::Person, Some(w.admin.user), w.desk.now()));
        assert_eq!((line.address.as_str(), line.agent.as_str(), line.session.as_str()), ("203.0.113.7", "Firefox", "ab12"));
        let name = line.facts.iter().find(|f| f.field == "name").unwrap();
        assert_eq!((name.before.as_deref(), name.after.as_str()), (Some("Loja da Ana"), "Loja nova"));
        // What is as it was is no change; what customers will read is not repeated here.
        assert!(line.facts.iter().all(|f| f.field != "time_zone") && !format!("{line:?}").contains("segredo"));
    }

    async fn nx_20_changes_of_people_teams_and_hours_say_how_it_was(w) {
        let bia = w.agent("Bia Reis", w.team).await;
        let draft = MemberDraft { user_id: Some(bia.user), password: String::new(), ..member_draft("Bia Reis", Role::Manager, &[(w.team, true, true)]) };
        people::save_member(&w.admin, draft).await.unwrap();
        let team = people::teams(&w.admin).await.unwrap().remove(0);
        let draft = TeamDraft {
            id: Some(team.id), name: "Balcão".into(), is_default: team.is_default, restriction: Restriction::Team,
            closing_message: team.closing_message, archive_preference: team.archive_preference, distribution: None,
        };
        people::save_team(&w.admin, draft).await.unwrap();
        hours::save(&w.admin, Hours { limited: true, ..Hours::of(None) }, false).await.unwrap();
        let changed = async |action: &str| -> Vec<(String, String, String)> {
            let line = lines(w, of(action)).await.remove(0);
            line.facts.into_iter().map(|f| (f.field, f.before.unwrap_or_default(), f.after)).collect()
        };
        let person = changed("member.change").await;
        assert!(person.contains(&("role".into(), "AGENT".into(), "MANAGER".into())), "{person:?}");
        assert!(person.iter().any(|(field, ..)| field.starts_with("teams")) && person.iter().all(|(field, ..)| field != "email"), "{person:?}");
        let restriction = Restriction::Team.word().to_owned();
        let changes = changed("team.change").await;
        assert_eq!(changes.iter().find(|(field, ..)| field == "restriction").map(|(_, _, to)| to), Some(&restriction), "{changes:?}");
        assert!(changes.iter().all(|(field, ..)| field != "is_default"), "what is as it was is no change: {changes:?}");
        assert_eq!(changed("hours.change").await, [("limited".to_owned(), "false".to_owned(), "true".to_owned())]);
    }

    async fn nx_20_a_token_and_the_system_are_told_apart_from_people(w) {
        let token = service::token::create(&w.desk, w.account, w.admin.user, "integração").await.unwrap();
        let program = service::token::cx_of_token(&w.desk, &token).await.unwrap().unwrap();
        tag::save(&program, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        let line = lines(w, of("tag.add")).await.remove(0);
        assert_eq!((line.actor, line.actor_name.as_str(), line.actor_id), (AuditActor::Token, "integração", Some(w.admin.user)));
        assert_eq!(line.subject_name, "VIP");
        w.says("5511987650001", "oi").await;
        let line = lines(w, of("conversation.open")).await.remove(0);
        assert_eq!((line.actor, line.actor_id), (AuditActor::System, None));
    }

    async fn nx_20_no_line_can_be_changed_or_removed(w) {
        tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        let before: Vec<(i64, String)> = w.rows("select id, action from audit order by id").await;
        for attack in ["update audit set actor_id = 1", "update audit set data = '{}' where action = 'tag.add'", "delete from audit", "delete from audit where action = 'tag.add'"] {
            let refused = w.desk.db.run(Text::Built(attack.into()), args![]).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{attack}: {refused}");
        }
        assert_eq!(w.rows::<(i64, String)>("select id, action from audit order by id").await, before);
    }

    async fn nx_20_only_what_is_older_than_its_time_goes_and_that_is_written_down(w) {
        assert_eq!(fault(audit::sweep_before(&w.desk, w.desk.now()).await), Fault::Forbidden);
        let old = w.number("select count(*) from audit").await;
        w.pass(5 * 366 * DAY);
        assert_eq!(audit::sweep(&w.desk).await.unwrap(), 0, "to the second");
        w.pass(SECOND);
        tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        assert_eq!(audit::sweep(&w.desk).await.unwrap(), old as u64);
        let left: Vec<(String,)> = w.rows("select action from audit order by id").await;
        assert_eq!(left, [("tag.add".to_owned(),), ("audit.sweep".to_owned(),)]);
        // The way is closed again.
        assert!(w.desk.db.run(Text::Built("delete from audit".into()), args![]).await.is_err());
    }

    async fn nx_20_secrets_and_messages_never_stand_in_it(w) {
        let secret = "s3cr3t-of-the-test";
        let mut channel = whatsapp("Segunda", "551140000002", "9002");
        channel.whatsapp.access_token = secret.into();
        channel.whatsapp.app_secret = secret.into();
        channels::save(&w.admin, channel).await.unwrap();
        let draft = MemberDraft { password: secret.into(), ..member_draft("Bia Reis", Role::Agent, &[]) };
        people::save_member(&w.admin, draft).await.unwrap();
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987650001").await;
        let note = SendDraft { client_id: "n".into(), what: SendWhat::Note { text: secret.into() }, reply_to: None, mentions: Vec::new() };
        let note = message::send(&ana, c.id, note).await.unwrap();
        message::edit_note(&ana, note.id, "outro", &[]).await.unwrap();
        message::delete_note(&ana, note.id).await.unwrap();
        // What it said is kept for who may ask, apart from the audit.
        assert_eq!(message::versions(&w.admin, note.id).await.unwrap().len(), 1);
        assert_eq!(w.number(&format!("select count(*) from audit where data like '%{secret}%' or reason like '%{secret}%' or subject like '%{secret}%'")).await, 0);
        assert!(!exported(&w.admin, AuditQuery::default()).await.contains(secret));
    }

    async fn cf_1_the_company_is_for_admins_checked_and_its_change_written_down(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        assert_eq!(fault(company::get(&ana).await), Fault::Forbidden);
        assert_eq!(fault(company::save(&ana, Company::default()).await), Fault::Forbidden);
        let draft = Company { legal_name: " Loja Ltda. ".into(), cnpj: "12.abc.345/01de-35".into(), responsible_id: Some(w.admin.user), ..Company::default() };
        let agent = Company { responsible_id: Some(ana.user), ..draft.clone() };
        assert_eq!(fault(company::save(&w.admin, agent).await), Fault::field("responsible_id", Wrong::NotAllowed));
        let wrong = Company { cnpj: "12ABC34501DE36".into(), ..draft.clone() };
        assert_eq!(fault(company::save(&w.admin, wrong).await), Fault::field("cnpj", Wrong::NotRight));
        let saved = company::save(&w.admin, draft).await.unwrap();
        assert_eq!((saved.legal_name.as_str(), saved.cnpj.as_str()), ("Loja Ltda.", "12ABC34501DE35"));
        assert_eq!(company::get(&w.admin).await.unwrap(), saved);
        let line = lines(w, of("company.change")).await.remove(0);
        assert!(line.facts.iter().any(|f| f.field == "cnpj" && f.before.as_deref() == Some("") && f.after == "12ABC34501DE35"));
    }

    async fn nx_20_pages_and_filters(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let mut first = None;
        for n in 0..7 {
            let tag = tag::save(&w.admin, TagDraft { id: None, name: format!("T{n}"), colour: TagColour::Red }).await.unwrap();
            first.get_or_insert(tag.id);
            w.pass(SECOND);
        }
        w.served(&ana, "5511987650001").await;
        assert_eq!(fault(audit::page(&ana, &AuditQuery::default()).await), Fault::Forbidden);
        assert_eq!(fault(audit::export(&ana, AuditQuery::default()).await.map(drop)), Fault::Forbidden);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = audit::page(&w.admin, &AuditQuery { limit: Some(3), after, ..of("tag.add") }).await.unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items.iter().map(|l| l.subject_name.clone()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["T6", "T5", "T4", "T3", "T2", "T1", "T0"]);
        let about = lines(w, AuditQuery { subject: first.unwrap().to_string(), ..AuditQuery::default() }).await;
        assert_eq!(about.iter().map(|l| l.action.as_str()).collect::<Vec<_>>(), ["tag.add"]);
        let hers = lines(w, AuditQuery { actor_id: Some(ana.user), group: Some(AuditGroup::Conversations), ..AuditQuery::default() }).await;
        assert!(!hers.is_empty() && hers.iter().all(|l| l.actor_id == Some(ana.user) && audit_group(&l.action) == Some(AuditGroup::Conversations)));
        assert_eq!(lines(w, AuditQuery { until: "1990-01-01".into(), ..AuditQuery::default() }).await, []);
        assert!(!lines(w, AuditQuery { from: "1990-01-01".into(), ..AuditQuery::default() }).await.is_empty());
        assert_eq!(lines(w, AuditQuery { text: "100%_nada".into(), ..AuditQuery::default() }).await, []);
        assert!(!lines(w, AuditQuery { text: "TAG.ADD".into(), ..AuditQuery::default() }).await.is_empty());
        assert!(matches!(fault(audit::page(&w.admin, &AuditQuery { from: "ontem".into(), ..AuditQuery::default() }).await), Fault::Invalid { .. }));
        let newest = lines(w, AuditQuery::default()).await[0].id;
        assert_eq!(audit::newer(&w.admin, newest).await.unwrap(), 0);
        feature::switch(&w.admin, Module::Watching, false).await.unwrap();
        assert_eq!(audit::newer(&w.admin, newest).await.unwrap(), 1);
    }

    async fn nx_20_an_export_is_whole_safe_and_a_line_itself(w) {
        let attack = "=HYPERLINK(\"http://x\")";
        tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        let admin = w.admin.clone().from(Origin { agent: attack.into(), ..Origin::default() });
        for n in 0..3 {
            tag::save(&admin, TagDraft { id: None, name: format!("T{n}"), colour: TagColour::Red }).await.unwrap();
        }
        let text = exported(&w.admin, AuditQuery::default()).await;
        let rows: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert_eq!(rows.len() as i64, 1 + w.number("select count(*) from audit").await, "a head and each line, its own included");
        assert!(rows[0].starts_with('\u{feff}') && rows[1].contains("audit.export"));
        assert!(text.contains(&sheet::cell(attack).replace('"', "\"\"")) && !text.contains(&format!(",\"{}", attack.replace('"', "\"\""))));
        assert_eq!(lines(w, of("audit.export")).await.len(), 1);
    }
}
