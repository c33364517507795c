//! The hot statements use their indexes, on both databases (issue part 8).

use crate::world::*;
use model::*;
use service::db::{Arg, Db, Text};
use service::statement::{Statement, all};
use service::{alert, args, audit, conversation, kept, search, talk};

/// Tables that grow, and the aliases under which statements name them.
const LARGE: &[&str] = &[
    "conversation",
    "message",
    "reaction",
    "contact",
    "contact_identity",
    "contact_term",
    "contact_tag",
    "contact_field",
    "outbox",
    "event",
    "webhook",
    "media",
    "c",
    "t",
    "m",
    "k",
    "o",
    "p",
    "alert",
    "a",
    "push_job",
    "talk_message",
    "talk_mark",
    "talk_file",
    "user_status",
    "watch",
    "w",
    "audit",
    "x",
    "sla_clock",
    "q",
];

struct Hot {
    name: String,
    text: String,
    args: Vec<Arg>,
    /// How often it may sort; none: as often as it likes. Where the order comes from an index, not at all.
    sorts: Option<usize>,
}

fn listed(needle: &str) -> &'static Statement {
    let found: Vec<_> = all().filter(|s| s.text.contains(needle)).collect();
    assert!(!found.is_empty(), "no statement has {needle:?}");
    found[0]
}

