use super::*;
use crate::*;
use proptest::prelude::*;
use serde::Serialize;
use std::fmt::Debug;

/// Reading as the browser does it.
pub(crate) trait ByMirror: Sized {
    fn by_mirror(tree: Tree) -> Result<Self, Unreadable>;
}

/// The mirror, this reader with the derived code, and serde_json read the same from what is written.
fn same<T: ByMirror + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(T::by_mirror(parse(text.as_bytes()).unwrap()).as_ref(), Ok(value), "{text}");
    assert_eq!(from_json::<T>(text.as_bytes()).as_ref(), Ok(value), "{text}");
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
}

/// Both refuse it.
fn refused<T: ByMirror + DeserializeOwned + Debug>(text: &str) {
    assert_eq!(parse(text.as_bytes()).and_then(T::by_mirror).err(), Some(Unreadable), "{text}");
    assert_eq!(from_json::<T>(text.as_bytes()).err(), Some(Unreadable), "{text}");
    assert!(serde_json::from_str::<T>(text).is_err(), "{text}");
}

fn media() -> Media {
    Media {
        id: MediaId(9),
        state: MediaState::Ready,
        mime: "image/png".into(),
        file_name: "a \"b\".png".into(),
        size: 7,
        voice: true,
        reason: String::new(),
        width: 640,
        height: 480,
        seconds: 7,
        small: true,
        link_until: Some(5),
    }
}

fn classification(amount: Option<Money>) -> Classification {
    Classification { reason_id: ReasonId(11), category: ReasonCategory::Won, description: "Venda".into(), amount }
}

fn transitions() -> Vec<Transition> {
    use Transition::*;
    let (team, user) = (TeamId(3), UserId(i64::MAX));
    vec![
        Opened,
        Started,
        Assumed { from_team: team },
        TransferredToTeam { from_team: team, from: None, to_team: TeamId(4) },
        TransferredToPerson { from_team: team, from: Some(user), to_team: TeamId(4), to: UserId(1) },
        Returned { from: user, minutes: 60 },
        Designated { from: None, to: Some(user) },
        Designated { from: Some(user), to: None },
        Concluded { classification: None },
        Concluded { classification: Some(classification(None)) },
        Classified { classification: Some(classification(Some(Money { minor: 123_456, currency: Currency::Brl }))) },
        Reopened { to: Some(user) },
        Restarted,
        Merged { other: ConversationId(2), protocol: "1".into() },
        MergedInto { other: ConversationId(i64::MAX), protocol: "1".into() },
        Unmerged { other: ConversationId(2), protocol: String::new() },
        NumberChanged { from: "+55 11".into(), to: "".into() },
    ]
}

fn contents() -> Vec<Content> {
    let text = || "ação 😀\n".to_owned();
    let mut all = vec![
        Content::None,
        Content::Media(media()),
        Content::Location { latitude: -23.5505, longitude: 46.0, name: text(), address: text() },
        Content::Contacts { cards: vec![ContactCard { name: text(), phones: vec![text()], ..Default::default() }, ContactCard::default()] },
        Content::Answer { id: text(), title: text(), description: text() },
        Content::Order {
            items: vec![OrderItem { product: text(), quantity: 2, price_minor: -1999, currency: "BRL".into() }],
            text: text(),
        },
        Content::Template(TemplateContent {
            name: text(),
            header_file: Some(Box::new(media())),
            header_link: text(),
            place: Some(MapPlace { latitude: -23.5, longitude: 0.25, name: text(), address: text() }),
            buttons: vec![text()],
            ..Default::default()
        }),
        Content::Unsupported { type_name: text(), reason: text() },
    ];
    all.extend(transitions().into_iter().map(Content::Transition));
    all
}

fn message(content: Content) -> Message {
    Message {
        id: MessageId(1 << 60),
        conversation_id: ConversationId(2),
        direction: Direction::In,
        kind: MessageKind::Text,
        status: MessageStatus::Received,
        body: "olá".into(),
        content,
        author_id: None,
        client_id: Some("c".into()),
        quoted: Some(Quote { id: None, direction: Direction::Out, kind: MessageKind::Image, text: "q".into() }),
        reactions: vec!["👍".into()],
        problem: Some(Problem { reason: DeliveryProblem::Unknown, code: Some(-131), detail: "d".into() }),
        at: 1_784_000_000_000,
        sent_at: None,
        delivered_at: Some(1),
        read_at: None,
        own_reaction: Some("👍".into()),
        edited_at: None,
        leaves_at: Some(1_784_000_005_000),
        mentions: vec![Mention { user_id: UserId(3), at: 1, length: 4 }],
        forwarded: Some(Forwarded::Often),
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: ConversationId(2),
        protocol: "2026112100042".into(),
        contact_id: ContactId(5),
        contact_name: "Bia".into(),
        contact_phone: None,
        contact_tags: vec![TagId(8)],
        contact_photo: "0123456789abcdef".into(),
        channel_id: ChannelId(6),
        team_id: TeamId(3),
        assignee_id: Some(UserId(1)),
        status: ConversationStatus::InProgress,
        started_at: 1,
        completed_at: None,
        last_in_at: Some(2),
        last_at: 3,
        waiting_since: None,
        window_expires_at: Some(4),
        awaiting_reply: true,
        awaiting_category: Some(TemplateCategory::Utility),
        unread: 2,
        preview: Preview {
            kind: MessageKind::Note,
            direction: Direction::Out,
            status: MessageStatus::Read,
            text: "t".into(),
            author_id: None,
        },
        closed_by: Some(UserId(1)),
        classification: Some(classification(None)),
        snoozed_until: Some(5),
        paused: true,
        merged_into: Some(ConversationId(6)),
        watchers: vec![UserId(3)],
        designated_id: Some(UserId(7)),
        overflow_at: Some(6),
        priority: Priority::Urgent,
        sla: Some(SlaMark::Breached),
    }
}

