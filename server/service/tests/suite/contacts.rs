//! The contact panel: fields, tags, editing, files and past conversations (04, section 4.11).

use crate::payload;
use crate::world::*;
use model::*;
use serde_json::Value;
use service::{Cx, contact, conversation, field, inbox, people, tag};

async fn of(w: &World, id: ContactId) -> Contact {
    contact::get(&w.desk.system(w.account), id).await.unwrap()
}

fn field_draft(kind: FieldKind, name: &str) -> FieldDraft {
    let options = if kind.has_options() { vec!["Ouro".into(), "Prata".into()] } else { Vec::new() };
    FieldDraft { id: None, kind, name: name.into(), required: false, archived: false, options }
}

fn value(field: &CustomField, value: &str) -> FieldValue {
    FieldValue { field_id: field.id, value: value.into() }
}

async fn new_tag(cx: &Cx, name: &str) -> Tag {
    tag::save(cx, TagDraft { id: None, name: name.into(), colour: TagColour::Green }).await.unwrap()
}

async fn tagged(w: &World, tags: &[TagId]) -> Vec<ConversationId> {
    let filter = Filter { tags: tags.to_vec(), ..Filter::default() };
    let query = ConversationQuery { tab: Tab::New, filter: filter.clone(), oldest_first: true, after: None, limit: None };
    let rows = conversation::list(&w.admin, &query).await.unwrap().items;
    assert!(rows.iter().all(|row| filter.passes(row, w.admin.user)), "fetched rows obey the filter of live ones");
    rows.iter().map(|c| c.id).collect()
}

fn photo(from: &str, id: &str, at: Millis, caption: &str) -> Value {
    let mut message = payload::image(from, id, at, "900", "");
    message["image"]["caption"] = caption.into();
    message
}

fn document(from: &str, id: &str, at: Millis, name: &str) -> Value {
    let mut message = payload::image(from, id, at, "901", "");
    message["type"] = "document".into();
    let mut file = message["image"].take();
    file["filename"] = name.into();
    file["mime_type"] = "application/pdf".into();
    message["document"] = file;
    message
}

/// The kinds of event since a number.
async fn told(w: &World, since: i64) -> Vec<String> {
    let events = service::desk::events_since(&w.desk.system(w.account), since, 100).await.unwrap();
    events
        .into_iter()
        .map(|e| match e.change {
            Change::Conversation { row, .. } => format!("row {} {:?}", row.contact_name, row.contact_tags.len()),
            Change::Contact { .. } => "contact".into(),
            Change::Setup { what } => format!("{what:?}"),
            other => format!("{other:?}"),
        })
        .collect()
}

async fn seq(w: &World) -> i64 {
    service::desk::last_seq(&w.desk.system(w.account)).await.unwrap()
}