fn hot(w: &World, agent: &Seen) -> Vec<Hot> {
    let account = w.account;
    let mut list: Vec<Hot> = Vec::new();
    let mut add = |name: &str, text: String, args: Vec<Arg>, ordered: bool| {
        list.push(Hot { name: name.into(), text, args, sorts: ordered.then_some(0) });
    };
    let mut searches: Vec<Hot> = Vec::new();
    let with_account = |rest: Vec<Arg>| [vec![Arg::from(account)], rest].concat();
    for (who, seen) in [("admin", w.admin.seen()), ("agent", agent)] {
        for tab in Tab::ALL {
            for (after, oldest_first) in [(None, false), (Some((START, 5)), false), (Some((START, 5)), true)] {
                let q = ConversationQuery { tab: *tab, filter: Filter::default(), oldest_first, after: None, limit: None };
                let (text, args) = conversation::select(seen, &q, after, 41);
                add(&format!("list {tab} for {who}, after {after:?}"), text, with_account(args), true);
            }
        }
        for tab in [Tab::New, Tab::Mine, Tab::Done] {
            let filter = Filter { tags: vec![TagId(1), TagId(2)], ..Filter::default() };
            let q = ConversationQuery { tab, filter, oldest_first: false, after: None, limit: None };
            let (text, args) = conversation::select(seen, &q, None, 41);
            add(&format!("list {tab} for {who}, by tags"), text, with_account(args), true);
        }
        for tab in Tab::ALL {
            let filter = Filter { watched: true, ..Filter::default() };
            let q = ConversationQuery { tab: *tab, filter, oldest_first: false, after: None, limit: None };
            let (text, args) = conversation::select(seen, &q, Some((START, 5)), 41);
            // What one watches is sorted: it is little beside a tab.
            add(&format!("list {tab} for {who}, watched"), text, with_account(args), false);
        }
        let (text, args) = conversation::count_text(seen);
        add(&format!("counts for {who}"), text, with_account(args), false);
        let (text, args) = conversation::snooze::asleep_text(seen.me);
        add(&format!("snoozed of {who}"), text, with_account(args), true);
        let (text, args) = kept::pinned_text(seen.me);
        add(&format!("pins of {who}"), text, with_account(args), false);
        let settings = AlertSettings::default();
        let (text, args) = alert::page_text(seen, &settings, Some((START, 5, AlertKind::Message)), 31);
        add(&format!("bell for {who}"), text, with_account(args), true);
        let (text, args) = alert::unread_text(seen, &settings);
        add(&format!("bell's number for {who}"), text, with_account(args), false);
        let narrow = search::Narrow {
            from: Some(search::From { users: vec![1], contacts: vec![2, 3] }),
            teams: Some(vec![1]),
            channels: Some(vec![1]),
            tags: Some(vec![1]),
            after: Some(START),
            before: Some(START),
            unknown: Vec::new(),
        };
        let words = ["com".to_owned(), "cafe".to_owned()];
        for (narrow, of_files, unsigned) in [(&search::Narrow::default(), false, false), (&narrow, true, false), (&narrow, false, true)] {
            let find = search::Find { account, words: &words, narrow, of_files, unsigned };
            let (text, more) = search::hits_text(w.is_sqlite(), seen, &find, 21);
            searches.push(Hot { name: format!("search for {who}"), text, args: with_account(more), sorts: Some(0) });
        }
        use search::By;
        for (ways, sorts) in [
            (vec![By::Status(ConversationStatus::Completed)], 0),
            (vec![By::Assignee(1, ConversationStatus::Completed)], 0),
            (vec![By::Assignees(vec![1, 2], ConversationStatus::Completed)], 0),
            (vec![By::Protocol("202607".into())], 0),
            (vec![By::Contacts(vec![1, 2])], 1),
            // What all ways found is sorted.
            (vec![By::Status(ConversationStatus::Pending), By::Status(ConversationStatus::Completed)], 1),
        ] {
            let (text, args) = search::conversations_text(seen, &search::Narrow { from: None, ..narrow.clone() }, &ways, 21);
            let name = format!("conversations for {who} by {ways:?}");
            searches.push(Hot { name, text, args: with_account(args), sorts: Some(sorts) });
        }
        for (what, query) in [
            ("all", ArchiveQuery::default()),
            ("of an agent", ArchiveQuery { assignee_id: Some(seen.me), ..ArchiveQuery::default() }),
            ("of a team", ArchiveQuery { team_id: Some(w.team), ..ArchiveQuery::default() }),
        ] {
            let (text, args) = conversation::archive_text(seen, &query, (1, START), None, Some((START, 5)), 41);
            add(&format!("archive for {who}, {what}"), text, with_account(args), true);
        }
        for (what, query) in [
            ("all", AuditQuery::default()),
            ("of a person", AuditQuery { actor_id: Some(seen.me), ..AuditQuery::default() }),
            ("of a group", AuditQuery { group: Some(AuditGroup::Data), ..AuditQuery::default() }),
            ("about something", AuditQuery { subject: "7".into(), ..AuditQuery::default() }),
        ] {
            let (text, args) = audit::page_text(&query, (1, START), START << RANDOM_BITS, 51);
            add(&format!("audit for {who}, {what}"), text, with_account(args), true);
        }
        let (text, args) = talk::list_text(seen, Some(5), 41);
        add(&format!("talks of {who}"), text, with_account(args), true);
        let (text, args) = talk::bell_text(seen, 1, Some((START, 5, AlertKind::Message)), 31);
        add(&format!("talks under the bell of {who}"), text, with_account(args), true);
        let (text, args) = talk::unread_text(seen, 1);
        add(&format!("number of talks under the bell of {who}"), text, with_account(args), false);
    }
    let mut fixed = |name: &str, needle: &str, args: Vec<Arg>, ordered: bool| {
        let text = if w.is_sqlite() { listed(needle).sqlite() } else { listed(needle).postgres() };
        add(name, text.to_owned(), args, ordered);
    };
    fixed("page before", "(m.at, m.id) < ($3, $4)", args![account, 1i64, START, 5i64, 51i64, 7i64], true);
    fixed("page after", "(m.at, m.id) > ($3, $4)", args![account, 1i64, START, 5i64, 51i64, 7i64], true);
    fixed("deleted for oneself", "select message_id from message_hidden", args![account, 7i64, 5000i64], true);
    fixed("held until", "select max(next_at) from outbox where account_id", args![account, 1i64, 1i64, START], false);
    fixed("open conversation", "c.channel_id = $2 and c.contact_id = $3 and c.status <> 'COMPLETED'", args![account, 1i64, 1i64], false);
    fixed("last concluded", "select id, reactivate_until from conversation", args![account, 1i64, 1i64], false);
    fixed("window", "select max(window_expires_at) from conversation", args![account, 1i64, 1i64], false);
    fixed(
        "identity",
        "select contact_id from contact_identity where account_id = $1 and kind = $2 and value = $3",
        args![account, "PHONE", "5511"],
        false,
    );
    fixed(
        "known message",
        "select cast(1 as bigint) from message where account_id = $1 and channel_id = $2 and external_id = $3",
        args![account, 1i64, "x"],
        false,
    );
    fixed("reactions", "select phone, bsuid, emoji, at from reaction", args![account, 1i64, "x"], false);
    fixed("message by client", "m.conversation_id = $2 and m.client_id = $3", args![account, 1i64, "x"], false);
    fixed("waiting messages", "m.status = 'WAIT_REPLY' order by", args![account, 1i64], false);
    fixed("contact terms", "from contact_term where account_id = $1 and term >= $2", args![account, "a", "b"], false);
    fixed("outbox claim", "update outbox set state = 'SENDING', attempts", args![START, START, 64i64], false);
    fixed("outbox recovery", "where state = 'SENDING' and locked_until < $1", args![START, START], false);
    fixed("webhooks", "from webhook where state = 'NEW' order by id limit", args![64i64], true);
    fixed("files", "update media set attempts", args![START, START], false);
    let rule = |more: Vec<Arg>| [args![account, START, 0i64, 0i64, "[]", "[]", "[]", START, 100i64], more].concat();
    fixed("to be warned", "c.warned_at is null and", rule(args![]), true);
    fixed("to be closed", "coalesce(c.warned_at, 9223372036854775807)", rule(args![START]), true);
    let owed = || args![account, START, 0i64, 0i64, "[]", "[]", 1000i64];
    fixed("to be reminded of", "coalesce(c.reminded_of, 0) <> c.owed_since order by", owed(), true);
    fixed("away of who serves it", "status = 'AWAY' and not by_itself", args![account, 1i64], false);
    fixed("to be returned", "c.assignee_id is not null order by c.owed_since", owed(), true);
    fixed("accounts that hand out", "select id from account where distribution union", Vec::new(), false);
    fixed("agents of teams", "select l.team_id, l.user_id, (h.active", args![account, 0i64, 1000i64], false);
    fixed("who waits for whom", "select distinct designated_id, team_id", args![account], false);
    fixed("waiting for who is away", "designated_id = $2 and team_id = $3 order by id", args![account, 1i64, 1i64, 50i64], false);
    fixed("overflow", "overflow_at <= $2 order by overflow_at", args![account, START, 50i64], true);
    fixed("designated by a clock that was set back", "designated_at > $2 limit", args![account, START, 50i64], false);
    fixed("waiting for nobody yet", "queued_at is not null and designated_id is null", args![account, 1i64, 50i64], true);
    fixed("promises that are due", "select account_id, id from conversation where sla_at <= $1", args![START, 500i64], true);
    fixed("promises in danger", "count(case when sla = 'WARNED' then 1 end)", args![account, 1i64, "[]"], false);
    fixed(
        "clocks that run",
        "from sla_clock where account_id = $1 and conversation_id = $2 and ended_at is null",
        args![account, 1i64],
        false,
    );
    fixed("clocks of a conversation", "from sla_clock q left join sla_policy y", args![account, 1i64, 50i64], false);
    fixed(
        "a clock that ended",
        "select id from sla_clock where account_id = $1 and conversation_id = $2 and started_at",
        args![account, 1i64, START, 0i64],
        false,
    );
    fixed("snoozed ones that are due", "from conversation where snoozed_until <= $1", args![START, 100i64], true);
    fixed("reason in use", "select id from conversation where account_id = $1 and reason_id = $2", args![account, 1i64], false);
    fixed(
        "to be purged",
        "select id from conversation where account_id = $1 and status = 'COMPLETED' and completed_at",
        args![account, START, 20i64],
        true,
    );
    fixed("files of a conversation", "delete from media where account_id = $1 and conversation_id = $2", args![account, 1i64], false);
    let filter = args![account, "[]", "[]", "[]", "", START, "[]", 0i64, i64::MAX, START, i64::MAX];
    fixed("count of many", "select count(*) from conversation c where c.account_id = $1 and c.status in", filter, false);
    fixed("notifications that are due", "update alert set push_at = null where (user_id", args![START, 64i64], false);
    fixed("notes that are due", "update push_job set tries", args![START, START, 64i64], false);
    fixed("messages of a talk", "m.talk_id = $2 and m.id < $3", args![account, 1i64, START, 41i64], true);
    fixed("talks that are due", "update talk_mark set push_at = null where (talk_id", args![START, 64i64], false);
    fixed("queue notifications", "kind = 'QUEUE' and read_at is null returning", args![account, 1i64, START], false);
    fixed("events", "from event where account_id = $1 and seq > $2", args![account, 1i64, 500i64], true);
    list.append(&mut searches);
    list
}

