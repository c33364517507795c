//! Tables as CSV, such that no cell is a formula for the program that opens it.

use crate::{Error, Result};

/// A cell that spreadsheets take as the text that it is: what they would calculate gets an apostrophe before it.
pub fn cell(text: &str) -> String {
    let begins = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
    match begins {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '%' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// Lines of a table; with its head when it begins, and a mark that it is UTF-8.
///
/// # Errors
/// Never with texts; the writer's own.
pub fn rows<const N: usize>(begins: bool, head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>> {
    let start = if begins { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
    let failed = |e: csv::Error| Error::Other(e.to_string());
    if begins {
        writer.write_record(head).map_err(failed)?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|c| cell(c))).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::Other(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for attack in ["=1+1", "+55", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1", "\u{feff}=1"] {
            assert!(cell(attack).starts_with('\''), "{attack:?}");
        }
        assert_eq!(cell("Loja = boa"), "Loja = boa");
        let csv = String::from_utf8(rows(true, &["a", "b"], [["=1,\"2\"".to_owned(), "x\ny".to_owned()]].into_iter()).unwrap()).unwrap();
        assert_eq!(csv, "\u{feff}a,b\r\n\"'=1,\"\"2\"\"\",\"x\ny\"\r\n");
    }
}
