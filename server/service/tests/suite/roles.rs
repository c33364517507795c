//! Roles, who sees what by them, and what is left when a person or a team goes (03, sections 3.2 to 3.6).

use crate::world::*;
use model::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use service::db::Text;
use service::{Cx, EventNews, News, alert, args, contact, conversation, leaving, media, message, people, role, search, sight, tag, talk};
use std::collections::BTreeSet;
use std::sync::Arc;

const MARIA: &str = "5511987654321";

fn draft(name: &str, sight: Sight, permissions: &[Permission]) -> RoleDraft {
    RoleDraft { id: None, name: name.into(), rights: Rights { sight, permissions: permissions.to_vec() }, version: 0 }
}

/// A member with a role of the account's own.
async fn with_role(w: &World, name: &str, id: RoleId, teams: &[(TeamId, bool, bool)]) -> Cx {
    let draft = MemberDraft { role_id: Some(id), ..member_draft(name, Role::Custom, teams) };
    let made = people::save_member(&w.admin, draft).await.unwrap();
    w.cx(made.user_id).await
}

fn change(cx: &Cx, name: &str, role: Role, teams: &[(TeamId, bool, bool)]) -> MemberDraft {
    MemberDraft { user_id: Some(cx.user), password: String::new(), ..member_draft(name, role, teams) }
}

fn leaves(cx: &Cx, name: &str, handover: Option<Handover>) -> MemberDraft {
    MemberDraft { active: false, handover, ..change(cx, name, Role::Agent, &[]) }
}

async fn stored(w: &World, team: TeamId) -> Option<Team> {
    people::teams(&w.admin).await.unwrap().into_iter().find(|t| t.id == team)
}

fn team_draft(team: Team) -> TeamDraft {
    let Team { id, name, is_default, restriction, closing_message, archive_preference, .. } = team;
    TeamDraft { id: Some(id), name, is_default, restriction, closing_message, archive_preference, distribution: None }
}