/// Some thousand rows of two accounts, most of them concluded, as in a real inbox.
async fn fill(w: &World) {
    let series = |n: i64| match w.is_sqlite() {
        true => format!("(with recursive s (n) as (select 1 union all select n + 1 from s where n < {n}) select n from s)"),
        false => format!("(select cast(generate_series as bigint) as n from generate_series(1, {n}))"),
    };
    let s = series(3000);
    let (account, channel, team) = (w.account, w.channel, w.team);
    for text in [
        format!("insert into contact (id, account_id, name, created_at, updated_at) select n, {account}, 'Contato ' || cast(n as text), 1, 1 from {s} s"),
        format!("insert into tag (id, account_id, name, name_key, colour, created_at) values (1, {account}, 'a', 'a', 'RED', 1), (2, {account}, 'b', 'b', 'RED', 1)"),
        format!("insert into contact_tag (account_id, contact_id, tag_id) select {account}, n, 1 + n % 2 from {s} s"),
        format!("insert into contact_identity (account_id, kind, value, contact_id, channel_kind, address, created_at) select {account}, 'PHONE', cast(n as text), n, 'WHATSAPP', 'x', 1 from {s} s"),
        format!("insert into contact_term (account_id, term, contact_id) select {account}, 'contato' || cast(n as text), n from {s} s"),
        format!(
            "insert into conversation (id, account_id, protocol, contact_id, channel_id, team_id, status, started_at, last_at, preview_kind, preview_direction, preview_status, preview_text)
             select n, {account}, cast(n as text), n, {channel}, {team}, case when n % 20 = 0 then 'PENDING' when n % 20 = 1 then 'IN_PROGRESS' else 'COMPLETED' end, n, n, 'TEXT', 'IN', 'RECEIVED', '' from {s} s"
        ),
        format!(
            "insert into message (id, account_id, conversation_id, channel_id, direction, kind, status, body, external_id, client_id, at)
             select n, {account}, 1 + n % 3000, {channel}, 'IN', 'TEXT', 'RECEIVED', 'x', 'e' || cast(n as text), 'c' || cast(n as text), n from {} s",
            series(9000)
        ),
        format!("insert into outbox (id, account_id, channel_id, contact_id, conversation_id, message_id, kind, payload, state, next_at, created_at) select n, {account}, {channel}, n, n, n, 'MESSAGE', '', 'HELD', 1, 1 from {s} s"),
        format!("insert into reaction (account_id, channel_id, external_id, id, target, emoji, at, created_at) select {account}, {channel}, 'r' || cast(n as text), n, 'e' || cast(n as text), '', 1, 1 from {s} s"),
        format!("insert into alert (account_id, user_id, conversation_id, kind, count, at, read_at) select {account}, {}, n, 'MESSAGE', 1, n, case when n % 20 > 0 then n end from {s} s", w.admin.user),
        format!("insert into audit (account_id, id, at, actor_id, action, subject, area) select {account}, n, n, {}, 'tag.add', cast(n as text), 'SETTINGS' from {s} s", w.admin.user),
        format!("insert into sla_clock (account_id, id, conversation_id, target, policy_id, minutes, in_hours, started_at, ended_at) select {account}, n, n, 'FIRST', 1, 5, false, n, case when n % 20 > 0 then n end from {s} s"),
        format!("insert into watch (account_id, user_id, conversation_id) select {account}, u.id, n from {s} s cross join users u where n % 100 = 0"),
        format!("insert into talk (id, account_id, kind, last_id, created_at) select n, {account}, 'NONE', n, 1 from {s} s"),
        format!("insert into talk_mark (account_id, talk_id, user_id, read_id, unread, news, told_id, at) select {account}, n, {}, 0, 0, n % 20 / 19, n, n from {s} s", w.admin.user),
        format!("insert into talk_message (id, account_id, talk_id, author_id, client_id, body, at) select n, {account}, 1 + n % 3, {}, cast(n as text), '', n from {s} s", w.admin.user),
        format!("insert into talk_file (id, account_id, message_id, mime, file_name, size, sha256, small, width, height) select n, {account}, n, '', '', 1, '', '', 0, 0 from {s} s"),
        format!("insert into webhook (id, source, hash, body, received_at, state) select n, 'WHATSAPP', cast(n as text), '', 1, 'DONE' from {s} s"),
        format!("insert into event (account_id, seq, at, change) select {account}, 100000 + n, 1, '' from {s} s"),
        format!("insert into media (id, account_id, conversation_id, message_id, channel_id, state, mime) select n, {account}, n, n, {channel}, 'READY', '' from {s} s"),
    ] {
        w.write(&text, args![]).await;
    }
    w.write("analyze", args![]).await;
}

