//! Merging conversations of a contact (NX-2) and contacts that are one person (NX-3), and undoing both.

use crate::payload;
use crate::world::*;
use model::*;
use service::{contact, conversation, field, message, tag};

const MARIA: &str = "5511987654321";
const WORK: &str = "5511912345678";

async fn of(w: &World, id: ContactId) -> Contact {
    contact::get(&w.desk.system(w.account), id).await.unwrap()
}

async fn draft(w: &World, kept: ContactId, other: ContactId) -> ContactMergeDraft {
    ContactMergeDraft::suggest(&of(w, kept).await, &of(w, other).await)
}

/// What people said, in order.
async fn said(w: &World, id: ConversationId) -> Vec<String> {
    w.messages(id).await.into_iter().filter(|m| m.kind == MessageKind::Text).map(|m| m.body).collect()
}

fn why(why: MergeWhy) -> Fault {
    Fault::NotMerged { why }
}

async fn concluded(w: &World, by: &service::Cx, id: ConversationId) -> Conversation {
    w.pass(MINUTE);
    conversation::conclude(by, id, ConcludeDraft::silent()).await.unwrap()
}

/// A concluded conversation of Maria, and one that Ana serves.
async fn two(w: &World, ana: &service::Cx) -> (Conversation, Conversation) {
    service::people::set_archive_preference(ana, ArchivePreference::Immediate).await.unwrap();
    let first = w.served(ana, MARIA).await;
    w.pass(MINUTE);
    w.send(ana, first.id, "pois não").await.unwrap();
    let first = concluded(w, ana, first.id).await;
    w.pass(HOUR);
    w.says(MARIA, "voltei").await;
    let second = w.says(MARIA, "ainda aí?").await;
    assert_ne!(first.id, second.id);
    (first, conversation::assume(ana, second.id, None).await.unwrap())
}