both! {
    async fn ro_1_each_preset_may_what_the_table_says_and_no_more(w) {
        let manager = w.member("Mara Reis", Role::Manager, &[(w.team, true, false)]).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let narrow = w.member("Nina Sá", Role::Restricted, &[(w.team, true, false)]).await;
        let made = tag::save(&ana, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Red }).await.unwrap();
        let renamed = TagDraft { id: Some(made.id), name: "Ouro".into(), colour: TagColour::Red };
        assert_eq!(fault(tag::save(&ana, renamed.clone()).await), Fault::Forbidden);
        tag::save(&manager, renamed).await.unwrap();
        service::closing::save_reason(&manager, reason_draft("Venda")).await.unwrap();
        assert_eq!(fault(service::closing::save_reason(&ana, reason_draft("Troca")).await), Fault::Forbidden);
        let account = AccountDraft { name: "X".into(), time_zone: "UTC".into(), closing_message: String::new() };
        for cx in [&manager, &ana, &narrow] {
            assert_eq!(fault(people::save_account(cx, account.clone()).await), Fault::Forbidden);
            assert_eq!(fault(people::save_team(cx, team_draft(stored(w, w.team).await.unwrap())).await), Fault::Forbidden);
            assert_eq!(fault(leaving::delete_team(cx, w.team, None).await), Fault::Forbidden);
            assert_eq!(fault(role::save(cx, draft("X", Sight::Own, &[])).await), Fault::Forbidden);
        }
        let c = w.served(&ana, MARIA).await;
        assert_eq!(fault(contact::set_status(&ana, c.contact_id, ContactStatus::Blocked).await), Fault::Forbidden);
        contact::set_status(&manager, c.contact_id, ContactStatus::Blocked).await.unwrap();
        contact::set_status(&manager, c.contact_id, ContactStatus::Active).await.unwrap();
        // A manager acts in what others serve, in their own teams alone.
        let law = w.new_team("Jurídico", Restriction::None).await;
        conversation::assume(&manager, c.id, Some(ana.user)).await.unwrap();
        let to = TransferDraft { to: TransferTo::Team { team_id: law }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&manager, c.id, to).await.unwrap();
        assert_eq!(fault(conversation::visible(&manager, c.id).await), Fault::Missing);
    }

    async fn ro_1_who_has_no_contacts_knows_those_of_their_conversations(w) {
        let narrow = w.member("Nina Sá", Role::Restricted, &[(w.team, true, false)]).await;
        let mine = w.served(&narrow, MARIA).await;
        let theirs = w.served(&w.admin, "5511987654322").await;
        assert!(contact::read(&narrow, mine.contact_id).await.is_ok());
        assert_eq!(fault(contact::read(&narrow, theirs.contact_id).await), Fault::Missing);
        assert_eq!(fault(contact::duplicates(&narrow, theirs.contact_id).await), Fault::Missing);
        assert_eq!(fault(contact::list(&narrow, None, None, 50).await), Fault::Forbidden);
        let found: Vec<ContactId> = search::contacts(&narrow, "551198765432").await.unwrap().iter().map(|h| h.id).collect();
        assert_eq!(found, [mine.contact_id]);
        let found = search::search(&narrow, "551198765432", None).await.unwrap();
        assert_eq!(found.contacts.iter().map(|h| h.id).collect::<Vec<_>>(), [mine.contact_id]);
        assert_eq!(fault(conversation::start_preview(&narrow, Some(theirs.contact_id), "", w.channel).await), Fault::Forbidden);
        // An own one that is concluded stays readable; nobody else's does, whatever the team says (VI-1).
        for (cx, c) in [(&narrow, &mine), (&w.admin, &theirs)] {
            conversation::conclude(cx, c.id, ConcludeDraft::silent()).await.unwrap();
        }
        assert!(conversation::visible(&narrow, mine.id).await.is_ok());
        assert_eq!(fault(conversation::visible(&narrow, theirs.id).await), Fault::Missing);
        assert!(conversation::visible(&w.agent("Ana Souza", w.team).await, theirs.id).await.is_ok());
    }

    async fn nobody_gives_more_than_they_have(w) {
        let law = w.new_team("Jurídico", Restriction::None).await;
        let manager = w.member("Mara Reis", Role::Manager, &[(w.team, true, false)]).await;
        let ours = w.agent("Ana Souza", w.team).await;
        let others = w.agent("Bruno Lima", law).await;
        let save = async |d: MemberDraft| people::save_member(&manager, d).await;
        save(member_draft("Eva Nunes", Role::Agent, &[(w.team, true, false)])).await.unwrap();
        save(MemberDraft { name: "Ana Maria".into(), ..change(&ours, "Ana Souza", Role::Agent, &[(w.team, true, true)]) }).await.unwrap();
        // Neither a higher role, nor a team that is not theirs, for others and for themselves.
        let role_field = Fault::field("role", Wrong::NotAllowed);
        assert_eq!(fault(save(member_draft("Zeca Dias", Role::Admin, &[])).await), role_field);
        assert_eq!(fault(save(change(&manager, "Mara Reis", Role::Admin, &[(w.team, true, false)])).await), role_field);
        let teams_field = Fault::field("teams", Wrong::NotAllowed);
        assert_eq!(fault(save(member_draft("Zeca Dias", Role::Agent, &[(law, true, false)])).await), teams_field);
        assert_eq!(fault(save(change(&manager, "Mara Reis", Role::Manager, &[(law, true, false)])).await), teams_field);
        // Who is more, or elsewhere, is not theirs to change: a new password would be a way in.
        let stolen = MemberDraft { user_id: Some(w.admin.user), email: "alice@loja.example".into(), ..member_draft("Alice Admin", Role::Agent, &[]) };
        assert_eq!(fault(save(stolen).await), Fault::Forbidden);
        let theirs = MemberDraft { user_id: Some(others.user), ..member_draft("Bruno Lima", Role::Agent, &[(w.team, true, false)]) };
        assert_eq!(fault(save(theirs).await), Fault::Forbidden);
        assert_eq!(fault(people::set_availability(&manager, others.user, Availability::Unavailable).await), Fault::Forbidden);
        // Who makes roles makes none that is more than their own.
        let maker = role::save(&w.admin, draft("Montador", Sight::Teams, &[Permission::Roles, Permission::People])).await.unwrap();
        let tom = with_role(w, "Tom Luz", maker.id, &[(w.team, true, false)]).await;
        let permissions = Fault::field("permissions", Wrong::NotAllowed);
        assert_eq!(fault(role::save(&tom, draft("Chefe", Sight::Teams, &[Permission::Settings])).await), permissions);
        assert_eq!(fault(role::save(&tom, draft("Vê tudo", Sight::All, &[])).await), permissions);
        let auditor = role::save(&w.admin, draft("Auditoria", Sight::All, &[])).await.unwrap();
        let taken = RoleDraft { id: Some(auditor.id), version: auditor.version, ..draft("Auditoria", Sight::Own, &[]) };
        assert_eq!(fault(role::save(&tom, taken).await), Fault::Forbidden);
        assert_eq!(fault(role::delete(&tom, auditor.id, None).await), Fault::Forbidden);
        assert_eq!(fault(people::save_member(&tom, MemberDraft { role_id: Some(auditor.id), ..member_draft("Zeca Dias", Role::Custom, &[]) }).await), role_field);
        assert_eq!(fault(people::save_member(&w.admin, member_draft("Zeca Dias", Role::Custom, &[])).await), Fault::field("role", Wrong::Required));
        let unknown = MemberDraft { role_id: Some(RoleId(5)), ..member_draft("Zeca Dias", Role::Custom, &[]) };
        assert_eq!(fault(people::save_member(&w.admin, unknown).await), Fault::field("role", Wrong::Unknown));
    }

    async fn us_6_no_role_takes_the_place_of_the_last_admin(w) {
        let all = role::save(&w.admin, draft("Quase admin", Sight::All, Permission::ALL)).await.unwrap();
        let me = MemberDraft { role_id: Some(all.id), email: "alice@loja.example".into(), nickname: String::new(), ..change(&w.admin, "Alice Admin", Role::Custom, &[]) };
        assert_eq!(fault(people::save_member(&w.admin, me.clone()).await), Fault::LastAdmin);
        // Who may all the same can neither take it from them.
        let almost = with_role(w, "Quase Tudo", all.id, &[]).await;
        let down = MemberDraft { role: Some(Role::Agent), role_id: None, ..me };
        assert_eq!(fault(people::save_member(&almost, down).await), Fault::LastAdmin);
        // And without the role itself nobody is lost: the admin still manages people and roles.
        role::delete(&w.admin, all.id, Some(RoleOf { role: Role::Agent, role_id: None })).await.unwrap();
        assert!(w.cx(w.admin.user).await.seat.may(Permission::Roles));
    }

    async fn a_role_that_changes_has_effect_at_once_and_one_that_is_used_stays(w) {
        let c = w.served(&w.admin, MARIA).await;
        let law = w.new_team("Jurídico", Restriction::None).await;
        let auditor = role::save(&w.admin, draft("Auditoria", Sight::All, &[Permission::Lists])).await.unwrap();
        let eva = with_role(w, "Eva Nunes", auditor.id, &[(law, true, false)]).await;
        assert!(conversation::visible(&eva, c.id).await.is_ok() && eva.seat.may(Permission::Lists));
        assert_eq!(people::members(&w.admin).await.unwrap().into_iter().find(|m| m.user_id == eva.user).map(|m| (m.role, m.role_id, m.sight)), Some((Role::Custom, Some(auditor.id), Sight::All)));
        let mut news = w.desk.listen(w.account);
        let narrow = RoleDraft { id: Some(auditor.id), version: auditor.version, ..draft("Auditoria", Sight::Teams, &[]) };
        role::save(&w.admin, narrow.clone()).await.unwrap();
        let mut told = Vec::new();
        while let Ok(item) = news.try_recv() {
            match item {
                News::Seats { .. } => told.push("seats"),
                News::Event(_) => told.push("event"),
                _ => {}
            }
        }
        assert_eq!(told, ["seats", "event"], "sockets ask again before they hear anything");
        let eva = w.cx(eva.user).await;
        assert_eq!(fault(conversation::visible(&eva, c.id).await), Fault::Missing);
        assert!(!eva.seat.may(Permission::Lists));
        // Two who change it at once: the second is told.
        assert_eq!(fault(role::save(&w.admin, narrow).await), Fault::Conflict);
        let twice = role::save(&w.admin, draft("AUDITORIA", Sight::Own, &[])).await;
        assert_eq!(fault(twice), Fault::field("name", Wrong::Taken));
        assert_eq!(fault(role::save(&w.admin, draft(" ", Sight::Own, &[])).await), Fault::field("name", Wrong::Required));
        // It is used; who has it needs another one.
        assert_eq!(fault(role::delete(&w.admin, auditor.id, None).await), Fault::InUse { count: 1 });
        let itself = RoleOf { role: Role::Custom, role_id: Some(auditor.id) };
        assert_eq!(fault(role::delete(&w.admin, auditor.id, Some(itself)).await), Fault::field("instead", Wrong::NotAllowed));
        role::delete(&w.admin, auditor.id, Some(RoleOf { role: Role::Manager, role_id: None })).await.unwrap();
        assert_eq!(w.cx(eva.user).await.seat.rights, Rights::of(Role::Manager));
        assert_eq!(role::list(&w.admin).await.unwrap(), []);
        assert_eq!(fault(role::delete(&w.admin, auditor.id, None).await), Fault::Missing);
        assert_eq!(w.number("select count(*) from audit where action in ('role.add', 'role.change', 'role.delete')").await, 3);
    }

    async fn us_4_who_serves_something_leaves_it_to_the_queue_or_to_somebody(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let (one, two) = (w.served(&ana, MARIA).await, w.served(&ana, "5511987654322").await);
        conversation::snooze(&ana, two.id, Some(SnoozeUntil::Time { at: w.desk.now() + DAY })).await.unwrap();
        assert_eq!(fault(people::save_member(&w.admin, leaves(&ana, "Ana Souza", None)).await), Fault::OpenLeft { count: 2 });
        // Nothing of that happened.
        assert!(w.desk.cx(w.account, ana.user, None).await.unwrap().is_some());
        assert_eq!(w.conversation(one.id).await.assignee_id, Some(ana.user));
        let to = |user| Some(Handover { to: Some(user) });
        for nobody in [ana.user, UserId(5), w.member("Só Olha", Role::Agent, &[]).await.user] {
            assert_eq!(fault(people::save_member(&w.admin, leaves(&ana, "Ana Souza", to(nobody))).await), Fault::PersonUnavailable);
        }
        people::save_member(&w.admin, leaves(&ana, "Ana Souza", to(bia.user))).await.unwrap();
        assert!(w.desk.cx(w.account, ana.user, None).await.unwrap().is_none());
        for c in [&one, &two] {
            let now = w.conversation(c.id).await;
            assert_eq!((now.assignee_id, now.status, now.team_id, now.snoozed_until), (Some(bia.user), ConversationStatus::InProgress, w.team, None));
            let what = Transition::TransferredToPerson { from_team: w.team, from: Some(ana.user), to_team: w.team, to: bia.user };
            assert_eq!(w.transitions(c.id).await.last(), Some(&what));
        }
        // The next time into the queue; the history keeps the names.
        people::save_member(&w.admin, leaves(&bia, "Bia Reis", Some(Handover::default()))).await.unwrap();
        for c in [&one, &two] {
            let now = w.conversation(c.id).await;
            assert_eq!((now.assignee_id, now.status), (None, ConversationStatus::Pending));
        }
        let names: Vec<String> = people::members(&w.admin).await.unwrap().into_iter().filter(|m| !m.active).map(|m| m.name).collect();
        assert_eq!(names, ["Ana Souza", "Bia Reis"]);
    }

    async fn us_4_what_is_much_goes_in_parts_that_a_restart_does_not_lose(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        for n in 0..120 {
            w.served(&ana, &format!("55119876{n:05}")).await;
        }
        let open = format!("select count(*) from conversation where assignee_id = {} and status = 'IN_PROGRESS'", ana.user);
        assert_eq!(w.number(&open).await, 120);
        people::save_member(&w.admin, leaves(&ana, "Ana Souza", Some(Handover::default()))).await.unwrap();
        assert_eq!(w.number(&open).await, 70, "the first ones go with the person");
        let progress = leaving::moving(&w.admin).await.unwrap();
        assert_eq!(progress, [Moving { user_id: Some(ana.user), team_id: None, total: 120, done: 50 }]);
        // Two servers at once, one of which is new.
        let (a, b) = tokio::join!(leaving::turn(&w.desk), leaving::turn(&w.desk));
        let mut moved = a.unwrap() + b.unwrap();
        while moved < 70 {
            let n = leaving::turn(&w.desk).await.unwrap();
            assert!(n > 0, "it ends only when all are moved");
            moved += n;
        }
        assert_eq!((w.number(&open).await, moved), (0, 70));
        assert_eq!(leaving::moving(&w.admin).await.unwrap(), []);
        // To the second: what comes within a minute, from a server that had not heard, goes as well; later nobody looks.
        let late = w.says("5511987000001", "oi").await;
        w.pass(MINUTE - SECOND);
        w.write("update conversation set assignee_id = $1, status = 'IN_PROGRESS' where id = $2", args![ana.user, late.id]).await;
        assert_eq!(leaving::turn(&w.desk).await.unwrap(), 1);
        assert_eq!(w.conversation(late.id).await.status, ConversationStatus::Pending);
        w.pass(SECOND);
        assert_eq!(leaving::turn(&w.desk).await.unwrap(), 0);
        assert_eq!(w.number("select count(*) from moving where finished_at is null").await, 0);
    }

    async fn te_4_a_team_with_open_conversations_goes_when_it_is_said_what_becomes_of_them(w) {
        let (law, sales) = (w.new_team("Jurídico", Restriction::Team).await, w.new_team("Vendas", Restriction::Team).await);
        let both = w.member("Ana Souza", Role::Agent, &[(law, true, false), (sales, true, false)]).await;
        let only = w.agent("Bia Reis", law).await;
        let into = |team_id| TransferDraft { to: TransferTo::Team { team_id }, note: String::new(), stop_bot: false, anyway: false };
        let mut ids = Vec::new();
        for phone in [MARIA, "5511987654322", "5511987654323", "5511987654324"] {
            let c = w.says(phone, "oi").await;
            conversation::transfer(&w.admin, c.id, into(law)).await.unwrap();
            ids.push(c.id);
            w.pass(MINUTE);
        }
        conversation::assume(&both, ids[0], None).await.unwrap();
        conversation::assume(&only, ids[1], None).await.unwrap();
        conversation::conclude(&only, ids[1], ConcludeDraft::silent()).await.unwrap();
        conversation::assume(&only, ids[2], None).await.unwrap();
        assert_eq!(fault(leaving::delete_team(&w.admin, law, None).await), Fault::OpenLeft { count: 3 });
        assert_eq!(fault(leaving::delete_team(&w.admin, law, Some(TeamEnd::default())).await), Fault::field("to", Wrong::Required));
        for wrong in [law, TeamId(5)] {
            let end = TeamEnd { to: Some(wrong), ..TeamEnd::default() };
            assert_eq!(fault(leaving::delete_team(&w.admin, law, Some(end)).await), Fault::field("to", Wrong::Unknown));
        }
        assert!(stored(w, law).await.is_some());
        let queued = format!("select queued_at from conversation where id = {}", ids[3]);
        let waits_since = w.number(&queued).await;
        leaving::delete_team(&w.admin, law, Some(TeamEnd { to: Some(sales), ..TeamEnd::default() })).await.unwrap();
        assert_eq!(stored(w, law).await, None);
        // Who is in the new team as well goes on; what others served waits; what waited keeps its place.
        let now = async |n: usize| { let c = w.conversation(ids[n]).await; (c.team_id, c.status, c.assignee_id) };
        assert_eq!(now(0).await, (sales, ConversationStatus::InProgress, Some(both.user)));
        assert_eq!(now(2).await, (sales, ConversationStatus::Pending, None));
        assert_eq!(now(3).await, (sales, ConversationStatus::Pending, None));
        assert_eq!(w.number(&queued).await, waits_since);
        // What was completed stays, for who was in it, with its name.
        assert_eq!(now(1).await, (law, ConversationStatus::Completed, Some(only.user)));
        assert!(conversation::visible(&w.cx(both.user).await, ids[1]).await.is_ok());
        assert_eq!(service::inbox::workspace(&only).await.unwrap().past_teams.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["Jurídico"]);
        // It is no choice any more, its name is free, and who writes again comes to the default team.
        assert_eq!(fault(conversation::transfer(&w.admin, ids[0], into(law)).await), Fault::field("team_id", Wrong::Unknown));
        assert_eq!(fault(people::save_member(&w.admin, member_draft("Novo Um", Role::Agent, &[(law, true, false)])).await), Fault::field("teams", Wrong::Unknown));
        assert!(people::members(&w.admin).await.unwrap().iter().all(|m| m.teams.iter().all(|l| l.team_id != law)));
        w.new_team("Jurídico", Restriction::None).await;
        let back = w.says("5511987654322", "voltei").await;
        assert_eq!(back.team_id, w.team);
        assert_eq!(fault(leaving::delete_team(&w.admin, law, None).await), Fault::Missing);
        // An edit of somebody who was in it does not take the completed ones from them.
        people::save_member(&w.admin, change(&both, "Ana Souza", Role::Agent, &[(sales, true, false)])).await.unwrap();
        assert_eq!(w.number(&format!("select count(*) from team_member where team_id = {law} and user_id = {}", both.user)).await, 1);
    }

    async fn te_4_the_open_ones_may_be_completed_with_a_reason_where_one_is_wanted(w) {
        let law = w.new_team("Jurídico", Restriction::None).await;
        let into = TransferDraft { to: TransferTo::Team { team_id: law }, note: String::new(), stop_bot: false, anyway: false };
        let mut ids = Vec::new();
        for phone in [MARIA, "5511987654322"] {
            let c = w.says(phone, "oi").await;
            conversation::transfer(&w.admin, c.id, into.clone()).await.unwrap();
            ids.push(c.id);
        }
        conversation::assume(&w.admin, ids[0], None).await.unwrap();
        let reason = service::closing::save_reason(&w.admin, reason_draft("Equipe encerrada")).await.unwrap().id;
        w.write("update account set classify = true, classify_required = true", args![]).await;
        let complete = TeamEnd { complete: true, ..TeamEnd::default() };
        assert_eq!(fault(leaving::delete_team(&w.admin, law, Some(complete)).await), Fault::ReasonRequired);
        let both = TeamEnd { to: Some(w.team), ..complete };
        assert_eq!(fault(leaving::delete_team(&w.admin, law, Some(both)).await), Fault::field("to", Wrong::Required));
        leaving::delete_team(&w.admin, law, Some(TeamEnd { reason_id: Some(reason), ..complete })).await.unwrap();
        for id in ids {
            let c = w.conversation(id).await;
            assert_eq!((c.status, c.closed_by, c.classification.map(|k| k.reason_id)), (ConversationStatus::Completed, Some(w.admin.user), Some(reason)));
        }
        w.send_out().await;
        assert_eq!(w.number("select count(*) from message where direction = 'OUT' and kind = 'TEXT'").await, 0, "nobody is written to");
    }

    async fn te_2_the_default_team_cannot_go_and_two_who_edit_one_team_do_not_undo_each_other(w) {
        assert_eq!(fault(leaving::delete_team(&w.admin, w.team, None).await), Fault::field("team_id", Wrong::NotAllowed));
        let sales = w.new_team("Vendas", Restriction::None).await;
        let second = w.member("Bia Reis", Role::Admin, &[]).await;
        // Both opened the form of the same version.
        let seen = stored(w, sales).await.unwrap();
        let theirs = TeamDraft { restriction: Restriction::User, ..team_draft(seen.clone()) };
        let saved = people::save_team_seen(&w.admin, theirs, Some(seen.version)).await.unwrap();
        let mine = TeamDraft { name: "Vendas e trocas".into(), ..team_draft(seen.clone()) };
        assert_eq!(fault(people::save_team_seen(&second, mine.clone(), Some(seen.version)).await), Fault::Conflict);
        assert_eq!(stored(w, sales).await, Some(saved.clone()));
        people::save_team_seen(&second, mine, Some(saved.version)).await.unwrap();
        // The mark moves in one step, and then the old default may go.
        let marked = TeamDraft { is_default: true, ..team_draft(stored(w, sales).await.unwrap()) };
        people::save_team(&w.admin, marked).await.unwrap();
        assert_eq!(w.number("select count(*) from team where is_default").await, 1);
        leaving::delete_team(&w.admin, w.team, None).await.unwrap();
        assert_eq!(w.says(MARIA, "oi").await.team_id, sales);
    }

    async fn us_7_who_is_in_no_team_sees_nothing_that_waits(w) {
        let c = w.says(MARIA, "oi").await;
        for role in [Role::Agent, Role::Restricted, Role::Manager] {
            let cx = w.member(&format!("Sem Equipe {role}"), role, &[]).await;
            assert_eq!(fault(conversation::visible(&cx, c.id).await), Fault::Missing, "{role}");
            assert_eq!(conversation::counts(&cx).await.unwrap(), Counts::default());
        }
    }
}