/// Why a plan is not good enough.
fn objections(w: &World, hot: &Hot, plan: &[String]) -> Vec<String> {
    let large = |name: &str| LARGE.contains(&name);
    let (mut found, mut sorted) = (Vec::new(), Vec::new());
    for line in plan {
        let words: Vec<&str> = line.split_whitespace().collect();
        let scanned = match w.is_sqlite() {
            true => {
                words.iter().position(|x| *x == "SCAN").and_then(|i| words.get(i + 1)).copied().filter(|_| !line.contains("VIRTUAL TABLE"))
            }
            false => line.split("Seq Scan on ").nth(1).and_then(|rest| rest.split_whitespace().next()),
        };
        // A partial index holds only what is looked for.
        let partial = [
            "webhook_new",
            "media_pending",
            "message_waiting",
            "conversation_idle",
            "conversation_owed",
            "conversation_snoozed",
            "conversation_asleep",
            "conversation_backlog",
            "conversation_designated",
            "conversation_overflow",
            "conversation_sla",
            "sla_clock_running",
        ]
        .iter()
        .any(|i| line.contains(i));
        // An index made for the occasion reads the whole table first.
        let for_now = line.contains("AUTOMATIC") || line.contains("BLOOM FILTER ON");
        if scanned.is_some_and(large) && !partial || for_now {
            found.push(line.clone());
        }
        let sorts = match w.is_sqlite() {
            true => line.contains("TEMP B-TREE FOR ORDER BY") || line.contains("TEMP B-TREE FOR LAST"),
            false => false,
        };
        if sorts {
            sorted.push(line.clone());
        }
    }
    if hot.sorts.is_some_and(|most| sorted.len() > most) {
        found.append(&mut sorted);
    }
    found
}

