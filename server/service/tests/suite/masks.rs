//! What is hidden from whom (03, section 3.9; NX-4), and that nothing else tells it.

use crate::payload;
use crate::world::*;
use model::*;
use serde::Serialize;
use serde_json::json;
use service::{Cx, alert, args, contact, conversation, field, inbox, kept, mask, message, search, tag, talk};

const PHONE: &str = "5511987654321";
const NAME: &str = "Zuleica Quaresma";
const EMAIL: &str = "zuleica.q@cliente.example";
const CPF: &str = "123.456.789-09";
/// What no answer may hold, in lower case.
const RAW: [&str; 7] = ["987654321", "98765-4321", "zuleica", "quaresma", "zuleica.q@", "123.456.789", "12345678909"];

fn on(masks: &[Mask]) -> Masks {
    masks.iter().fold(Masks::NONE, |all, mask| all.with(*mask, true))
}

fn hidden() -> Masks {
    on(&Mask::HIDING)
}

async fn rule(w: &World, role: MaskRole, masks: Masks) {
    mask::save(&w.admin, &[MaskRule { role, masks }]).await.unwrap();
}

/// A contact with all that can be hidden, whom the agent serves; and the agent, from whom it is hidden.
async fn served(w: &World, masks: Masks) -> (Cx, Conversation, FieldId) {
    let ana = w.agent("Ana Souza", w.team).await;
    let c = w.served(&ana, PHONE).await;
    let draft = FieldDraft { id: None, kind: FieldKind::String, name: "CPF".into(), required: true, archived: false, options: Vec::new() };
    let cpf = field::save(&w.admin, draft).await.unwrap().id;
    let stored = contact::read(&w.admin, c.contact_id).await.unwrap();
    let draft = ContactDraft {
        name: NAME.into(),
        email: EMAIL.into(),
        annotation: format!("VIP\ncpf {CPF}"),
        fields: vec![FieldValue { field_id: cpf, value: CPF.into() }],
        ..ContactDraft::of(&stored)
    };
    contact::save(&w.admin, draft).await.unwrap();
    rule(w, MaskRole::Agent, masks).await;
    (w.cx(ana.user).await, w.conversation(c.id).await, cpf)
}

#[track_caller]
fn clean<T: Serialize>(what: &str, answer: &T) {
    let text = serde_json::to_string(answer).unwrap().to_lowercase();
    for raw in RAW {
        assert!(!text.contains(raw), "{what} tells {raw}: {text}");
    }
}

fn query(tab: Tab) -> ConversationQuery {
    ConversationQuery { tab, filter: Filter::default(), oldest_first: false, after: None, limit: None }
}

async fn found(cx: &Cx, text: &str) -> usize {
    let all = search::search(cx, text, None).await.unwrap();
    let archive = ArchiveQuery { contact: text.into(), ..ArchiveQuery::default() };
    all.conversations.len()
        + all.contacts.len()
        + all.messages.len()
        + all.files.len()
        + search::contacts(cx, text).await.unwrap().len()
        + contact::list(cx, Some(text), None, 10).await.unwrap().items.len()
        + conversation::archive(cx, &archive).await.unwrap().items.len()
}

