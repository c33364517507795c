//! Reports by what nothing is added up by, how they are written, and as files (13.1: DB-3, DB-6).

use crate::world::*;
use model::*;
use service::{conversation, mask, tag, tally};

fn query(by: ReportBy) -> ReportQuery {
    let (from, to) = ("2026-07-01".to_owned(), "2026-08-31".to_owned());
    ReportQuery { from, to, by, figure: ReportFigure::Received, team_id: None, language: Language::PtBr }
}

async fn label(w: &World, name: &str) -> TagId {
    tag::save(&w.admin, TagDraft { id: None, name: name.into(), colour: TagColour::Green }).await.unwrap().id
}

const STEPS: [(&str, TallyCount); 6] = [
    ("FRESH", TallyCount::Fresh),
    ("ENTERED", TallyCount::Entered),
    ("BEGUN", TallyCount::Begun),
    ("ASSUMED", TallyCount::Assumed),
    ("ANSWERED", TallyCount::Answered),
    ("CLOSED", TallyCount::Closed),
];

/// A line of a report against the raw rows of conversations that are such.
async fn is_true(w: &World, line: &Tally, such: &str) {
    for (kind, what) in STEPS {
        let rows =
            format!("select count(*) from step s join conversation c on c.id = s.conversation_id where s.kind = '{kind}' and {such}");
        assert_eq!(line.count(what), w.number(&rows).await, "{kind} {such}");
    }
    for (direction, what) in [("IN", TallyCount::Received), ("OUT", TallyCount::Sent)] {
        let rows = format!(
            "select count(*) from message m join conversation c on c.id = m.conversation_id
             where m.direction = '{direction}' and m.kind not in ('NOTE', 'TRANSITION') and {such}"
        );
        assert_eq!(line.count(what), w.number(&rows).await, "{direction} {such}");
    }
}

