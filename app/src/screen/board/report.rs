//! Reports: what happened in a time, by whatever it is split (DB-3), against the time before it, and as a file.

use super::say;
use crate::api::board::figures;
use crate::i18n::*;
use crate::live::use_store;
use crate::part::*;
use crate::{fault, language};
use leptos::prelude::*;
use leptos_i18n::I18nContext;
use model::*;

fn by_word(i18n: I18nContext<Locale>, by: ReportBy) -> String {
    match by {
        ReportBy::Day => t_string!(i18n, board.by_day),
        ReportBy::Team => t_string!(i18n, board.team),
        ReportBy::Channel => t_string!(i18n, board.by_channel),
        ReportBy::Agent => t_string!(i18n, board.person),
        ReportBy::Reason => t_string!(i18n, board.by_reason),
        ReportBy::Tag => t_string!(i18n, board.by_tag),
        ReportBy::Hour => t_string!(i18n, board.by_hour),
    }
    .to_string()
}

fn figure_word(i18n: I18nContext<Locale>, figure: ReportFigure) -> String {
    match figure {
        ReportFigure::Begun => t_string!(i18n, board.begun),
        ReportFigure::Closed => t_string!(i18n, board.closed),
        ReportFigure::Received => t_string!(i18n, board.received),
        ReportFigure::Sent => t_string!(i18n, board.sent),
        ReportFigure::Wait => t_string!(i18n, board.wait),
        ReportFigure::Answer => t_string!(i18n, board.answer),
        ReportFigure::Serve => t_string!(i18n, board.serve),
    }
    .to_string()
}

/// So many days before a time, as a date.
fn day(now: Millis, back: i64) -> String {
    iso(now - back * 86_400_000).split('T').next().unwrap_or_default().to_owned()
}

/// The page.
#[component]
pub fn Reports() -> impl IntoView {
    let i18n = use_i18n();
    let store = use_store();
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (from, to, by, figure, team) = (text(""), text(""), text(ReportBy::Day.word()), text(ReportFigure::Begun.word()), text(""));
    effect(move || {
        if store.workspace.with(Option::is_some) && untrack(|| from.with(String::is_empty)) {
            let now = store.server_now();
            from.set(day(now, 29));
            to.set(day(now, 0));
        }
    });
    let query = Memo::new(move |_| ReportQuery {
        from: from.get(),
        to: to.get(),
        by: by.get().parse().unwrap_or(ReportBy::Day),
        figure: figure.get().parse().unwrap_or(ReportFigure::Begun),
        team_id: team.get().parse().ok(),
        language: language::code(i18n.get_locale()).parse().unwrap_or(Language::PtBr),
    });
    // Who may take nothing out of the account is not offered it.
    let may_export = Memo::new(move |_| store.workspace.with(|w| w.as_ref().is_some_and(|w| !w.me.masks.has(Mask::Export))));
    let ready = Memo::new(move |_| from.with(|f| !f.is_empty()) && to.with(|t| !t.is_empty()));
    view! {
        <form class="board-filters" on:submit=move |event| event.prevent_default()>
            <TextField name="from" kind="date" value=from label=move || t_string!(i18n, board.from).to_string()/>
            <TextField name="to" kind="date" value=to label=move || t_string!(i18n, board.to).to_string()/>
            <Select name="by" value=by label=move || t_string!(i18n, board.by).to_string()
                choices=Signal::derive(move || ReportBy::ALL.iter().map(|b| Choice::new(b.word(), by_word(i18n, *b))).collect::<Vec<_>>())/>
            <Select name="figure" value=figure label=move || t_string!(i18n, board.figure).to_string()
                choices=Signal::derive(move || ReportFigure::ALL.iter().map(|f| Choice::new(f.word(), figure_word(i18n, *f))).collect::<Vec<_>>())/>
            <Select name="team" value=team label=move || t_string!(i18n, board.team).to_string() choices=Signal::derive(move || led_teams(i18n, store))/>
            <Show when=move || may_export.get()>
                <div class="board-files">
                    <a class="button small plain" href=move || file_of("csv", &query.get()) download rel="external">{t!(i18n, board.csv)}</a>
                    <a class="button small plain" href=move || file_of("xlsx", &query.get()) download rel="external">{t!(i18n, board.xlsx)}</a>
                </div>
            </Show>
        </form>
        <Show when=move || ready.get()>
            {move || match refusal(i18n, &query.get()) {
                Some(text) => view! { <p class="board-before" role="alert">{text}</p> }.into_any(),
                None => view! { <Answer query=query.get()/> }.into_any(),
            }}
        </Show>
    }
}