/// Somebody, as the table of 3.6 knows them.
#[derive(Clone, Debug)]
struct Person {
    id: UserId,
    base: Sight,
    agent_of: BTreeSet<TeamId>,
    supervisor_of: BTreeSet<TeamId>,
}

/// 3.6, read off the page line by line; knows nothing of [`Seen`].
fn the_table_says(p: &Person, c: &Conversation, restriction: Restriction) -> bool {
    use ConversationStatus::*;
    let (agent, mine) = (p.agent_of.contains(&c.team_id), c.assignee_id == Some(p.id));
    // Always: admins, supervisors of the team; managers of 3.3 lead the teams that they are in.
    if p.base == Sight::All || p.supervisor_of.contains(&c.team_id) || p.base == Sight::Led && agent {
        return true;
    }
    // VI-1: of what others have, who sees their own alone gets nothing.
    let widened = p.base != Sight::Own;
    match (c.status, restriction) {
        (Pending, _) => match c.designated_id {
            None => agent,
            Some(to) => agent && to == p.id,
        },
        (InProgress, Restriction::None | Restriction::Team) => mine || agent && widened,
        (InProgress, Restriction::User) => mine,
        (Completed, Restriction::None) => mine || widened,
        (Completed, Restriction::Team) => mine || agent && widened,
        (Completed, Restriction::User) => mine,
    }
}

