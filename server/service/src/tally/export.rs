//! Reports as files for spreadsheets: days as ISO dates, times in seconds.

use super::report::lines;
use crate::board::leads;
use crate::desk::Cx;
use crate::sheet::cell;
use crate::{Error, Result, mask};
use model::*;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

const COUNTS: [(&str, TallyCount); 8] = [
    ("new_contacts", TallyCount::Fresh),
    ("entered", TallyCount::Entered),
    ("begun", TallyCount::Begun),
    ("assumed", TallyCount::Assumed),
    ("answered", TallyCount::Answered),
    ("closed", TallyCount::Closed),
    ("received", TallyCount::Received),
    ("sent", TallyCount::Sent),
];
const SPANS: [(&str, TallySpan); 3] = [("wait", TallySpan::Wait), ("first_response", TallySpan::Answer), ("handling", TallySpan::Serve)];
const CLOCKS: [(&str, TallyClock); 2] = [("wall", TallyClock::Wall), ("open", TallyClock::Open)];

/// A line of the table: what it is of, and its numbers; none where nothing was measured.
struct Line {
    key: String,
    name: String,
    numbers: Vec<Option<i64>>,
}

fn head() -> Vec<String> {
    let counts = COUNTS.iter().map(|(name, _)| (*name).to_owned());
    let mut head: Vec<String> = ["key", "name"].map(str::to_owned).into_iter().chain(counts).collect();
    for (span, _) in SPANS {
        for (clock, _) in CLOCKS {
            head.extend(["mean", "median", "p90"].map(|what| format!("{span}_{clock}_{what}_s")));
        }
    }
    head
}

/// The lines of a report that the asker may take out of the account.
async fn table(cx: &Cx, query: &ReportQuery) -> Result<Vec<Line>> {
    let scope = cx.may(Permission::Inbox)?;
    let leads = leads(cx)?.only(query.team_id)?;
    mask::may_export(cx)?;
    let (from, to) = query.days()?;
    let line = |row: ReportRow| {
        let t = &row.tally;
        let mut numbers: Vec<Option<i64>> = COUNTS.iter().map(|(_, what)| Some(t.count(*what))).collect();
        for (_, span) in SPANS {
            for (_, clock) in CLOCKS {
                let times = [t.mean(span, clock), t.percentile(span, clock, 50), t.percentile(span, clock, 90)];
                numbers.extend(times.map(|ms| ms.map(|ms| ms / 1000)));
            }
        }
        Line { key: row.key, name: row.name, numbers }
    };
    Ok(lines(&scope, query.by, from, to, &leads).await?.into_iter().map(line).collect())
}

/// A report as CSV.
///
/// # Errors
/// As [`super::report()`]; [`Fault::Forbidden`] for who may take nothing out of the account.
pub async fn csv(cx: &Cx, query: &ReportQuery) -> Result<String> {
    let failed = |e: csv::Error| Error::Other(e.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    let lines = table(cx, query).await?;
    out.write_record(head()).map_err(failed)?;
    for line in lines {
        let mut cells = vec![line.key, cell(&line.name)];
        cells.extend(line.numbers.into_iter().map(|n| n.map(|n| n.to_string()).unwrap_or_default()));
        out.write_record(&cells).map_err(failed)?;
    }
    let bytes = out.into_inner().map_err(|e| Error::Other(e.to_string()))?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// A report as XLSX (DB-6), whose numbers are numbers; texts are texts there, never formulas.
///
/// # Errors
/// As [`csv`].
pub async fn xlsx(cx: &Cx, query: &ReportQuery) -> Result<Vec<u8>> {
    let lines = table(cx, query).await?;
    written(&lines).map_err(|e| Error::Other(e.to_string()))
}

fn written(lines: &[Line]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet();
    for (name, column) in head().into_iter().zip(0u16..) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (line, row) in lines.iter().zip(1u32..) {
        sheet.write_string(row, 0, line.key.as_str())?;
        sheet.write_string(row, 1, line.name.as_str())?;
        for (number, column) in line.numbers.iter().zip(2u16..) {
            if let Some(n) = number {
                sheet.write_number(row, column, *n as f64)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_becomes_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("Ana"), "Ana");
    }

    #[test]
    fn a_sheet_is_a_zip_with_a_column_for_each_number() {
        let numbers = vec![Some(7); head().len() - 2];
        assert_eq!(numbers.len(), COUNTS.len() + SPANS.len() * CLOCKS.len() * 3);
        let sheet = written(&[Line { key: "1".into(), name: "=1+1".into(), numbers }]).unwrap();
        assert_eq!(sheet.get(..4), Some(b"PK\x03\x04".as_slice()));
        assert!(written(&[]).is_ok());
    }
}