/// The teams that the reader leads, and all of them.
fn led_teams(i18n: I18nContext<Locale>, store: crate::live::Store) -> Vec<Choice> {
    let led = store.workspace.with(|w| {
        let of = |w: &Workspace| {
            let teams = w.teams.iter().filter(|t| w.seen.all || w.seen.supervised.contains(&t.id));
            teams.map(|t| Choice::new(t.id.to_string(), t.name.clone())).collect::<Vec<_>>()
        };
        w.as_ref().map(|w| of(w)).unwrap_or_default()
    });
    std::iter::once(Choice::new("", t_string!(i18n, board.all_teams).to_string())).chain(led).collect()
}

fn file_of(kind: &str, query: &ReportQuery) -> String {
    let team = query.team_id.map(|id| format!("&team_id={id}")).unwrap_or_default();
    format!("/report.{kind}?from={}&to={}&by={}{team}", query.from, query.to, query.by.word())
}

/// Why there cannot be such a report, before the server is asked.
fn refusal(i18n: I18nContext<Locale>, query: &ReportQuery) -> Option<String> {
    let Err(Fault::Invalid { fields }) = query.days() else { return None };
    Some(match fields.first()?.wrong {
        Wrong::TooMany => t_string!(i18n, board.too_long, days = query.days_max()).to_string(),
        wrong => fault::say_wrong(i18n, wrong),
    })
}

/// The first and the last day of a time, or its only one.
fn span_of(from: &str, to: &str, language: Language) -> String {
    let (from, to) = (day_text(from, language), day_text(to, language));
    if from == to { from } else { format!("{from} – {to}") }
}

/// What is said where there is nothing to show, or nothing to draw.
fn silence(i18n: I18nContext<Locale>, by: ReportBy, report: &Report) -> Option<String> {
    let none = report.rows.is_empty();
    match by {
        _ if report.total.is_empty() => Some(t_string!(i18n, board.empty).to_string()),
        ReportBy::Agent if none => Some(t_string!(i18n, board.empty_people).to_string()),
        ReportBy::Reason if none => Some(t_string!(i18n, board.empty_reasons).to_string()),
        ReportBy::Day if report.rows.len() == 1 => Some(t_string!(i18n, board.one_day).to_string()),
        _ => None,
    }
}

#[component]
fn Answer(query: ReportQuery) -> impl IntoView {
    let i18n = use_i18n();
    let asked = query.clone();
    let found = Fetched::new(move || figures(asked.clone()));
    let (by, language) = (query.by, query.language);
    move || match found.get() {
        None => view! { <SkeletonRows count=6/> }.into_any(),
        Some(Err(fault)) => view! { <Trouble fault=Signal::stored(fault) retry=move |()| found.refetch()/> }.into_any(),
        Some(Ok(report)) => {
            let (total, before) = (report.total.clone(), report.before.clone());
            let span = span_of(&report.before_from, &report.before_to, language);
            let (silence, table) = (silence(i18n, by, &report), !report.total.is_empty() && !report.rows.is_empty());
            view! {
                <Total total before span/>
                {silence.map(|text| view! { <p class="board-silence" role="status">{text}</p> })}
                // The server drew it, of numbers, dates and weekdays alone.
                {(!report.chart.is_empty()).then(|| view! { <div class="board-chart" inner_html=report.chart></div> })}
                {(by == ReportBy::Tag && table).then(|| view! { <p class="board-before">{t!(i18n, board.tag_hint)}</p> })}
                {table.then(|| view! {
                    <details class="board-details" open=true>
                        <summary>{t!(i18n, board.table)}</summary>
                        <Table by language months=report.months rows=report.rows/>
                    </details>
                })}
            }
            .into_any()
        }
    }
}

