//! The picture of a report, drawn here: the browser loads nothing for it. Its colours are the page's, by class.

use model::*;
use plotters::prelude::*;

const WIDE: u32 = 880;
const HIGH: u32 = 260;
/// Lines that a picture shows; the table has all.
const SHOWN: usize = 92;
/// Where the hours begin, beside the names of the days.
const NAMES: i32 = 36;
/// Stand for the page's colours, which [`themed`] puts in their place.
const BAR: RGBColor = RGBColor(1, 2, 3);
const INK: RGBColor = RGBColor(1, 2, 4);
const LINE: RGBColor = RGBColor(1, 2, 5);

/// The weekdays as they stand beside the hours, Monday first.
fn weekdays(language: Language) -> [&'static str; 7] {
    match language {
        Language::PtBr => ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"],
        Language::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        Language::Es => ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    }
}

/// Draws it; empty when that fails or there is nothing to show. It holds numbers, dates and weekdays alone: names are in the
/// table, by the number under the bar.
pub(super) fn draw(query: &ReportQuery, months: bool, rows: &[ReportRow]) -> String {
    // Where nothing happened, or on one day alone, a picture says nothing.
    let days = query.by == ReportBy::Day;
    if rows.iter().all(|r| r.tally.is_empty()) || days && rows.len() < 2 {
        return String::new();
    }
    let mut svg = String::new();
    let drawn = match query.by {
        ReportBy::Hour => heat(&mut svg, query, rows),
        _ => {
            let name = |row: &ReportRow, n: i32| match (days, months) {
                (true, true) => month_text(&row.key),
                (true, false) => short_day_text(&row.key, query.language),
                (false, _) => n.to_string(),
            };
            bars(&mut svg, query.figure, rows.get(..SHOWN.min(rows.len())).unwrap_or_default(), name)
        }
    };
    match drawn {
        Ok(()) => themed(&svg),
        Err(e) => {
            tracing::warn!(error = %e, "a report's picture could not be drawn");
            String::new()
        }
    }
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn text(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

fn bars(svg: &mut String, figure: ReportFigure, rows: &[ReportRow], name: impl Fn(&ReportRow, i32) -> String) -> Drawn {
    let values: Vec<i64> = rows.iter().map(|r| figure.of(&r.tally)).collect();
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let root = SVGBackend::with_string(svg, (WIDE, HIGH)).into_drawing_area();
    // One alone would be as wide as nothing: it stands beside an empty place.
    let n = i32::try_from(values.len())?;
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .x_label_area_size(24)
        .y_label_area_size(48)
        .build_cartesian_2d((0..n.max(2) - 1).into_segmented(), 0i64..most + most.div_euclid(20) + 1)?;
    let label = |at: &SegmentValue<i32>| match at {
        SegmentValue::CenterOf(i) | SegmentValue::Exact(i) => {
            let row = usize::try_from(*i).ok().and_then(|i| rows.get(i));
            row.map(|row| name(row, i + 1)).unwrap_or_default()
        }
        SegmentValue::Last => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(LINE.mix(0.0))
        .bold_line_style(LINE)
        .axis_style(LINE)
        .x_labels(rows.len().clamp(1, 16))
        .y_labels(5)
        .label_style(text(12))
        .x_label_formatter(&label)
        .draw()?;
    chart.draw_series(values.iter().zip(0..).map(|(value, i)| {
        let mut bar = Rectangle::new([(SegmentValue::Exact(i), 0), (SegmentValue::Exact(i + 1), *value)], BAR.filled());
        bar.set_margin(0, 0, 2, 2);
        bar
    }))?;
    root.present()?;
    drop(chart);
    Ok(())
}

fn heat(svg: &mut String, query: &ReportQuery, rows: &[ReportRow]) -> Drawn {
    let figure = query.figure;
    let most = rows.iter().map(|r| figure.of(&r.tally)).max().unwrap_or_default().max(1);
    let root = SVGBackend::with_string(svg, (WIDE, HIGH)).into_drawing_area();
    let (left, top) = (NAMES, 22);
    let (wide, high) = ((i32::try_from(WIDE)? - left) / 24, (i32::try_from(HIGH)? - top) / 7);
    for hour in 0..24 {
        root.draw(&Text::new(hour.to_string(), (left + hour * wide + wide / 2 - 6, 4), text(12)))?;
    }
    for (row, place) in rows.iter().zip(0..) {
        let (day, hour) = (place / 24, place % 24);
        let (x, y) = (left + hour * wide, top + day * high);
        let value = figure.of(&row.tally);
        let strength = 0.06 + 0.94 * value as f64 / most as f64;
        root.draw(&Rectangle::new([(x + 1, y + 1), (x + wide - 2, y + high - 2)], BAR.mix(strength).filled()))?;
    }
    for (name, day) in weekdays(query.language).into_iter().zip(0..) {
        root.draw(&Text::new(name.to_owned(), (2, top + day * high + high / 2 - 6), text(12)))?;
    }
    root.present()?;
    Ok(())
}

/// The page's colours instead of those that stand for them; and no size of its own.
fn themed(svg: &str) -> String {
    let svg = svg
        .replace("\"#010203\"", "\"currentColor\" class=\"chart-bar\"")
        .replace("\"#010204\"", "\"currentColor\" class=\"chart-ink\"")
        .replace("\"#010205\"", "\"currentColor\" class=\"chart-line\"");
    let sized = format!("width=\"{WIDE}\" height=\"{HIGH}\"");
    svg.replacen(&sized, "class=\"chart\" aria-hidden=\"true\"", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: i64) -> Vec<ReportRow> {
        let row = |i| {
            let mut tally = Tally::default();
            tally.add_count(TallyCount::Entered, i);
            ReportRow { key: format!("2026-12-{:02}", i % 28 + 1), name: "<script>".into(), tally }
        };
        (0..n).map(row).collect()
    }

    fn query(by: ReportBy, language: Language) -> ReportQuery {
        let (from, to) = ("2026-12-01".to_owned(), "2026-12-31".to_owned());
        ReportQuery { from, to, by, figure: ReportFigure::Begun, team_id: None, language }
    }

    #[test]
    fn a_picture_has_the_pages_colours_and_no_text_of_anybody() {
        for (by, n) in [(ReportBy::Day, 31), (ReportBy::Agent, 200), (ReportBy::Team, 2), (ReportBy::Tag, 2), (ReportBy::Hour, 168)] {
            let svg = draw(&query(by, Language::PtBr), false, &rows(n));
            assert!(svg.starts_with("<svg") && svg.contains("chart-bar"), "{by}: {svg}");
            assert!(!svg.contains("script") && !svg.contains("style=") && !svg.contains("#010"), "{by}");
        }
    }

    #[test]
    fn days_and_weekdays_are_written_as_the_reader_writes_them() {
        for (language, day, monday) in [(Language::PtBr, "03/12", "seg"), (Language::En, "12/03", "Mon"), (Language::Es, "03/12", "lun")] {
            let days = draw(&query(ReportBy::Day, language), false, &rows(5));
            assert!(days.contains(day) && !days.contains("2026-"), "{language}: {days}");
            assert!(draw(&query(ReportBy::Day, language), true, &rows(5)).contains("12/2026"));
            let hours = draw(&query(ReportBy::Hour, language), false, &rows(168));
            assert!(weekdays(language).iter().all(|name| hours.contains(name)) && hours.contains(monday), "{language}");
        }
    }

    #[test]
    fn nothing_and_one_day_have_no_picture() {
        let days = query(ReportBy::Day, Language::En);
        let nothing = ReportRow { key: "2026-12-01".into(), name: String::new(), tally: Tally::default() };
        assert_eq!(draw(&days, false, &[]), "");
        assert_eq!(draw(&days, false, &[nothing.clone(), nothing]), "");
        // The first of these days has nothing, the second one has.
        assert_eq!(draw(&days, false, rows(2).get(1..).unwrap()), "");
        assert_ne!(draw(&query(ReportBy::Team, Language::En), false, rows(2).get(1..).unwrap()), "");
    }
}