both! {
    async fn db_3_by_tag_figures_are_what_the_rows_of_its_contacts_say(w) {
        let (vip, late) = (label(w, "VIP").await, label(w, "Atrasado").await);
        let ana = w.agent("Ana Souza", w.team).await;
        let first = w.says("5511987650001", "oi").await;
        let second = w.says("5511987650002", "oi").await;
        // Without any tag.
        w.says("5511987650003", "oi").await;
        tag::change(&w.admin, first.contact_id, TagChange::Replace, &[vip, late]).await.unwrap();
        tag::change(&w.admin, second.contact_id, TagChange::Replace, &[vip]).await.unwrap();
        w.pass(3 * MINUTE);
        conversation::assume(&ana, first.id, None).await.unwrap();
        w.send(&ana, first.id, "olá").await.unwrap();
        w.pass(5 * MINUTE);
        conversation::conclude(&ana, first.id, ConcludeDraft { silent: true, ..ConcludeDraft::default() }).await.unwrap();
        // Longer ago than what is read at once.
        w.pass(40 * DAY);
        w.says("5511987650002", "ainda aí?").await;
        let report = tally::report(&w.admin, &query(ReportBy::Tag)).await.unwrap();
        assert_eq!(report.rows.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["VIP", "Atrasado", ""]);
        let with = |tag: TagId| format!("exists (select 1 from contact_tag t where t.contact_id = c.contact_id and t.tag_id = {tag})");
        let without = "not exists (select 1 from contact_tag t where t.contact_id = c.contact_id)".to_owned();
        for (line, (key, such)) in report.rows.iter().zip([(vip.to_string(), with(vip)), (late.to_string(), with(late)), ("0".to_owned(), without)]) {
            assert_eq!(line.key, key);
            is_true(w, &line.tally, &such).await;
        }
        // Both of the contact's tags have its times; nothing was measured without one.
        let of = |n: usize| {
            let t = &report.rows[n].tally;
            [TallySpan::Wait, TallySpan::Answer, TallySpan::Serve].map(|span| t.mean(span, TallyClock::Wall))
        };
        assert_eq!((of(0), of(1)), (of(1), [Some(3 * MINUTE), Some(3 * MINUTE), Some(5 * MINUTE)]));
        assert_eq!(of(2), [None; 3]);
        // A tag that is taken off takes its figures with it, and with one tag at most the lines add up to the whole.
        tag::change(&w.admin, first.contact_id, TagChange::Delete, &[late]).await.unwrap();
        let report = tally::report(&w.admin, &query(ReportBy::Tag)).await.unwrap();
        let mut sum = Tally::default();
        report.rows.iter().for_each(|line| sum.add(&line.tally));
        assert_eq!((report.rows.len(), sum), (2, report.total));
        // A year is the most that is read off the rows.
        let long = ReportQuery { from: "2024-07-01".into(), ..query(ReportBy::Tag) };
        assert_eq!(fault(tally::report(&w.admin, &long).await), Fault::field("to", Wrong::TooMany));
    }

    async fn db_5_by_tag_a_supervisor_has_the_figures_of_their_teams(w) {
        let sales = w.new_team("Vendas", Restriction::None).await;
        let boss = w.member("Bia Chefe", Role::Agent, &[(sales, false, true)]).await;
        let c = w.says("5511987650001", "oi").await;
        tag::change(&w.admin, c.contact_id, TagChange::Replace, &[label(w, "VIP").await]).await.unwrap();
        assert_eq!(tally::report(&boss, &query(ReportBy::Tag)).await.unwrap().rows, []);
        let draft = TransferDraft { to: TransferTo::Team { team_id: sales }, note: String::new(), stop_bot: false, anyway: false };
        conversation::transfer(&w.admin, c.id, draft).await.unwrap();
        w.pass(SECOND);
        // What was received before stays with the team that had the conversation then.
        let rows = tally::report(&boss, &query(ReportBy::Tag)).await.unwrap().rows;
        let told: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.tally.count(TallyCount::Entered), r.tally.count(TallyCount::Received))).collect();
        assert_eq!(told, [("VIP", 1, 0)]);
    }

    async fn a_report_is_written_in_the_readers_language_and_its_files_in_iso(w) {
        let nothing = tally::report(&w.admin, &query(ReportBy::Day)).await.unwrap();
        assert!(nothing.total.is_empty() && nothing.chart.is_empty(), "where nothing happened there is no picture");
        w.says("5511987650001", "oi").await;
        for (language, july) in [(Language::PtBr, "/07<"), (Language::En, ">07/"), (Language::Es, "/07<")] {
            let told = tally::report(&w.admin, &ReportQuery { language, ..query(ReportBy::Day) }).await.unwrap();
            let words = told.chart.split_whitespace().collect::<String>();
            assert!(words.contains(july) && !told.chart.contains("2026-"), "{language}: {}", told.chart);
            assert!(!told.months && told.before_to == "2026-06-30");
        }
        let year = tally::report(&w.admin, &ReportQuery { from: "2026-01-01".into(), ..query(ReportBy::Day) }).await.unwrap();
        assert!(year.months && year.chart.contains("07/2026") && year.rows.iter().all(|r| r.key.ends_with("-01")));
        // A day on which something happened is told, not drawn.
        let first = tally::report(&w.admin, &query(ReportBy::Day)).await.unwrap().rows.into_iter().find(|r| !r.tally.is_empty()).unwrap().key;
        let one = tally::report(&w.admin, &ReportQuery { from: first.clone(), to: first, ..query(ReportBy::Day) }).await.unwrap();
        assert_eq!((one.rows.len(), one.chart.as_str(), one.total.count(TallyCount::Received)), (1, "", 1));
        let csv = tally::csv(&w.admin, &ReportQuery { language: Language::En, ..query(ReportBy::Day) }).await.unwrap();
        assert!(csv.lines().nth(1).unwrap().starts_with("2026-07-01,"), "{csv}");
    }

    async fn db_6_a_report_is_a_file_for_whoever_may_take_data_out(w) {
        let boss = w.member("Bia Chefe", Role::Agent, &[(w.team, false, true)]).await;
        w.says("5511987650001", "oi").await;
        for by in ReportBy::ALL {
            let rows = tally::report(&boss, &query(*by)).await.unwrap().rows;
            assert_eq!(tally::csv(&boss, &query(*by)).await.unwrap().lines().count(), rows.len() + 1, "{by}");
            assert!(tally::xlsx(&boss, &query(*by)).await.unwrap().starts_with(b"PK"), "{by}");
        }
        mask::save(&w.admin, &[MaskRule { role: MaskRole::Manager, masks: Masks::NONE.with(Mask::Export, true) }]).await.unwrap();
        let boss = w.cx(boss.user).await;
        assert_eq!(fault(tally::csv(&boss, &query(ReportBy::Day)).await), Fault::Forbidden);
        assert_eq!(fault(tally::xlsx(&boss, &query(ReportBy::Day)).await), Fault::Forbidden);
        assert!(tally::report(&boss, &query(ReportBy::Day)).await.is_ok());
        assert!(tally::csv(&w.admin, &query(ReportBy::Day)).await.is_ok());
    }
}