/// The whole time, against the one before it.
#[component]
fn Total(total: Tally, before: Tally, span: String) -> impl IntoView {
    let i18n = use_i18n();
    let line = move |label: String, now: String, than: String, change: Option<String>| {
        view! {
            <div class="board-card">
                <dt>{label}</dt>
                <dd><span class="board-value">{now}</span><span class="board-beside">{than}{change.map(|c| format!(" ({c})"))}</span></dd>
            </div>
        }
    };
    let figures = [ReportFigure::Begun, ReportFigure::Closed, ReportFigure::Received, ReportFigure::Sent];
    let spans = [(TallySpan::Answer, ReportFigure::Answer), (TallySpan::Wait, ReportFigure::Wait), (TallySpan::Serve, ReportFigure::Serve)];
    view! {
        <p class="board-before">{move || t_string!(i18n, board.before, span = span.as_str()).to_string()}</p>
        <dl class="board-cards">
            {figures.into_iter().map(|f| {
                let (now, than) = (f.of(&total), f.of(&before));
                line(figure_word(i18n, f), now.to_string(), than.to_string(), say::change(now, than))
            }).collect_view()}
            {spans.into_iter().map(|(s, f)| {
                let of = |t: &Tally| say::percentile(t, s, TallyClock::Wall, 50);
                line(format!("{} ({})", figure_word(i18n, f), t_string!(i18n, board.median)), of(&total), of(&before), None)
            }).collect_view()}
        </dl>
    }
}

#[component]
fn Table(by: ReportBy, language: Language, months: bool, rows: Vec<ReportRow>) -> impl IntoView {
    let i18n = use_i18n();
    let medians = by != ReportBy::Hour;
    let name = move |row: &ReportRow, n: usize| match by {
        ReportBy::Day if months => month_text(&row.key),
        ReportBy::Day => day_text(&row.key, language),
        ReportBy::Hour => {
            let (day, hour) = row.key.split_once('-').unwrap_or_default();
            format!("{} · {hour}:00", weekday(i18n, day))
        }
        // What a key of 0 stands for.
        ReportBy::Tag if row.key == "0" => format!("{n}. {}", t_string!(i18n, board.no_tag)),
        ReportBy::Reason if row.key == "0" => format!("{n}. {}", t_string!(i18n, board.no_reason)),
        _ if row.name.is_empty() => format!("{n}. {}", t_string!(i18n, board.nameless)),
        _ => format!("{n}. {}", row.name),
    };
    let rows = rows.into_iter().zip(1..).filter(move |(row, _)| by != ReportBy::Hour || !row.tally.is_empty());
    view! {
        <div class="board-scroll"><table class="board-table">
            <thead><tr>
                <th scope="col">{by_word(i18n, by)}</th>
                {ReportFigure::ALL.iter().filter(|f| medians || !matches!(f, ReportFigure::Wait | ReportFigure::Answer | ReportFigure::Serve))
                    .map(|f| view! { <th scope="col">{figure_word(i18n, *f)}</th> }).collect_view()}
            </tr></thead>
            <tbody>{rows.map(|(row, n)| {
                let t = &row.tally;
                let count = |f: ReportFigure| f.of(t).to_string();
                let median = |s| say::percentile(t, s, TallyClock::Wall, 50);
                view! {
                    <tr>
                        <th scope="row"><bdi>{name(&row, n)}</bdi></th>
                        <td>{count(ReportFigure::Begun)}</td><td>{count(ReportFigure::Closed)}</td>
                        <td>{count(ReportFigure::Received)}</td><td>{count(ReportFigure::Sent)}</td>
                        {medians.then(|| view! { <td>{median(TallySpan::Wait)}</td><td>{median(TallySpan::Answer)}</td><td>{median(TallySpan::Serve)}</td> })}
                    </tr>
                }
            }).collect_view()}</tbody>
        </table></div>
    }
}

fn weekday(i18n: I18nContext<Locale>, day: &str) -> String {
    match day {
        "0" => t_string!(i18n, board.monday),
        "1" => t_string!(i18n, board.tuesday),
        "2" => t_string!(i18n, board.wednesday),
        "3" => t_string!(i18n, board.thursday),
        "4" => t_string!(i18n, board.friday),
        "5" => t_string!(i18n, board.saturday),
        _ => t_string!(i18n, board.sunday),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!(
            (day(0, 0), day(1_784_000_000_000, 0), day(1_784_000_000_000, 29)),
            ("1970-01-01".into(), "2026-07-14".into(), "2026-06-15".into())
        );
    }

    #[test]
    fn a_time_is_written_as_people_write_it() {
        assert_eq!(span_of("2026-10-03", "2026-11-01", Language::PtBr), "03/10/2026 – 01/11/2026");
        assert_eq!(span_of("2026-10-03", "2026-11-01", Language::En), "10/03/2026 – 11/01/2026");
        assert_eq!(span_of("2026-10-03", "2026-10-03", Language::Es), "03/10/2026");
    }
}