both! {
    async fn hot_statements_use_their_indexes(w) {
        let team = w.new_team("Equipe", Restriction::Team).await;
        let agent = w.member("Ana Souza", Role::Agent, &[(w.team, true, false), (team, true, false)]).await;
        fill(w).await;
        let db = match w.is_sqlite() {
            true => w.desk.db.clone(),
            false => {
                // What can use an index does, however small the table is.
                let name = w.url.rsplit_once('/').unwrap().1;
                w.write(&format!("alter database {name} set enable_seqscan = off"), args![]).await;
                Db::connect(&w.url).await.unwrap()
            }
        };
        let mut faults = Vec::new();
        for hot in hot(w, agent.seen()) {
            let plan: Vec<String> = match w.is_sqlite() {
                true => {
                    let rows: Vec<(i64, i64, i64, String)> =
                        db.all(Text::Built(format!("explain query plan {}", hot.text)), hot.args.clone()).await.unwrap_or_else(|e| panic!("{}: {e}", hot.name));
                    rows.into_iter().map(|(.., line)| line).collect()
                }
                false => {
                    let rows: Vec<(String,)> = db.all(Text::Built(format!("explain {}", hot.text)), hot.args.clone()).await.unwrap_or_else(|e| panic!("{}: {e}", hot.name));
                    rows.into_iter().map(|(line,)| line).collect()
                }
            };
            println!("{}\n    {}", hot.name, plan.join("\n    "));
            let why = objections(w, &hot, &plan);
            if !why.is_empty() {
                faults.push(format!("{}: {why:?}\n  {}\n    {}", hot.name, hot.text, plan.join("\n    ")));
            }
        }
        if !w.is_sqlite() {
            db.close().await;
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
    }
}