both! {
    async fn cp_3_a_field_appears_on_every_contact_and_its_values_are_checked(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        assert_eq!(fault(field::save(&ana, field_draft(FieldKind::String, "CPF")).await), Fault::Forbidden, "fields are the admin's");
        let mut made = Vec::new();
        for kind in FieldKind::ALL {
            made.push(field::save(&w.admin, field_draft(*kind, kind.word())).await.unwrap());
        }
        assert_eq!(field::list(&ana).await.unwrap(), made, "in the order of making");
        let of_kind = |kind: FieldKind| made.iter().find(|f| f.kind == kind).unwrap();
        let mut draft = ContactDraft::of(&of(w, c.contact_id).await);
        for (kind, typed) in [
            (FieldKind::String, " 123 "), (FieldKind::Text, "a\nb"), (FieldKind::Integer, "7"), (FieldKind::Float, "1,5"), (FieldKind::SingleSelect, "Ouro"),
            (FieldKind::MultiSelect, "Prata\nOuro"), (FieldKind::Date, "2026-11-21"), (FieldKind::Time, "09:30"), (FieldKind::DateTime, "2026-11-21T09:30"),
            (FieldKind::Boolean, "true"),
        ] {
            draft.fields.push(value(of_kind(kind), typed));
        }
        let saved = contact::save(&ana, draft.clone()).await.unwrap();
        let read: Vec<&str> = saved.fields.iter().map(|v| v.value.as_str()).collect();
        assert_eq!(read, ["123", "a\nb", "7", "1.5", "Ouro", "Ouro\nPrata", "2026-11-21", "09:30", "2026-11-21T09:30", "true"]);
        assert_eq!(of(w, c.contact_id).await, saved);
        assert_eq!(contact::list(&w.admin, None, None, 10).await.unwrap().items, std::slice::from_ref(&saved), "lists show them too");
        // A wrong value is told at its field, and nothing is saved.
        let number = of_kind(FieldKind::Integer);
        let mut wrong = ContactDraft { name: "Outro".into(), ..ContactDraft::of(&saved) };
        wrong.fields.retain(|v| v.field_id != number.id);
        wrong.fields.push(value(number, "sete"));
        assert_eq!(fault(contact::save(&ana, wrong).await), Fault::field(&field_name(number.id), Wrong::NotANumber));
        assert_eq!(of(w, c.contact_id).await, saved);
        // An empty one is gone.
        let mut empty = ContactDraft::of(&saved);
        empty.fields.clear();
        assert_eq!(contact::save(&ana, empty).await.unwrap().fields, []);
        let unknown = ContactDraft { version: saved.version + 1, fields: vec![FieldValue { field_id: FieldId(7), value: "x".into() }], ..draft };
        assert_eq!(fault(contact::save(&ana, unknown).await), Fault::field("field_7", Wrong::Unknown));
    }

    async fn cp_3_the_kind_is_fixed_once_values_exist(w) {
        let c = w.says("5511987654321", "oi").await;
        let made = field::save(&w.admin, field_draft(FieldKind::String, "Plano")).await.unwrap();
        let change = |kind| FieldDraft { id: Some(made.id), ..field_draft(kind, "Plano novo") };
        assert_eq!(field::save(&w.admin, change(FieldKind::SingleSelect)).await.unwrap().kind, FieldKind::SingleSelect, "nobody has a value yet");
        let mut draft = ContactDraft::of(&of(w, c.contact_id).await);
        draft.fields.push(value(&made, "Ouro"));
        contact::save(&w.admin, draft).await.unwrap();
        assert_eq!(fault(field::save(&w.admin, change(FieldKind::Integer)).await), Fault::field("kind", Wrong::NotAllowed));
        // Everything else may change; an option that goes stays with who has it.
        let renamed = FieldDraft { options: vec!["Prata".into()], required: true, ..change(FieldKind::SingleSelect) };
        let renamed = field::save(&w.admin, renamed).await.unwrap();
        assert_eq!((renamed.name.as_str(), renamed.required, renamed.options.len()), ("Plano novo", true, 1));
        let now = of(w, c.contact_id).await;
        let again = ContactDraft { annotation: "vip".into(), ..ContactDraft::of(&now) };
        assert_eq!(contact::save(&w.admin, again).await.unwrap().fields[0].value, "Ouro");
    }

    async fn cp_3_required_fields_block_the_form_and_no_message(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let made = field::save(&w.admin, FieldDraft { required: true, ..field_draft(FieldKind::String, "CPF") }).await.unwrap();
        let draft = ContactDraft { name: "Bia Reis".into(), ..ContactDraft::of(&of(w, c.contact_id).await) };
        assert_eq!(fault(contact::save(&ana, draft.clone()).await), Fault::field(&field_name(made.id), Wrong::Required));
        w.send(&ana, c.id, "mensagens saem").await.unwrap();
        // An archived one asks for nothing, keeps its name free for another, and its values stay.
        let archived = FieldDraft { id: Some(made.id), required: true, archived: true, ..field_draft(FieldKind::String, "CPF") };
        let filled = ContactDraft { fields: vec![value(&made, "123")], ..draft.clone() };
        let saved = contact::save(&ana, filled).await.unwrap();
        field::save(&w.admin, archived).await.unwrap();
        let other = ContactDraft { version: saved.version, fields: Vec::new(), ..draft };
        assert_eq!(contact::save(&ana, other).await.unwrap().fields, saved.fields);
        let taken = field::save(&w.admin, field_draft(FieldKind::String, "cpf")).await.unwrap();
        let back = FieldDraft { id: Some(made.id), ..field_draft(FieldKind::String, "CPF") };
        assert_eq!(fault(field::save(&w.admin, back).await), Fault::field("name", Wrong::Taken));
        let order = field::sort(&w.admin, &[taken.id]).await.unwrap();
        assert_eq!(order.iter().map(|f| f.id).collect::<Vec<_>>(), [taken.id, made.id]);
        assert_eq!(fault(field::sort(&ana, &[made.id]).await), Fault::Forbidden);
    }

    async fn cp_4_names_are_unique_whatever_their_capital_letters(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let vip = new_tag(&ana, " Atenção   VIP ").await;
        assert_eq!(vip.name, "Atenção VIP");
        let twin = TagDraft { id: None, name: "ATENÇÃO vip".into(), colour: TagColour::Red };
        assert_eq!(fault(tag::save(&ana, twin).await), Fault::field("name", Wrong::Taken));
        let change = TagDraft { id: Some(vip.id), name: "Vip".into(), colour: TagColour::Pink };
        assert_eq!(fault(tag::save(&ana, change.clone()).await), Fault::Forbidden, "who uses a tag does not rename it");
        assert_eq!(tag::save(&w.admin, change).await.unwrap().colour, TagColour::Pink);
        let work = inbox::workspace(&ana).await.unwrap();
        assert_eq!(work.tags.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["Vip"], "the workspace knows the names");
    }

    async fn cp_4_tags_are_put_on_taken_off_and_replaced(w) {
        let c = w.says("5511987654321", "oi").await;
        let (a, b, d) = (new_tag(&w.admin, "a").await.id, new_tag(&w.admin, "b").await.id, new_tag(&w.admin, "d").await.id);
        let change = async |how, tags: &[TagId]| tag::change(&w.admin, c.contact_id, how, tags).await.unwrap().tags;
        assert_eq!(change(TagChange::Insert, &[a, b]).await, [a, b]);
        assert_eq!(change(TagChange::Insert, &[b]).await, [a, b], "what is there stays");
        assert_eq!(change(TagChange::Delete, &[b, d]).await, [a], "what is not there does not matter");
        assert_eq!(change(TagChange::Replace, &[d, b]).await, [b, d]);
        assert_eq!(w.conversation(c.id).await.contact_tags, [b, d]);
        assert_eq!(change(TagChange::Replace, &[]).await, []);
        assert_eq!(fault(tag::change(&w.admin, c.contact_id, TagChange::Insert, &[TagId(9)]).await), Fault::field("tag_ids", Wrong::Unknown));
        assert_eq!(w.number("select count(*) from contact_tag").await, 0);
        let audits: Vec<(String,)> = w.rows("select data from audit where action = 'contact.tag' order by id").await;
        assert_eq!(audits.len(), 4, "what changed nothing is no deed");
        assert!(audits[0].0.contains(&format!("\"added\":[\"{a}\",\"{b}\"]")), "{}", audits[0].0);
    }

    async fn cp_4_deleting_a_tag_in_use_asks_with_the_count(w) {
        let (one, two) = (w.says("5511987654321", "oi").await, w.says("5511987654322", "oi").await);
        let ana = w.agent("Ana Souza", w.team).await;
        let (vip, other) = (new_tag(&w.admin, "VIP").await, new_tag(&w.admin, "Outra").await);
        for c in [&one, &two] {
            tag::change(&ana, c.contact_id, TagChange::Insert, &[vip.id, other.id]).await.unwrap();
        }
        assert_eq!(fault(tag::delete(&ana, vip.id, true).await), Fault::Forbidden);
        assert_eq!(fault(tag::delete(&w.admin, vip.id, false).await), Fault::InUse { count: 2 });
        assert_eq!(tag::list(&ana).await.unwrap().len(), 2);
        tag::delete(&w.admin, vip.id, true).await.unwrap();
        assert_eq!(tag::list(&ana).await.unwrap(), std::slice::from_ref(&other));
        assert_eq!(w.conversation(one.id).await.contact_tags, [other.id]);
        assert_eq!(of(w, two.contact_id).await.tags, [other.id]);
        let unused = new_tag(&w.admin, "Livre").await;
        tag::delete(&w.admin, unused.id, false).await.unwrap();
        assert_eq!(fault(tag::delete(&w.admin, unused.id, false).await), Fault::Missing);
    }

    async fn ab_2_the_list_is_filtered_by_tags(w) {
        let (a, b, _) = (w.says("5511987654321", "1").await, w.says("5511987654322", "2").await, w.says("5511987654323", "3").await);
        let (vip, new) = (new_tag(&w.admin, "VIP").await.id, new_tag(&w.admin, "Novo").await.id);
        tag::change(&w.admin, a.contact_id, TagChange::Insert, &[vip]).await.unwrap();
        tag::change(&w.admin, b.contact_id, TagChange::Insert, &[vip, new]).await.unwrap();
        assert_eq!(tagged(w, &[vip]).await, [a.id, b.id]);
        assert_eq!(tagged(w, &[new]).await, [b.id]);
        assert_eq!(tagged(w, &[new, vip]).await, [a.id, b.id], "any of them, each row once");
        assert_eq!(tagged(w, &[TagId(1)]).await, []);
        assert_eq!(tagged(w, &[]).await.len(), 3);
        // A new conversation of the contact has them from the first event on.
        conversation::conclude(&w.admin, a.id, ConcludeDraft::silent()).await.unwrap();
        w.pass(DAY);
        let since = seq(w).await;
        let again = w.says("5511987654321", "voltei").await;
        assert_eq!(again.contact_tags, [vip]);
        assert!(told(w, since).await.iter().any(|t| t.ends_with(" 1")), "{:?}", told(w, since).await);
    }

    async fn cp_5_an_open_conversation_stays_with_the_number_it_began_with(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let edit = async |phone: &str| {
            let draft = ContactDraft { phone: phone.into(), ..ContactDraft::of(&of(w, c.contact_id).await) };
            contact::save(&ana, draft).await
        };
        let saved = edit("(11) 91234-5678").await.unwrap();
        assert_eq!(saved.phone.as_deref(), Some("+5511912345678"));
        assert_eq!(saved.identities.iter().map(|i| i.address.as_str()).collect::<Vec<_>>(), ["5511912345678"]);
        w.send(&ana, c.id, "para o antigo").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.recipients(), ["5511987654321"], "the window is the old number's");
        // The old number still leads to the contact while it is open, also after a second change.
        edit("+55 11 91234-9999").await.unwrap();
        assert_eq!(w.says("5511987654321", "ainda aqui").await.id, c.id);
        w.send(&ana, c.id, "ainda").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.recipients().last().unwrap(), "5511987654321");
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        let stranger = w.says("5511987654321", "outra pessoa").await;
        assert_ne!(stranger.contact_id, c.contact_id, "afterwards it is anybody's");
        assert_eq!(fault(edit("11 98765-4321").await), Fault::field("phone", Wrong::Taken));
        assert_eq!(w.says("5511912349999", "sou eu").await.id, c.id);
    }

    async fn cp_5_who_writes_from_the_new_number_is_answered_there(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let draft = ContactDraft { phone: "11 91234-5678".into(), ..ContactDraft::of(&of(w, c.contact_id).await) };
        contact::save(&ana, draft).await.unwrap();
        assert_eq!(w.says("5511912345678", "troquei de chip").await.id, c.id);
        w.send(&ana, c.id, "ok").await.unwrap();
        w.send_out().await;
        assert_eq!(w.graph.recipients(), ["5511912345678"]);
        assert_eq!(w.number("select count(*) from contact_identity where kind = 'PHONE'").await, 1);
        // Without anything open the change is a change and no more.
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        let draft = ContactDraft { phone: String::new(), ..ContactDraft::of(&of(w, c.contact_id).await) };
        assert_eq!(contact::save(&ana, draft).await.unwrap().identities, []);
        let bad = ContactDraft { phone: "123".into(), ..ContactDraft::of(&of(w, c.contact_id).await) };
        assert_eq!(fault(contact::save(&ana, bad).await), Fault::field("phone", Wrong::NotAPhone));
    }

    async fn cp_6_the_second_editor_gets_a_conflict(w) {
        let (ana, bia) = (w.agent("Ana Souza", w.team).await, w.agent("Bia Reis", w.team).await);
        let c = w.says("5511987654321", "oi").await;
        let seen = of(w, c.contact_id).await;
        let first = ContactDraft { email: "a@loja.example".into(), ..ContactDraft::of(&seen) };
        let second = ContactDraft { annotation: "prefere tarde".into(), ..ContactDraft::of(&seen) };
        let saved = contact::save(&ana, first).await.unwrap();
        assert_eq!(fault(contact::save(&bia, second.clone()).await), Fault::Conflict);
        assert_eq!(of(w, c.contact_id).await, saved, "nothing of it was saved");
        // With the version that she has seen by now it goes.
        let chosen = ContactDraft { annotation: second.annotation, ..ContactDraft::of(&saved) };
        let saved = contact::save(&bia, chosen).await.unwrap();
        assert_eq!((saved.email.as_deref(), saved.annotation.as_str()), (Some("a@loja.example"), "prefere tarde"));
        // What changes nothing conflicts with nobody; nor does a tag.
        assert_eq!(contact::save(&ana, ContactDraft::of(&saved)).await.unwrap().version, saved.version);
        let vip = new_tag(&ana, "VIP").await;
        tag::change(&ana, c.contact_id, TagChange::Insert, &[vip.id]).await.unwrap();
        let last = ContactDraft { name: "Carla".into(), ..ContactDraft::of(&saved) };
        assert_eq!(contact::save(&bia, last).await.unwrap().name, "Carla");
    }

    async fn cp_6_of_two_at_the_same_time_exactly_one_is_saved(w) {
        let c = w.says("5511987654321", "oi").await;
        let seen = of(w, c.contact_id).await;
        let save = |name: &str| contact::save(&w.admin, ContactDraft { name: name.into(), ..ContactDraft::of(&seen) });
        let (one, two) = futures::join!(save("Um"), save("Dois"));
        assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
        assert_eq!(fault(if one.is_ok() { two } else { one }), Fault::Conflict);
        assert_eq!(of(w, c.contact_id).await.version, seen.version + 1);
    }

    async fn a_contact_is_changed_by_who_sees_one_of_its_conversations(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let (ana, other) = (w.agent("Ana Souza", w.team).await, w.agent("Davi Melo", sales).await);
        let c = w.served(&ana, "5511987654321").await;
        let draft = || async { ContactDraft { name: "Bia".into(), ..ContactDraft::of(&of(w, c.contact_id).await) } };
        assert_eq!(fault(contact::save(&other, draft().await).await), Fault::Forbidden);
        assert_eq!(fault(contact::set_status(&other, c.contact_id, ContactStatus::Archived).await), Fault::Forbidden);
        let vip = new_tag(&other, "VIP").await;
        assert_eq!(fault(tag::change(&other, c.contact_id, TagChange::Insert, &[vip.id]).await), Fault::Forbidden);
        contact::save(&ana, draft().await).await.unwrap();
        assert_eq!(fault(contact::save(&ana, ContactDraft { id: ContactId(1), ..draft().await }).await), Fault::Missing);
        // Blocking is the admin's, and so is taking it back.
        assert_eq!(fault(contact::set_status(&ana, c.contact_id, ContactStatus::Blocked).await), Fault::Forbidden);
        assert_eq!(contact::set_status(&ana, c.contact_id, ContactStatus::Archived).await.unwrap().status, ContactStatus::Archived);
        assert_eq!(contact::set_status(&w.admin, c.contact_id, ContactStatus::Blocked).await.unwrap().status, ContactStatus::Blocked);
        assert_eq!(fault(contact::set_status(&ana, c.contact_id, ContactStatus::Active).await), Fault::Forbidden);
        assert_eq!(contact::set_status(&w.admin, c.contact_id, ContactStatus::Active).await.unwrap().status, ContactStatus::Active);
    }

    async fn a_change_is_told_written_down_and_found_by_its_new_name(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let c = w.served(&ana, "5511987654321").await;
        let since = seq(w).await;
        contact::save(&ana, ContactDraft { name: "Beatriz".into(), ..ContactDraft::of(&of(w, c.contact_id).await) }).await.unwrap();
        assert_eq!(told(w, since).await, ["row Beatriz 0", "contact"]);
        let since = seq(w).await;
        contact::save(&ana, ContactDraft { annotation: "vip".into(), ..ContactDraft::of(&of(w, c.contact_id).await) }).await.unwrap();
        assert_eq!(told(w, since).await, ["contact"], "no row shows the annotation");
        let since = seq(w).await;
        let vip = new_tag(&ana, "VIP").await;
        tag::change(&ana, c.contact_id, TagChange::Insert, &[vip.id]).await.unwrap();
        assert_eq!(told(w, since).await, ["Tags", "row Beatriz 1", "contact"]);
        assert_eq!(service::search::contacts(&w.admin, "beatriz").await.unwrap().len(), 1);
        let audit: Vec<(i64, String)> = w.rows("select actor_id, data from audit where action = 'contact.change' order by id limit 1").await;
        assert!(audit[0].0 == ana.user.0 && audit[0].1.contains("\"to\":\"Beatriz\""), "{}", audit[0].1);
    }

    async fn cp_2_past_and_present_conversations_come_in_pages_and_by_channel(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let restricted = TeamDraft { id: Some(w.team), name: "Geral".into(), is_default: true, restriction: Restriction::Team, closing_message: String::new(), archive_preference: None, distribution: None };
        people::save_team(&w.admin, restricted).await.unwrap();
        let ana = w.agent("Ana Souza", w.team).await;
        let mut all = Vec::new();
        for _ in 0..5 {
            let c = w.served(&ana, "5511987654321").await;
            all.insert(0, c.id);
            conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
            w.pass(DAY);
        }
        let contact_id = w.conversation(all[0]).await.contact_id;
        let page = async |cx: &Cx, channel_id, after| {
            let query = HistoryQuery { contact_id, channel_id, after, limit: Some(2) };
            let page = conversation::history(cx, &query).await.unwrap();
            (page.items.iter().map(|c| c.id).collect::<Vec<_>>(), page.next)
        };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (ids, next) = page(&ana, None, after).await;
            found.extend(ids);
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, all);
        assert_eq!(page(&w.admin, Some(w.channel), None).await.0, all[..2]);
        assert_eq!(page(&w.admin, Some(ChannelId(1)), None).await.0, []);
        let stranger = w.agent("Nina Lopes", sales).await;
        assert_eq!(page(&stranger, None, None).await.0, [], "what one does not see is not there");
    }

    async fn cp_2_files_and_links_are_listed_searched_and_only_where_they_are_seen(w) {
        let sales = w.new_team("Vendas", Restriction::Team).await;
        let ana = w.agent("Ana Souza", w.team).await;
        let phone = "5511987654321";
        for message in [
            photo(phone, "wamid.P1", START, "foto da fachada"),
            document(phone, "wamid.D1", START + SECOND, "Orçamento Junho.pdf"),
            document(phone, "wamid.D2", START + 2 * SECOND, "contrato.pdf"),
        ] {
            w.inbound(&payload::one(NUMBER, vec![message])).await;
            w.pass(SECOND);
        }
        let c = w.says(phone, "veja https://loja.example/produto?x=1.").await;
        w.says(phone, "http sem link").await;
        conversation::assume(&ana, c.id, None).await.unwrap();
        let files = async |cx: &Cx, kind, text: &str, after, limit| {
            let query = FileQuery { contact_id: c.contact_id, kind, text: text.into(), after, limit: Some(limit) };
            contact::files(cx, &query).await.unwrap()
        };
        let names = |page: &FilePage| page.files.iter().map(|f| f.media.as_ref().unwrap().file_name.clone()).collect::<Vec<_>>();
        let page = files(&ana, ShelfKind::Document, "", None, 1).await;
        assert_eq!(names(&page), ["contrato.pdf"]);
        let page = files(&ana, ShelfKind::Document, "", page.next, 1).await;
        assert_eq!(names(&page), ["Orçamento Junho.pdf"]);
        let page = files(&ana, ShelfKind::Document, "", page.next, 1).await;
        assert_eq!((names(&page).len(), page.next), (0, None));
        assert_eq!(names(&files(&ana, ShelfKind::Document, "ORCAMENTO", None, 10).await), ["Orçamento Junho.pdf"], "by name, whatever accents");
        assert_eq!(files(&ana, ShelfKind::Media, "fachada", None, 10).await.files.len(), 1, "by caption");
        assert_eq!(files(&ana, ShelfKind::Media, "praia", None, 10).await.files, []);
        let links = files(&ana, ShelfKind::Link, "", None, 10).await;
        assert_eq!(links.files.iter().map(|f| f.link.as_str()).collect::<Vec<_>>(), ["https://loja.example/produto?x=1"]);
        assert_eq!(links.next, None);
        let stranger = w.agent("Davi Melo", sales).await;
        for kind in ShelfKind::ALL {
            // The default team shows what is in service to its own agents only.
            assert_eq!(files(&stranger, *kind, "", None, 10).await, FilePage::default());
        }
    }
}