struct Random(StdRng);

impl Random {
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.0).unwrap()
    }
    fn chance(&mut self, p: f64) -> bool {
        self.0.random_bool(p)
    }
}

/// New roles, places and restrictions for everybody.
async fn reorganise(
    w: &World,
    random: &mut Random,
    users: &[UserId],
    teams: &[TeamId],
    roles: &[CustomRole],
) -> (Vec<Person>, Vec<(TeamId, Restriction)>) {
    w.write("delete from team_member", args![]).await;
    let mut restrictions = Vec::new();
    for team in teams {
        let restriction = random.pick(Restriction::ALL);
        w.write("update team set restriction = $1 where id = $2", args![restriction, *team]).await;
        restrictions.push((*team, restriction));
    }
    let mut people = Vec::new();
    for (n, user) in users.iter().enumerate() {
        // The first one stays admin: the test looks through their eyes.
        let custom = random.chance(0.3);
        let own = roles.choose(&mut random.0).unwrap();
        let role = if n == 0 {
            Role::Admin
        } else if custom {
            Role::Custom
        } else {
            random.pick(&Role::BUILT_IN)
        };
        let role_id = (role == Role::Custom).then_some(own.id);
        w.write("update membership set role = $1, role_id = $2 where user_id = $3", args![role, role_id, *user]).await;
        let base = if role == Role::Custom { own.rights.sight } else { role.into() };
        let mut person = Person { id: *user, base, agent_of: BTreeSet::new(), supervisor_of: BTreeSet::new() };
        for team in teams {
            let (agent, boss) = (random.chance(0.4), random.chance(0.15));
            if !(agent || boss) {
                continue;
            }
            w.write(
                "insert into team_member (account_id, team_id, user_id, is_agent, is_supervisor) values ($1, $2, $3, $4, $5)",
                args![w.account, *team, *user, agent, boss],
            )
            .await;
            if agent {
                person.agent_of.insert(*team);
            }
            // A manager leads each team that they are in, as whatever.
            if boss {
                person.supervisor_of.insert(*team);
            }
        }
        people.push(person);
    }
    let change = Change::Setup { what: SetupKind::Members };
    w.desk.tell(w.account, News::Event(Arc::new(EventNews::new(Event { seq: 0, at: 0, change }))));
    (people, restrictions)
}