fn talk(file: Option<Media>) -> Talk {
    let last = TalkMessage {
        id: TalkMessageId(i64::MAX),
        author_id: UserId(1),
        client_id: "c".into(),
        text: "ação 😀\n".into(),
        conversation_id: file.is_some().then_some(ConversationId(2)),
        file,
        at: 9,
    };
    Talk { id: TalkId(3), with: TalkWith::Person { user_id: UserId(2) }, last: Some(last), unread: 2 }
}

fn changes() -> Vec<Change> {
    let access = conversation().access();
    let row = || Box::new(conversation());
    let mut all = vec![
        Change::Contact { contact_id: ContactId(5) },
        Change::Conversation { row: row(), before: None, unread_before: 0, messages: Vec::new() },
        Change::Conversation {
            row: row(),
            before: Some(access),
            unread_before: 3,
            messages: contents().into_iter().map(message).collect(),
        },
        Change::Gone { conversation_id: ConversationId(2), tab: Some(Tab::Mine), unread: true },
        Change::Nothing,
        Change::Kept { user_id: Some(UserId(1)) },
        Change::Kept { user_id: None },
        Change::Status { user_id: UserId(i64::MAX), status: UserStatus::default() },
        Change::Status {
            user_id: UserId(1),
            status: UserStatus { kind: StatusKind::Away, reason: "7".into(), name: "Médico".into(), back_at: Some(5) },
        },
    ];
    all.extend(contents().into_iter().map(|content| Change::Message { access, message: Box::new(message(content)) }));
    let kinds = [
        SetupKind::Account,
        SetupKind::Members,
        SetupKind::Teams,
        SetupKind::Channels,
        SetupKind::Templates,
        SetupKind::Tags,
        SetupKind::Fields,
        SetupKind::Replies,
        SetupKind::Hours,
        SetupKind::Status,
        SetupKind::Sla,
    ];
    all.extend(kinds.map(|what| Change::Setup { what }));
    all
}

fn faults() -> Vec<Fault> {
    use Fault::*;
    let text = || "x".to_owned();
    vec![
        SignedOut,
        BadCredentials,
        Throttled { seconds: 9 },
        Forbidden,
        Missing,
        SetupClosed,
        Invalid { fields: Wrong::ALL.iter().map(|wrong| FieldFault { field: text(), wrong: *wrong }).collect() },
        AlreadyAssumed { user_id: UserId(1), name: text() },
        NotYourTeam,
        WrongState,
        NotAssignee,
        WindowClosed,
        CategoryMismatch { category: text() },
        TemplateMissing,
        TemplateValues { keys: vec![text(), text()] },
        CannotStart,
        ServedBy { name: text(), team: text() },
        AlreadyOpen { conversation_id: ConversationId(2) },
        ContactBlocked,
        TooManyWaiting,
        ChooseTeam,
        PersonUnavailable,
        PersonAbsent,
        SameTarget,
        LastAdmin,
        Conflict,
        InUse { count: 7 },
        NotMerged { why: MergeWhy::Later },
        ChannelDown,
        RateLimited { seconds: -1 },
        KeyReused,
        Unavailable,
        Internal { reference: text() },
        Offline,
    ]
}

#[test]
fn every_tagged_enum_is_read_as_it_is_written() {
    transitions().iter().for_each(same);
    contents().iter().for_each(same);
    changes().iter().for_each(same);
    faults().iter().for_each(same);
    for frame in [
        Frame::Hello { seq: 1 << 53, build: "b".into() },
        Frame::Reset { seq: 0 },
        Frame::Presence { conversation_id: ConversationId(2), people: vec![Present { user_id: UserId(1), writing: true }] },
        Frame::ContactTyping { conversation_id: ConversationId(2) },
        Frame::Talk { talk: Box::new(talk(None)) },
        Frame::Talk { talk: Box::new(talk(Some(media()))) },
        Frame::TalkRead { talk_id: TalkId(3), unread: 1 },
        Frame::Board { text: "{}".into() },
        Frame::Ended,
        Frame::Pong,
    ] {
        same(&frame);
    }
    for change in changes() {
        same(&Frame::Event(Event { seq: 7, at: 8, change }));
    }
    same(&ClientFrame::Ping);
    same(&ClientFrame::Active);
    same(&ClientFrame::Board { on: true });
    same(&ClientFrame::Looking { conversation_id: None, writing: false });
    same(&TalkWith::Everybody);
    same(&TalkWith::Team { team_id: TeamId(3) });
    same(&TransferTo::Team { team_id: TeamId(3) });
    same(&TransferTo::Person { user_id: UserId(1), team_id: None });
    same(&SendWhat::Text { text: "a".into() });
    same(&SendWhat::Note { text: "b".into() });
    same(&SendWhat::Forward { message_id: MessageId(4) });
    same(&SendWhat::Location { latitude: -23.5, longitude: 0.0, name: "a".into(), address: String::new() });
    same(&SendWhat::Contacts { cards: vec![ContactCard::default()] });
    same(&SendWhat::File { upload_id: MediaId(3), caption: "c".into(), note: true });
    let values = [("1".to_owned(), "one".to_owned()), ("name".to_owned(), String::new())].into();
    same(&SendWhat::Template(TemplateFill { template_id: TemplateId(8), values, header_file: Some(MediaId(9)) }));
}