both! {
    async fn sv_1_nothing_is_hidden_at_first_and_admins_alone_choose(w) {
        let ana = w.agent("Ana Souza", w.team).await;
        let rules = mask::rules(&w.admin).await.unwrap();
        assert_eq!(rules.iter().map(|r| r.role).collect::<Vec<_>>(), MaskRole::ALL);
        assert!(rules.iter().all(|r| r.masks.is_none()) && mask::masks_of(&ana).is_none());
        let draft = [MaskRule { role: MaskRole::Agent, masks: hidden() }];
        assert_eq!(fault(mask::rules(&ana).await), Fault::Forbidden);
        assert_eq!(fault(mask::save(&ana, &draft).await), Fault::Forbidden);
        let many = [draft[0]; 4];
        assert_eq!(fault(mask::save(&w.admin, &many).await), Fault::field("rules", Wrong::TooMany));
        // Bits that mean nothing are not kept.
        rule(w, MaskRole::Agent, Masks(u32::MAX)).await;
        let stored = mask::rules(&w.admin).await.unwrap();
        assert_eq!(stored[0].masks, Masks(u32::MAX).tidy());
        assert!(stored[1].masks.is_none(), "each role has its own");
        assert_eq!(w.number("select count(*) from audit where action = 'masks.change'").await, 1);
        // The next question is asked by the new rules; nobody else's changed.
        let lead = w.member("Lia Lima", Role::Agent, &[(w.team, false, true)]).await;
        assert!(mask::masks_of(&w.cx(ana.user).await).hide());
        assert!(!mask::masks_of(&lead).hide() && !mask::masks_of(&w.cx(w.admin.user).await).hide());
        assert_eq!(fault(mask::may_export(&w.cx(ana.user).await)), Fault::Forbidden);
        assert!(mask::may_export(&lead).is_ok());
        rule(w, MaskRole::Manager, on(&[Mask::Phone])).await;
        assert_eq!(mask::masks_of(&w.cx(lead.user).await), on(&[Mask::Phone]));
    }

    async fn sv_2_no_answer_tells_what_is_hidden(w) {
        let before = service::desk::last_seq(&w.desk.system(w.account)).await.unwrap();
        let (ana, c, cpf) = served(w, hidden()).await;
        let id = c.id;
        // A card and a changed number in the timeline, and both as the last message.
        let cards = Content::Contacts { cards: vec![ContactCard {
            name: NAME.into(), phones: vec![format!("+{PHONE}")], emails: vec![EMAIL.into()], organisation: String::new(),
        }] };
        w.says(PHONE, "meu cartão").await;
        let card = serde_json::to_string(&cards).unwrap();
        w.write("update message set kind = 'CONTACT', body = $1, content = $2 where body = 'meu cartão'", args![NAME, card]).await;
        w.write("update conversation set preview_kind = 'CONTACT', preview_text = $1 where id = $2", args![NAME, id]).await;
        let number = Content::Transition(Transition::NumberChanged { from: format!("+{PHONE}"), to: format!("+{PHONE}") });
        let line = serde_json::to_string(&number).unwrap();
        w.write("update message set content = $1 where kind = 'TRANSITION' and conversation_id = $2", args![line, id]).await;
        w.says(PHONE, "pedido atrasado").await;
        w.write("update conversation set preview_kind = 'CONTACT', preview_text = $1 where id = $2", args![NAME, id]).await;

        let who = c.contact_id;
        clean("contact::read", &contact::read(&ana, who).await.unwrap());
        clean("contact::list", &contact::list(&ana, None, None, 10).await.unwrap());
        clean("contact::duplicates", &contact::duplicates(&ana, who).await.unwrap());
        clean("contact::merges", &contact::merges(&ana, who).await.unwrap());
        for kind in ShelfKind::ALL {
            let query = FileQuery { contact_id: who, kind: *kind, text: String::new(), after: None, limit: None };
            clean("contact::files", &contact::files(&ana, &query).await.unwrap());
        }
        clean("conversation::visible", &conversation::visible(&ana, id).await.unwrap());
        clean("conversation::open", &conversation::open(&ana, id).await.unwrap());
        for tab in Tab::ALL {
            clean("conversation::list", &conversation::list(&ana, &query(*tab)).await.unwrap());
        }
        assert_eq!(conversation::list(&ana, &query(Tab::Mine)).await.unwrap().items[0].contact_name, "Z**** Q****");
        clean("conversation::others", &conversation::others(&ana, who).await.unwrap());
        let history = HistoryQuery { contact_id: who, channel_id: None, after: None, limit: None };
        clean("conversation::history", &conversation::history(&ana, &history).await.unwrap());
        clean("conversation::archive", &conversation::archive(&ana, &ArchiveQuery::default()).await.unwrap());
        let timeline = MessageQuery { conversation_id: id, before: None, after: None, limit: None };
        clean("message::page", &message::page(&ana, &timeline).await.unwrap());
        clean("message::stickers", &message::stickers(&ana).await.unwrap());
        for text in ["zuleica", "987654321", EMAIL, "atrasado", c.protocol.as_str()] {
            clean("search::search", &search::search(&ana, text, None).await.unwrap());
            clean("search::contacts", &search::contacts(&ana, text).await.unwrap());
        }
        assert_eq!(search::contacts(&ana, "zuleica").await.unwrap()[0].phone.as_deref(), Some("+55 11 9****-**21"));
        clean("conversation::start_preview", &conversation::start_preview(&ana, Some(who), "", w.channel).await.unwrap());
        clean("alert::list", &alert::list(&ana, None).await.unwrap());
        clean("talk::pointed", &talk::pointed(&ana, id).await.unwrap());
        kept::pin(&ana, id, true).await.unwrap();
        let pinned = kept::all(&ana).await.unwrap();
        assert_eq!(pinned.pinned.len(), 1);
        clean("kept::all", &pinned);
        clean("inbox::workspace", &inbox::workspace(&ana).await.unwrap());

        // Acts answer what they changed.
        clean("message::send", &w.send(&ana, id, "já vai").await.unwrap());
        clean("conversation::pause", &conversation::pause(&ana, id, true).await.unwrap());
        clean("conversation::pause again", &conversation::pause(&ana, id, true).await.unwrap());
        clean("conversation::watch", &conversation::watch(&ana, id, ana.user, true).await.unwrap());
        let until = Some(SnoozeUntil::Time { at: w.desk.now() + HOUR });
        clean("conversation::snooze", &conversation::snooze(&ana, id, until).await.unwrap());
        let snoozed = kept::all(&ana).await.unwrap();
        assert_eq!(snoozed.snoozed.len(), 1);
        clean("kept::all snoozed", &snoozed);
        clean("inbox::workspace snoozed", &inbox::workspace(&ana).await.unwrap());
        clean("conversation::assume", &conversation::assume(&ana, id, None).await.unwrap());
        clean("contact::set_status", &contact::set_status(&ana, who, ContactStatus::Archived).await.unwrap());
        let label = tag::save(&w.admin, TagDraft { id: None, name: "VIP".into(), colour: TagColour::Green }).await.unwrap();
        clean("tag::change", &tag::change(&ana, who, TagChange::Replace, &[label.id]).await.unwrap());
        let shown = contact::read(&ana, who).await.unwrap();
        let draft = ContactDraft { annotation: format!("{}\nnovo", shown.annotation), ..ContactDraft::of(&shown) };
        clean("contact::save", &contact::save(&ana, draft).await.unwrap());
        clean("conversation::conclude", &conversation::conclude(&ana, id, ConcludeDraft::silent()).await.unwrap());
        clean("conversation::archive after it", &conversation::archive(&ana, &ArchiveQuery::default()).await.unwrap());

        // Events, as a socket of theirs sends them; the admin's tell everything.
        let events = service::desk::events_since(&w.desk.system(w.account), before, 1_000).await.unwrap();
        let told = serde_json::to_string(&events).unwrap();
        assert!(told.contains(NAME) && told.contains(PHONE));
        for event in events {
            clean("an event", &ana.shown(event.for_reader(ana.seen())));
        }
        let own = contact::read(&w.admin, who).await.unwrap();
        assert_eq!((own.name.as_str(), own.phone.as_deref()), (NAME, Some("+5511987654321")));
        assert_eq!(own.fields, [FieldValue { field_id: cpf, value: CPF.into() }]);
        assert_eq!(own.annotation, format!("VIP\ncpf {CPF}\nnovo"), "what was hidden was not written back");
    }

    async fn sv_2_one_switch_hides_one_thing(w) {
        let (ana, c, _) = served(w, on(&[Mask::Document])).await;
        let seen = contact::read(&ana, c.contact_id).await.unwrap();
        assert_eq!((seen.name.as_str(), seen.phone.as_deref(), seen.email.as_deref()), (NAME, Some("+5511987654321"), Some(EMAIL)));
        assert_eq!(seen.fields[0].value, "***.456.***-**");
        assert_eq!(seen.annotation, "VIP\ncpf ***.456.***-**");
        rule(w, MaskRole::Agent, on(&[Mask::Phone])).await;
        let seen = contact::read(&w.cx(ana.user).await, c.contact_id).await.unwrap();
        assert_eq!((seen.name.as_str(), seen.phone.as_deref()), (NAME, Some("+55 11 9****-**21")));
        assert!(seen.identities.iter().all(|i| !i.address.contains("98765")));
        // A contact without a name is called by the number.
        w.write("update contact set name = '+55 11 98765-4321' where id = $1", args![c.contact_id]).await;
        let row = conversation::visible(&w.cx(ana.user).await, c.id).await.unwrap();
        assert_eq!(row.contact_name, "+55 11 9****-**21");
    }

    async fn sv_3_a_form_that_leaves_a_value_alone_keeps_it(w) {
        let (ana, c, cpf) = served(w, hidden()).await;
        let shown = contact::read(&ana, c.contact_id).await.unwrap();
        let form = ContactDraft::of(&shown);
        assert_eq!(form.check(&field::list(&ana).await.unwrap()), Ok(()), "the form does not stand in the way either");
        // Nothing was changed: nothing is.
        assert_eq!(contact::save(&ana, form.clone()).await.unwrap().version, shown.version);
        let kept = contact::read(&w.admin, c.contact_id).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.email.as_deref()), (NAME, Some(EMAIL)));
        // One is, the others stay.
        let mail = ContactDraft { email: "nova@cliente.example".into(), ..form.clone() };
        contact::save(&ana, mail).await.unwrap();
        let kept = contact::read(&w.admin, c.contact_id).await.unwrap();
        assert_eq!((kept.name.as_str(), kept.phone.as_deref(), kept.email.as_deref()), (NAME, Some("+5511987654321"), Some("nova@cliente.example")));
        assert_eq!(kept.fields, [FieldValue { field_id: cpf, value: CPF.into() }]);
        // A part of a mask is no value.
        let form = ContactDraft::of(&contact::read(&ana, c.contact_id).await.unwrap());
        for (wrong, what) in [
            (ContactDraft { name: format!("{} Silva", form.name), ..form.clone() }, "name".to_owned()),
            (ContactDraft { phone: format!("{}9", form.phone), ..form.clone() }, "phone".into()),
            (ContactDraft { email: format!("x{}", form.email), ..form.clone() }, "email".into()),
            (ContactDraft { annotation: format!("{} x", form.annotation), ..form.clone() }, "annotation".into()),
            (ContactDraft { fields: vec![FieldValue { field_id: cpf, value: "***.999.***-**".into() }], ..form.clone() }, field_name(cpf)),
        ] {
            assert_eq!(fault(contact::save(&ana, wrong).await), Fault::field(&what, Wrong::NotAllowed), "{what}");
        }
        let stored = contact::read(&w.admin, c.contact_id).await.unwrap();
        assert_eq!((stored.name.as_str(), stored.annotation.as_str()), (NAME, format!("VIP\ncpf {CPF}").as_str()));
        // An annotation grows below what is hidden.
        let more = ContactDraft { annotation: format!("Ligar\n{}", form.annotation), ..form };
        contact::save(&ana, more).await.unwrap();
        assert_eq!(contact::read(&w.admin, c.contact_id).await.unwrap().annotation, format!("Ligar\nVIP\ncpf {CPF}"));
    }

    async fn sv_3_masked_people_answer_and_start_from_the_contact(w) {
        let templates = w.templates(&[payload::template("aviso", "UTILITY", "Olá {{1}}")]).await;
        let (ana, c, _) = served(w, hidden().with(Mask::SearchPhone, true)).await;
        // They call the contact by the name as they see it; the contact reads their own.
        let called = conversation::visible(&ana, c.id).await.unwrap().contact_name;
        let draft = text_draft("a1", &format!("Olá, {called}!"));
        let sent = message::send(&ana, c.id, draft.clone()).await.unwrap();
        assert_eq!(message::send(&ana, c.id, draft).await.unwrap().id, sent.id, "the same once more");
        assert_eq!(w.message(sent.id).await.body, format!("Olá, {NAME}!"));
        conversation::conclude(&ana, c.id, ConcludeDraft::silent()).await.unwrap();
        let start = |contact_id, phone: &str| StartDraft {
            client_id: format!("s{}", w.fresh()),
            contact_id,
            phone: phone.into(),
            name: String::new(),
            channel_id: w.channel,
            team_id: w.team,
            template: Some(filled(&templates[0], &[("body.1", called.as_str())])),
            text: String::new(),
        };
        // By the number nobody is found, known or not.
        for phone in [PHONE, "11 91111-2222"] {
            let refused = Fault::field("phone", Wrong::NotAllowed);
            assert_eq!(fault(conversation::start_preview(&ana, None, phone, w.channel).await), refused);
            assert_eq!(fault(conversation::start(&ana, start(None, phone)).await), refused);
        }
        let started = conversation::start(&ana, start(Some(c.contact_id), "")).await.unwrap();
        assert_eq!((started.conversation.contact_id, started.existed), (c.contact_id, false));
        assert_eq!(started.conversation.contact_phone.as_deref(), Some("+55 11 9****-**21"));
        assert_eq!(w.messages(started.conversation.id).await.last().unwrap().body, format!("Olá {NAME}"));
    }

    async fn sv_3_what_may_not_be_searched_for_is_not_found(w) {
        let (ana, c, _) = served(w, Masks::NONE).await;
        w.says(PHONE, &format!("meu cpf é {CPF}, fone 11 98765-4321, pedido 48211")).await;
        for text in ["zuleica", "Zule", "11987654321", "98765", EMAIL, "123.456.789-09", "48211", &c.protocol] {
            assert!(found(&ana, text).await > 0, "{text}");
        }
        let with = async |masks: &[Mask]| {
            rule(w, MaskRole::Agent, on(masks)).await;
            w.cx(ana.user).await
        };
        let ana = with(&[Mask::SearchName]).await;
        for text in ["zuleica", "Zule", "Zuleica Quaresma", "zuleica.q", "quaresma"] {
            assert_eq!(found(&ana, text).await, 0, "{text}");
            assert_eq!(found(&ana, &format!("de:{text}")).await, 0, "de:{text}");
        }
        assert!(found(&ana, "11987654321").await > 0 && found(&ana, EMAIL).await > 0);
        let ana = with(&[Mask::SearchPhone]).await;
        for text in ["11987654321", "+55 11 98765-4321", "987654", "de:11987654321", "zuleica 4321"] {
            assert_eq!(found(&ana, text).await, 0, "{text}");
        }
        assert!(found(&ana, "zuleica").await > 0 && found(&ana, "pedido").await > 0);
        assert_eq!(found(&ana, &c.protocol).await, 1, "a protocol is no number of a person");
        let ana = with(&[Mask::SearchDocument]).await;
        for text in ["123.456.789-09", "12345678909", "123.456.789", "123456"] {
            assert_eq!(found(&ana, text).await, 0, "{text}");
        }
        assert!(found(&ana, "zuleica").await > 0 && found(&ana, "48211").await > 0);
        assert!(found(&w.admin, "123.456.789-09").await > 0);
    }

    async fn sv_4_what_is_hidden_is_shown_for_a_reason_that_is_kept(w) {
        let (ana, c, _) = served(w, hidden()).await;
        let ask = |what, reason: &str| RevealDraft { contact_id: c.contact_id, what, reason: reason.into() };
        assert_eq!(fault(mask::reveal(&ana, &ask(Mask::Phone, "Entrega")).await), Fault::Forbidden, "the role may not");
        rule(w, MaskRole::Agent, hidden().with(Mask::Reveal, true)).await;
        let ana = w.cx(ana.user).await;
        for reason in ["", "  ", "x", &"x".repeat(limit::REVEAL_REASON_MAX + 1)] {
            assert!(matches!(fault(mask::reveal(&ana, &ask(Mask::Phone, reason)).await), Fault::Invalid { .. }), "{reason}");
        }
        assert_eq!(fault(mask::reveal(&ana, &ask(Mask::Export, "Entrega")).await), Fault::field("what", Wrong::NotAllowed));
        assert_eq!(w.number("select count(*) from audit where action = 'contact.reveal'").await, 0);
        for (what, line) in [
            (Mask::Phone, "+5511987654321".to_owned()),
            (Mask::Email, EMAIL.into()),
            (Mask::Name, NAME.into()),
            (Mask::Document, format!("CPF: {CPF}")),
        ] {
            let shown = mask::reveal(&ana, &ask(what, " Entrega devolvida ")).await.unwrap();
            assert_eq!((shown.lines[0].as_str(), shown.for_millis), (line.as_str(), 60_000), "{what}");
        }
        let rows: Vec<(i64, String, String)> =
            w.rows("select actor_id, subject, data from audit where action = 'contact.reveal' order by id").await;
        assert_eq!(rows.len(), 4);
        assert_eq!((rows[0].0, rows[0].1.as_str()), (ana.user.0, c.contact_id.to_string().as_str()));
        let said: serde_json::Value = serde_json::from_str(&rows[0].2).unwrap();
        assert_eq!(said, json!({"what": "PHONE", "why": "Entrega devolvida"}), "what was seen is not written down");
        // It changes nothing for any other answer, and nobody else is told.
        clean("contact::read", &contact::read(&ana, c.contact_id).await.unwrap());
        // Who does not see the contact's conversations is shown nothing.
        let other = w.new_team("Outra", Restriction::Team).await;
        let bia = w.agent("Bia Reis", other).await;
        assert_eq!(fault(mask::reveal(&bia, &ask(Mask::Phone, "Entrega")).await), Fault::Forbidden);
    }
}