both! {
    async fn nx_2_messages_move_into_the_open_one_and_back_again(w) {
        let ana = w.agent("Ana", w.team).await;
        let (first, second) = two(w, &ana).await;
        w.pass(MINUTE);
        // Asked the wrong way round, the open one stays all the same.
        let one = conversation::merge(&ana, second.id, first.id).await.unwrap();
        assert_eq!((one.id, one.status, one.assignee_id), (second.id, ConversationStatus::InProgress, Some(ana.user)));
        assert_eq!((one.unread, one.preview.text.as_str(), one.waiting_since), (second.unread, "ainda aí?", second.waiting_since));
        assert_eq!(said(w, second.id).await, ["oi", "pois não", "voltei", "ainda aí?"]);
        let rest = w.conversation(first.id).await;
        assert_eq!((rest.merged_into, rest.status), (Some(second.id), ConversationStatus::Completed));
        let line = w.messages(first.id).await;
        let pointer = Content::Transition(Transition::MergedInto { other: second.id, protocol: second.protocol.clone() });
        assert_eq!(line.iter().map(|m| &m.content).collect::<Vec<_>>(), [&pointer], "only the pointer is left");
        let told = w.messages(second.id).await.pop().unwrap();
        assert_eq!(told.content, Content::Transition(Transition::Merged { other: first.id, protocol: first.protocol.clone() }));
        assert_eq!(told.author_id, Some(ana.user));
        // What was merged takes no part any more.
        let fill = TemplateFill { template_id: TemplateId(1), ..TemplateFill::default() };
        assert_eq!(fault(conversation::restart(&w.admin, first.id, "r", fill).await), Fault::WrongState);
        assert_eq!(fault(conversation::merge(&ana, first.id, second.id).await), why(MergeWhy::Merged));

        let merges = contact::merges(&ana, second.contact_id).await.unwrap();
        assert_eq!(merges.len(), 1);
        assert_eq!((merges[0].kind, merges[0].label.as_str(), merges[0].by), (MergeKind::Conversation, first.protocol.as_str(), ana.user));
        w.pass(MINUTE);
        w.send(&ana, second.id, "depois").await.unwrap();
        contact::undo_merge(&ana, merges[0].id).await.unwrap();
        assert_eq!(said(w, first.id).await, ["oi", "pois não"]);
        assert_eq!(said(w, second.id).await, ["voltei", "ainda aí?", "depois"], "what was written since stays");
        let back = w.conversation(first.id).await;
        assert_eq!((back.merged_into, back.status, back.preview.clone()), (None, first.status, first.preview.clone()));
        assert_eq!((back.last_at, back.last_in_at, back.completed_at), (first.last_at, first.last_in_at, first.completed_at));
        assert_eq!(contact::merges(&ana, second.contact_id).await.unwrap(), []);
        assert_eq!(fault(contact::undo_merge(&ana, merges[0].id).await), Fault::Missing, "once");
    }

    async fn nx_2_files_follow_their_messages(w) {
        let ana = w.agent("Ana", w.team).await;
        let (first, second) = two(w, &ana).await;
        w.inbound(&payload::one(NUMBER, vec![payload::image(WORK, "wamid.P", w.desk.now(), "900", "")])).await;
        w.write("update message set conversation_id = $1 where external_id = 'wamid.P'", service::args![first.id]).await;
        w.write("update media set conversation_id = $1", service::args![first.id]).await;
        conversation::merge(&ana, first.id, second.id).await.unwrap();
        assert_eq!(w.number("select conversation_id from media").await, second.id.0);
        contact::undo_merge(&ana, contact::merges(&ana, second.contact_id).await.unwrap()[0].id).await.unwrap();
        assert_eq!(w.number("select conversation_id from media").await, first.id.0);
    }

    async fn nx_2_only_alike_ones_and_only_by_who_may(w) {
        let ana = w.agent("Ana", w.team).await;
        let other_team = w.new_team("Outra", Restriction::User).await;
        let stranger = w.agent("Bia", other_team).await;
        let (first, second) = two(w, &ana).await;
        let foreign = w.served(&ana, WORK).await;
        assert_eq!(fault(conversation::merge(&ana, foreign.id, second.id).await), why(MergeWhy::Unlike));
        assert_eq!(fault(conversation::merge(&ana, second.id, second.id).await), why(MergeWhy::Unlike));
        assert_eq!(fault(conversation::merge(&stranger, first.id, second.id).await), Fault::Missing);
        let colleague = w.agent("Caio", w.team).await;
        assert_eq!(fault(conversation::merge(&colleague, first.id, second.id).await), Fault::Forbidden, "it is Ana who serves it");
        assert_eq!(w.number("select count(*) from merge").await, 0);
    }

    async fn nx_2_later_merges_are_undone_first_and_after_thirty_days_none(w) {
        let ana = w.agent("Ana", w.team).await;
        let (first, second) = two(w, &ana).await;
        let second = concluded(w, &ana, second.id).await;
        w.pass(MINUTE);
        let third = w.served(&ana, MARIA).await;
        conversation::merge(&ana, first.id, second.id).await.unwrap();
        w.pass(SECOND);
        conversation::merge(&ana, second.id, third.id).await.unwrap();
        assert_eq!(said(w, third.id).await, ["oi", "pois não", "voltei", "ainda aí?", "oi"]);
        let earlier: i64 = w.number(&format!("select id from merge where source_id = {}", first.id)).await;
        assert_eq!(fault(contact::undo_merge(&ana, earlier.into()).await), why(MergeWhy::Later));
        let later: i64 = w.number(&format!("select id from merge where source_id = {}", second.id)).await;
        w.pass(limit::MERGE_MILLIS - SECOND - 1);
        contact::undo_merge(&ana, later.into()).await.unwrap();
        assert_eq!(said(w, second.id).await, ["oi", "pois não", "voltei", "ainda aí?"]);
        w.pass(1);
        assert_eq!(contact::merges(&ana, third.contact_id).await.unwrap(), []);
        assert_eq!(fault(contact::undo_merge(&ana, earlier.into()).await), Fault::Missing, "thirty days later to the millisecond");
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from merge").await, 0);
        assert_eq!(w.number("select count(*) from merged_message").await, 0);
    }

    async fn nx_2_what_was_merged_into_a_purged_one_points_nowhere(w) {
        let ana = w.agent("Ana", w.team).await;
        let (first, second) = two(w, &ana).await;
        conversation::merge(&ana, first.id, second.id).await.unwrap();
        concluded(w, &ana, second.id).await;
        // As if it had been concluded again since: it is kept longer than what it went into.
        w.write("update conversation set completed_at = $1 where id = $2", service::args![w.desk.now() + 20 * DAY, first.id]).await;
        service::closing::save_retention(&w.admin, 1, PASSWORD).await.unwrap();
        w.pass(40 * DAY);
        assert_eq!(service::closing::retention::turn(&w.desk).await.unwrap(), 1);
        assert_eq!(w.conversation(first.id).await.merged_into, None);
        for (table, left) in [("conversation", 1), ("message", 1), ("merge", 0), ("merged_message", 0)] {
            assert_eq!(w.number(&format!("select count(*) from {table}")).await, left, "{table}");
        }
    }

    async fn nx_3_two_contacts_become_one_field_by_field_and_two_again(w) {
        let ana = w.agent("Ana", w.team).await;
        let home = w.served(&ana, MARIA).await;
        let work = w.served(&ana, WORK).await;
        let (kept, other) = (home.contact_id, work.contact_id);
        let text = |name: &str| FieldDraft { id: None, kind: FieldKind::String, name: name.into(), required: false, archived: false, options: vec![] };
        let cpf = field::save(&w.admin, text("CPF")).await.unwrap().id;
        let city = field::save(&w.admin, text("Cidade")).await.unwrap().id;
        let vip = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Blue }).await.unwrap().id;
        tag::change(&ana, other, TagChange::Insert, &[vip]).await.unwrap();
        let value = |field_id, value: &str| FieldValue { field_id, value: value.into() };
        let mine = ContactDraft { name: "Maria".into(), annotation: "gosta de chá".into(), fields: vec![value(city, "Recife")], ..ContactDraft::of(&of(w, kept).await) };
        contact::save(&ana, mine).await.unwrap();
        let theirs = ContactDraft {
            name: "Maria Lima".into(),
            email: "maria@loja.example".into(),
            annotation: "paga em dia".into(),
            fields: vec![value(cpf, "123"), value(city, "Olinda")],
            ..ContactDraft::of(&of(w, other).await)
        };
        contact::save(&ana, theirs).await.unwrap();
        let (before_kept, before_other) = (of(w, kept).await, of(w, other).await);

        let draft = ContactMergeDraft { name: MergeSide::Other, ..draft(w, kept, other).await };
        assert_eq!(draft.fields, [cpf]);
        let one = contact::merge(&ana, draft).await.unwrap();
        assert_eq!((one.id, one.name.as_str(), one.email.as_deref()), (kept, "Maria Lima", Some("maria@loja.example")));
        assert_eq!((one.annotation.as_str(), one.tags.clone()), ("gosta de chá\n\npaga em dia", vec![vip]));
        assert_eq!(one.fields, [value(cpf, "123"), value(city, "Recife")]);
        assert_eq!(one.phone.as_deref(), Some("+5511987654321"));
        // The other one is this one now, wherever it is asked for, and it is listed no more.
        assert_eq!(of(w, other).await, one);
        assert_eq!(contact::list(&ana, None, None, 50).await.unwrap().items, std::slice::from_ref(&one));
        let found = contact::list(&ana, Some("912345678"), None, 50).await.unwrap().items;
        assert_eq!(found, std::slice::from_ref(&one), "by the other number, too");
        assert_eq!(one.identities.iter().filter(|i| i.kind == IdentityKind::Phone).map(|i| i.address.as_str()).collect::<Vec<_>>(), [MARIA, WORK]);
        assert_eq!(contact::list(&ana, Some("Lima"), None, 50).await.unwrap().items.len(), 1);
        // Both were open on one channel: one conversation is left of them, that in which she wrote last.
        let both = w.conversation(work.id).await;
        assert_eq!((both.contact_id, both.contact_name.as_str(), both.status), (kept, "Maria Lima", ConversationStatus::InProgress));
        assert_eq!(w.conversation(home.id).await.merged_into, Some(work.id));
        assert_eq!(said(w, work.id).await, ["oi", "oi"]);
        // It goes on where it was, and she is answered where she writes from.
        w.send(&ana, work.id, "resposta").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent().last().unwrap()["to"], format!("+{WORK}"));
        assert_eq!(w.says(MARIA, "do celular").await.id, work.id);
        w.send(&ana, work.id, "para o celular").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent().last().unwrap()["to"], format!("+{MARIA}"));
        assert_eq!(w.says(WORK, "do trabalho").await.id, work.id, "the other number leads here");
        w.send(&ana, work.id, "para o trabalho").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent().last().unwrap()["to"], format!("+{WORK}"));

        // Undone: each has its own again; what was changed by hand since stays.
        contact::save(&ana, ContactDraft { name: "Maria L.".into(), ..ContactDraft::of(&of(w, kept).await) }).await.unwrap();
        let merges = contact::merges(&ana, kept).await.unwrap();
        assert_eq!(merges.iter().map(|m| (m.kind, m.label.as_str())).collect::<Vec<_>>(), [(MergeKind::Contact, "Maria Lima")]);
        contact::undo_merge(&ana, merges[0].id).await.unwrap();
        let (kept_again, other_again) = (of(w, kept).await, of(w, other).await);
        assert_eq!((kept_again.name.as_str(), kept_again.annotation.as_str()), ("Maria L.", "gosta de chá"));
        assert_eq!((kept_again.email, kept_again.tags, kept_again.fields), (None, vec![], before_kept.fields));
        assert_eq!(kept_again.identities, before_kept.identities);
        assert_eq!(Contact { version: before_other.version, ..other_again }, before_other);
        let found = contact::list(&ana, Some("912345678"), None, 50).await.unwrap().items;
        assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), [other]);
        let (home, work) = (w.conversation(home.id).await, w.conversation(work.id).await);
        assert_eq!((home.contact_id, home.status, home.assignee_id, home.merged_into), (kept, ConversationStatus::InProgress, Some(ana.user), None));
        assert_eq!((work.contact_id, work.contact_name.as_str()), (other, "Maria Lima"));
        assert_eq!(w.says(MARIA, "oi de novo").await.id, home.id);
        assert_eq!(w.says(WORK, "oi de lá").await.id, work.id);
    }

    async fn nx_3_the_other_number_leads_to_the_contact_also_after_the_conclusion(w) {
        let ana = w.agent("Ana", w.team).await;
        service::people::set_archive_preference(&ana, ArchivePreference::Immediate).await.unwrap();
        let (home, work) = (w.served(&ana, MARIA).await, w.served(&ana, WORK).await);
        let draft = ContactMergeDraft { phone: MergeSide::Other, ..draft(w, home.contact_id, work.contact_id).await };
        let one = contact::merge(&ana, draft).await.unwrap();
        assert_eq!(one.phone.as_deref(), Some("+5511912345678"));
        concluded(w, &ana, work.id).await;
        let again = w.says(MARIA, "outra coisa").await;
        assert_eq!((again.contact_id, again.id != work.id), (home.contact_id, true));
        let again = conversation::assume(&ana, again.id, None).await.unwrap();
        w.send(&ana, again.id, "sim?").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.sent().last().unwrap()["to"], format!("+{MARIA}"));
        concluded(w, &ana, again.id).await;
        assert_eq!(w.says(MARIA, "mais uma").await.contact_id, home.contact_id, "it is not forgotten with the conversation");
    }

    async fn nx_3_what_waits_for_an_answer_waits_on_or_leaves(w) {
        let ana = w.agent("Ana", w.team).await;
        let template = w.templates(&[payload::template("volta", "UTILITY", "Olá")]).await.remove(0);
        let home = w.served(&ana, MARIA).await;
        w.pass(2 * DAY);
        conversation::restart(&ana, home.id, "r", filled(&template, &[])).await.unwrap();
        let waiting = w.send(&ana, home.id, "espera").await.unwrap();
        assert_eq!(waiting.status, MessageStatus::WaitReply);
        let work = w.served(&ana, WORK).await;
        contact::merge(&ana, draft(w, work.contact_id, home.contact_id).await).await.unwrap();
        let one = w.conversation(work.id).await;
        assert!(!one.awaiting_reply, "she has answered here");
        let m = w.messages(work.id).await.into_iter().find(|m| m.id == waiting.id).unwrap();
        assert_eq!(m.status, MessageStatus::Queued);
        w.send_out().await;
        assert_eq!(w.graph.sent().iter().filter(|s| s["text"]["body"] == "espera").count(), 1);
    }

    async fn nx_3_conflicts_and_rights(w) {
        let ana = w.agent("Ana", w.team).await;
        let closed = w.new_team("Fechada", Restriction::User).await;
        let stranger = w.agent("Bia", closed).await;
        let (home, work) = (w.served(&ana, MARIA).await, w.served(&ana, WORK).await);
        let (kept, other) = (home.contact_id, work.contact_id);
        let good = draft(w, kept, other).await;
        assert_eq!(fault(contact::merge(&ana, ContactMergeDraft { other_id: kept, ..good.clone() }).await), why(MergeWhy::Unlike));
        assert_eq!(fault(contact::merge(&stranger, good.clone()).await), Fault::Forbidden);
        let stale = ContactMergeDraft { other_version: good.other_version - 1, ..good.clone() };
        assert_eq!(fault(contact::merge(&ana, stale).await), Fault::Conflict);
        let both_names = ContactMergeDraft { name: MergeSide::Both, ..good.clone() };
        assert_eq!(fault(contact::merge(&ana, both_names).await), Fault::field("name", Wrong::NotAllowed));
        let long = "x".repeat(limit::ANNOTATION_MAX - 1);
        for id in [kept, other] {
            let annotation = format!("{long}{}", if id == kept { "a" } else { "b" });
            contact::save(&ana, ContactDraft { annotation, ..ContactDraft::of(&of(w, id).await) }).await.unwrap();
        }
        assert_eq!(fault(contact::merge(&ana, draft(w, kept, other).await).await), Fault::field("annotation", Wrong::TooLong));
        // Another agent's conversation is not merged away under them.
        let caio = w.agent("Caio", w.team).await;
        let theirs = ContactMergeDraft { annotation: MergeSide::Kept, ..draft(w, kept, other).await };
        assert!(matches!(fault(contact::merge(&caio, theirs.clone()).await), Fault::ServedBy { name, .. } if name == "Ana"));
        contact::set_status(&w.admin, other, ContactStatus::Blocked).await.unwrap();
        let theirs = ContactMergeDraft { annotation: MergeSide::Kept, ..draft(w, kept, other).await };
        assert_eq!(fault(contact::merge(&ana, theirs.clone()).await), Fault::Forbidden, "blocked ones are the admin's");
        assert_eq!(contact::merge(&w.admin, theirs.clone()).await.unwrap().status, ContactStatus::Blocked);
        assert_eq!(fault(contact::merge(&w.admin, theirs).await), why(MergeWhy::Merged), "a second click");
        // After thirty days the one that went into the other is gone.
        w.pass(limit::MERGE_MILLIS);
        service::desk::sweep(&w.desk).await.unwrap();
        assert_eq!(w.number("select count(*) from contact").await, 1);
    }

    async fn nx_3_two_merges_at_once_make_one(w) {
        let ana = w.agent("Ana", w.team).await;
        let (home, work) = (w.served(&ana, MARIA).await, w.served(&ana, WORK).await);
        let there = draft(w, home.contact_id, work.contact_id).await;
        let back = draft(w, work.contact_id, home.contact_id).await;
        let (one, other) = tokio::join!(contact::merge(&ana, there), contact::merge(&ana, back));
        assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|ok| *ok).count(), 1);
        let refused = one.and(other).unwrap_err().into_fault();
        assert!([why(MergeWhy::Merged), Fault::Conflict].contains(&refused), "{refused:?}");
        assert_eq!(w.number("select count(*) from contact where merged_into is null").await, 1);
        assert_eq!(w.number("select count(*) from conversation where status <> 'COMPLETED'").await, 1);
    }

    async fn nx_3_duplicates_are_found_by_name_mail_and_by_the_network(w) {
        let ana = w.agent("Ana", w.team).await;
        let (home, work) = (w.served(&ana, MARIA).await, w.served(&ana, WORK).await);
        let third = w.served(&ana, "5511955554444").await;
        let ids = |hits: Vec<ContactHit>| hits.into_iter().map(|h| h.id).collect::<Vec<_>>();
        for (id, name, email) in [(home.contact_id, "José Lima", "jose@loja.example"), (work.contact_id, "jose lima", ""), (third.contact_id, "J. L.", "Jose@loja.example")] {
            let draft = ContactDraft { name: name.into(), email: email.into(), ..ContactDraft::of(&of(w, id).await) };
            contact::save(&ana, draft).await.unwrap();
        }
        let mut found = ids(contact::duplicates(&ana, home.contact_id).await.unwrap());
        found.sort();
        let mut both = vec![work.contact_id, third.contact_id];
        both.sort();
        assert_eq!(found, both);
        contact::merge(&ana, draft(w, home.contact_id, work.contact_id).await).await.unwrap();
        assert_eq!(ids(contact::duplicates(&ana, home.contact_id).await.unwrap()), [third.contact_id]);
    }

    async fn nx_3_a_status_of_a_message_that_moved_arrives_where_it_is(w) {
        let ana = w.agent("Ana", w.team).await;
        let (first, second) = two(w, &ana).await;
        w.send_out().await;
        let sent = w.messages(first.id).await.into_iter().find(|m| m.direction == Direction::Out && m.kind == MessageKind::Text).unwrap();
        conversation::merge(&ana, first.id, second.id).await.unwrap();
        let external = format!("select external_id from message where id = {}", sent.id);
        let rows: Vec<(String,)> = w.rows(&external).await;
        w.inbound(&payload::statuses(NUMBER, vec![payload::status(&rows[0].0, "read", w.desk.now(), None)])).await;
        let m = w.messages(second.id).await.into_iter().find(|m| m.id == sent.id).unwrap();
        assert_eq!(m.status, MessageStatus::Read);
        assert_eq!(fault(message::cancel(&ana, sent.id).await), Fault::WrongState);
    }
}