#[test]
fn the_tag_may_stand_anywhere_and_what_is_new_is_passed_over() {
    let text = r#"{"seconds": 4, "later": [{}], "code": "throttled"}"#;
    assert_eq!(parse(text.as_bytes()).and_then(Fault::by_mirror), Ok(Fault::Throttled { seconds: 4 }));
    let text = r#"{"later": null, "code": "missing"}"#;
    assert_eq!(parse(text.as_bytes()).and_then(Fault::by_mirror), Ok(Fault::Missing));
}

#[test]
fn defaults_and_none_stand_for_what_is_left_out() {
    let text = r#"{"type": "conversation", "row": ROW}"#.replace("ROW", &serde_json::to_string(&conversation()).unwrap());
    let whole = Change::Conversation { row: Box::new(conversation()), before: None, unread_before: 0, messages: Vec::new() };
    assert_eq!(parse(text.as_bytes()).and_then(Change::by_mirror), Ok(whole));
}

#[test]
fn what_is_wrong_is_refused() {
    for text in [
        "",
        "{",
        "null",
        "7",
        "{}",
        r#"{"code": 7}"#,
        r#"{"code": "unheard_of"}"#,
        r#"{"code": "throttled"}"#,
        r#"{"code": "throttled", "seconds": "4"}"#,
        r#"{"code": "throttled", "seconds": 4.5}"#,
        r#"{"code": "throttled", "seconds": 99999999999999999999}"#,
        r#"{"code": "already_open", "conversation_id": "x"}"#,
        r#"{"code": "invalid", "fields": [{"field": "a", "wrong": "very"}]}"#,
        r#"{"code": "invalid", "fields": {}}"#,
        r#"{"code": "missing"} {"code": "missing"}"#,
    ] {
        refused::<Fault>(text);
    }
}

#[test]
fn a_workspace_is_read_as_it_is_written() {
    let seen = Seen::new(
        UserId(1),
        Role::Agent,
        &[TeamLink { team_id: TeamId(3), is_agent: true, is_supervisor: false }],
        &[(TeamId(3), Restriction::None)],
    );
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(from_json::<Seen>(text.as_bytes()), Ok(seen));
    let page = Page { items: vec![conversation()], next: Some("k".into()) };
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(from_json::<Page<Conversation>>(text.as_bytes()), Ok(page));
    assert_eq!(from_json::<()>(b"null"), Ok(()));
    assert_eq!(from_json::<Option<(bool, char)>>(br#"[true, "x"]"#), Ok(Some((true, 'x'))));
}

#[test]
fn words_are_read_by_name_and_others_are_told() {
    for word in ConversationStatus::ALL {
        assert_eq!(from_json(&serde_json::to_vec(word).unwrap()), Ok(*word));
        assert_eq!(serde_json::from_value::<ConversationStatus>(Value::String(word.word().into())).unwrap(), *word);
    }
    let told = |json: &str| serde_json::from_str::<Role>(json).unwrap_err().to_string();
    assert!(
        told("\"CHIEF\"").starts_with("unknown variant `CHIEF`, expected one of `ADMIN`, `MANAGER`, `AGENT`, `RESTRICTED`, `CUSTOM`"),
        "{}",
        told("\"CHIEF\"")
    );
    assert!(told("3").starts_with("invalid type: integer `3`, expected a word"), "{}", told("3"));
    assert_eq!(from_json::<Role>(b"\"CHIEF\""), Err(Unreadable));
}

proptest! {
    #[test]
    fn texts_and_numbers_are_read_as_serde_json_reads_them(text in any::<String>(), number in any::<i64>(), at in any::<f64>(), few in any::<u8>()) {
        let json = serde_json::to_vec(&(&text, number, few, number == 0)).unwrap();
        prop_assert_eq!(from_json::<(String, i64, u8, bool)>(&json), Ok((text, number, few, number == 0)));
        let json = serde_json::to_vec(&at).unwrap();
        prop_assert_eq!(from_json::<f64>(&json).ok(), serde_json::from_slice(&json).ok());
    }
}