async fn mix_up(w: &World, random: &mut Random, users: &[UserId], teams: &[TeamId], ids: &[ConversationId]) {
    for (n, id) in ids.iter().enumerate() {
        let status = random.pick(ConversationStatus::ALL);
        let somebody = random.pick(users);
        let assignee = match status {
            ConversationStatus::InProgress => Some(somebody),
            _ => random.chance(0.5).then_some(somebody),
        };
        let designated = (status == ConversationStatus::Pending && random.chance(0.5)).then(|| random.pick(users));
        let snoozed = (status == ConversationStatus::InProgress && random.chance(0.3)).then(|| w.desk.now() + DAY);
        // Merged ones are completed.
        let merged = (status == ConversationStatus::Completed && n > 0 && random.chance(0.3)).then(|| ids[0]);
        w.write(
            "update conversation set status = $1, assignee_id = $2, team_id = $3, designated_id = $4, snoozed_until = $5, merged_into = $6 where id = $7",
            args![status, assignee, random.pick(teams), designated, snoozed, merged, *id],
        )
        .await;
    }
}

async fn by_sql(w: &World, cx: &Cx) -> BTreeSet<ConversationId> {
    let (condition, args) = sight::condition(cx.seen(), 2);
    let text = format!("select c.id from conversation c where c.account_id = $1 and {condition}");
    let rows: Vec<(i64,)> = w.desk.system(w.account).all(Text::Built(text), args).await.unwrap();
    rows.into_iter().map(|(id,)| id.into()).collect()
}

both! {
    async fn ro_2_the_matrix_of_3_6_holds_in_sql_in_rust_and_for_notifications_in_any_organisation(w) {
        let mut random = Random(StdRng::seed_from_u64(36));
        let mut teams = vec![w.team];
        for n in 0..3 {
            teams.push(w.new_team(&format!("Equipe {n}"), Restriction::None).await);
        }
        let mut roles = Vec::new();
        for sight in Sight::ALL {
            roles.push(role::save(&w.admin, draft(&format!("Papel {sight}"), *sight, &[])).await.unwrap());
        }
        let mut users = vec![w.admin.user];
        for n in 0..8 {
            let id: UserId = w.desk.seam.id();
            w.write("insert into users (id, email, name, password_hash, created_at) values ($1, $2, $3, '', 0)", args![id, format!("{n}@x.example"), format!("Membro {n}")]).await;
            w.write("insert into membership (account_id, user_id, role, created_at) values ($1, $2, 'AGENT', 0)", args![w.account, id]).await;
            users.push(id);
        }
        let mut ids = Vec::new();
        for n in 0..30 {
            ids.push(w.says(&format!("55119876507{n:02}"), "oi").await.id);
        }
        let mut met = BTreeSet::new();
        for round in 0..8 {
            let (people, restrictions) = reorganise(w, &mut random, &users, &teams, &roles).await;
            mix_up(w, &mut random, &users, &teams, &ids).await;
            let admin = w.cx(w.admin.user).await;
            let mut all = Vec::new();
            for id in &ids {
                all.push(conversation::visible(&admin, *id).await.unwrap());
            }
            let restriction = |c: &Conversation| restrictions.iter().find(|(t, _)| *t == c.team_id).unwrap().1;
            for p in &people {
                let cx = w.cx(p.id).await;
                let expected: BTreeSet<ConversationId> = all.iter().filter(|c| the_table_says(p, c, restriction(c))).map(|c| c.id).collect();
                assert_eq!(by_sql(w, &cx).await, expected, "round {round}: {p:?}");
                for c in &all {
                    let sees = expected.contains(&c.id);
                    assert_eq!(cx.seen().sees(&c.access()), sees, "round {round}: {p:?} {c:?}");
                    assert_eq!(conversation::visible(&cx, c.id).await.is_ok(), sees);
                    met.insert((c.status.word(), restriction(c).word(), p.base.word(), sees));
                }
                // Lists leave out what is snoozed or merged, and add nothing.
                let mut listed = BTreeSet::new();
                for tab in Tab::ALL {
                    let q = ConversationQuery { tab: *tab, filter: Filter::default(), oldest_first: false, after: None, limit: Some(100) };
                    listed.extend(conversation::list(&cx, &q).await.unwrap().items.iter().map(|c| c.id));
                }
                let aside = |id: &ConversationId| all.iter().any(|c| c.id == *id && (c.snoozed_until.is_some() || c.merged_into.is_some()));
                assert!(listed.is_subset(&expected) && expected.difference(&listed).all(aside), "round {round}: {p:?}");
            }
            // The client asks the same of colleagues: whom one may name, and who watches.
            let work = service::inbox::workspace(&admin).await.unwrap();
            for c in &all {
                let expected: BTreeSet<UserId> = people.iter().filter(|p| the_table_says(p, c, restriction(c))).map(|p| p.id).collect();
                assert_eq!(work.seeing(&c.access()).iter().map(|m| m.user_id).collect::<BTreeSet<_>>(), expected);
                w.write("delete from alert", args![]).await;
                let mut writing = w.desk.system(w.account).begin().await.unwrap();
                alert::mention(&mut writing, c.id, &users, UserId(5)).await.unwrap();
                writing.commit().await.unwrap();
                let told: Vec<(i64,)> = w.rows("select user_id from alert").await;
                assert_eq!(told.into_iter().map(|(id,)| UserId(id)).collect::<BTreeSet<_>>(), expected, "round {round}: {c:?}");
            }
        }
        // Every state, restriction and sight was met; those that can be refused were.
        for status in ConversationStatus::ALL {
            for restriction in Restriction::ALL {
                for base in Sight::ALL {
                    assert!(met.contains(&(status.word(), restriction.word(), base.word(), true)), "{status} {restriction} {base}");
                    // What was completed without a restriction is refused to nobody but who sees their own alone.
                    let open = *status == ConversationStatus::Completed && *restriction == Restriction::None && *base != Sight::Own;
                    assert!(*base == Sight::All || open || met.contains(&(status.word(), restriction.word(), base.word(), false)), "{status} {restriction} {base}");
                }
            }
        }
    }

    /// Each way by which something of a conversation could be learnt, tried by somebody who does not see it.
    async fn ro_2_vi_3_no_way_leads_to_what_one_does_not_see(w) {
        let law = w.new_team("Jurídico", Restriction::User).await;
        let ana = w.agent("Ana Souza", law).await;
        let c = w.says(MARIA, "segredo da fila").await;
        let into = TransferDraft { to: TransferTo::Team { team_id: law }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, into).await.unwrap();
        conversation::assume(&ana, c.id, None).await.unwrap();
        let sent = w.send(&ana, c.id, "segredo da resposta").await.unwrap();
        let file = w.upload(&ana, "segredo.txt", FileWish::Shown, b"segredo").await.unwrap().id;
        w.send_file(&ana, c.id, file, "segredo do arquivo").await.unwrap();
        let file: MediaId = w.number("select max(id) from media").await.into();
        conversation::watch(&w.admin, c.id, w.admin.user, true).await.unwrap();
        // A colleague of the same team, one of another, and one with a role of their own.
        let narrow = role::save(&w.admin, draft("Estreito", Sight::Own, &[])).await.unwrap();
        let strangers = [
            w.agent("Bia Reis", law).await,
            w.agent("Bruno Lima", w.team).await,
            w.member("Nina Sá", Role::Restricted, &[(law, true, false)]).await,
            w.member("Mara Reis", Role::Manager, &[(w.team, true, false)]).await,
            with_role(w, "Eva Nunes", narrow.id, &[(law, true, false), (w.team, true, false)]).await,
        ];
        for cx in &strangers {
            // Lists, filters, counters, archive.
            for tab in Tab::ALL {
                for filter in [Filter::default(), Filter { teams: vec![law], ..Filter::default() }, Filter { assignees: vec![ana.user], ..Filter::default() }, Filter { watched: true, ..Filter::default() }] {
                    let q = ConversationQuery { tab: *tab, filter, oldest_first: false, after: None, limit: None };
                    assert_eq!(conversation::list(cx, &q).await.unwrap().items, []);
                }
            }
            assert_eq!(conversation::counts(cx).await.unwrap(), Counts::default());
            assert_eq!(service::inbox::workspace(cx).await.unwrap().counts, Counts::default());
            assert_eq!(conversation::archive(cx, &ArchiveQuery::default()).await.unwrap().items, []);
            // Search and its previews.
            for text in ["segredo", &c.protocol, "in:Jurídico"] {
                let found = search::search(cx, text, None).await.unwrap();
                assert!(found.conversations.is_empty() && found.messages.is_empty() && found.files.is_empty(), "{text}");
            }
            // The contact's own pages.
            assert_eq!(conversation::others(cx, c.contact_id).await.unwrap(), []);
            let history = HistoryQuery { contact_id: c.contact_id, channel_id: None, after: None, limit: None };
            assert_eq!(conversation::history(cx, &history).await.unwrap().items, []);
            for kind in ShelfKind::ALL {
                let files = FileQuery { contact_id: c.contact_id, kind: *kind, text: String::new(), after: None, limit: None };
                assert_eq!(contact::files(cx, &files).await.unwrap(), FilePage::default());
            }
            // The conversation itself, its messages, its files.
            assert_eq!(fault(conversation::open(cx, c.id).await), Fault::Missing);
            let page = MessageQuery { conversation_id: c.id, before: None, after: None, limit: None };
            assert_eq!(fault(message::page(cx, &page).await), Fault::Missing);
            assert_eq!(fault(media::find(cx, file, false).await), Fault::Missing);
            // Acts, alone and several at once, drafts and quotes.
            assert_eq!(fault(conversation::save_draft(cx, c.id, "x").await), Fault::Missing);
            assert_eq!(fault(conversation::mark_read(cx, c.id).await), Fault::Missing);
            assert!(conversation::assume(cx, c.id, Some(ana.user)).await.is_err());
            assert_eq!(fault(conversation::conclude(cx, c.id, ConcludeDraft::silent()).await), Fault::Missing);
            assert_eq!(fault(message::retry(cx, sent.id).await), Fault::Missing);
            assert_eq!(fault(conversation::watch(cx, c.id, cx.user, true).await), Fault::Missing);
            // Mentions and notifications.
            let mut work = w.desk.system(w.account).begin().await.unwrap();
            alert::mention(&mut work, c.id, &[cx.user], ana.user).await.unwrap();
            work.commit().await.unwrap();
            assert_eq!(alert::list(cx, None).await.unwrap().items.iter().filter(|a| a.conversation_id == c.id).count(), 0);
            // What a stale one would show, and push: a row that was written while they saw it.
            w.write("insert into alert (account_id, user_id, conversation_id, kind, count, at) values ($1, $2, $3, 'MENTION', 1, 1)", args![w.account, cx.user, c.id]).await;
            assert_eq!(alert::list(cx, None).await.unwrap(), AlertPage::default());
            // A link in the internal chat.
            assert!(talk::pointed(cx, c.id).await.unwrap().is_none());
            // Events: for them nothing happened.
            let scope = w.desk.system(w.account);
            for event in service::desk::events_since(&scope, 0, 1000).await.unwrap() {
                let text = serde_json::to_string(&event.for_reader(cx.seen())).unwrap();
                let queue = cx.seen().pending.contains(&law) || cx.seen().pending.contains(&w.team);
                assert!(!text.contains("segredo da resposta") && !text.contains("segredo do arquivo"), "{text}");
                assert!(queue || !text.contains("segredo"), "{text}");
            }
        }
    }
}
