//! Every SQL statement of the product is on one list.
//!
//! `sql!` is for statements of one account: their `$1` is the account, bound by [`crate::Scope`] and nowhere else.
//! `sql_system!` is for the few that cross accounts (sign-in, webhooks, workers). A test prepares all of them on both
//! databases and checks their scope. Six notations are translated per database: `{in $2}` is the list of ids in the JSON
//! array `$2`; `{row}(a, b)` makes one value of a row's columns, with `{truth a}` for a boolean one, and `{rows r}` one
//! text of such values, `{json t}` makes a value of JSON in a text, for [`crate::Scope::packed`]; `{lock}` locks the selected row where the database locks rows; rows
//! that point to it may still be written, and `{lock skip locked}` passes over what another holds.

use std::sync::OnceLock;

/// Which database a statement is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Both,
    Sqlite,
    Postgres,
}

/// A statement and where it stands.
pub struct Statement {
    pub text: &'static str,
    pub file: &'static str,
    pub line: u32,
    /// Must be limited to an account by `$1`.
    pub scoped: bool,
    pub dialect: Dialect,
    sqlite: OnceLock<&'static str>,
    postgres: OnceLock<&'static str>,
}

impl Statement {
    /// Used by the macros only.
    pub const fn new(text: &'static str, file: &'static str, line: u32, scoped: bool, dialect: Dialect) -> Statement {
        Statement { text, file, line, scoped, dialect, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// The text for SQLite.
    pub fn sqlite(&self) -> &'static str {
        self.sqlite.get_or_init(|| kept(self.text, translate_sqlite(self.text)))
    }

    /// The text for PostgreSQL.
    pub fn postgres(&self) -> &'static str {
        self.postgres.get_or_init(|| kept(self.text, translate_postgres(self.text)))
    }

    /// Whether the text limits itself to the account in `$1`.
    pub fn is_scoped(&self) -> bool {
        let text = self.text;
        let own_row = text.starts_with("insert into") && text.find("account_id").is_some_and(|a| text.find(')').is_some_and(|end| a < end));
        own_row
            || text.contains("account_id = $1")
            || (text.contains("from account ") || text.starts_with("update account ")) && text.contains("id = $1")
    }
}

/// A static statement keeps its translation for ever; there are as many as there are statements.
fn kept(text: &'static str, translated: String) -> &'static str {
    if translated == text { text } else { Box::leak(translated.into_boxed_str()) }
}

/// `{in $n}` → `(select value from json_each($n))`, `{row}(…)` → a JSON array, `{rows r}` → an array of those.
/// Booleans are numbers here: `{truth a}` makes them true or false.
pub fn translate_sqlite(text: &str) -> String {
    translate(text, |word, rest| match word {
        "in" => format!("(select value from json_each({rest}))"),
        "row" => "json_array".to_owned(),
        "truth" => format!("json(iif({rest}, 'true', 'false'))"),
        // Joined as text: a JSON aggregate would read each row again.
        "rows" => format!("'[' || coalesce(group_concat({rest}), '') || ']'"),
        "json" => format!("json({rest})"),
        "lock" => String::new(),
        unknown => format!("{{{unknown} {rest}}}"),
    })
}

/// `{in $n}` → the elements of a JSON array as bigint, `{row}(…)` → a JSON array, `{rows r}` → an array of those as text.
pub fn translate_postgres(text: &str) -> String {
    translate(text, |word, rest| match word {
        "in" => format!("(select cast(e as bigint) from json_array_elements_text(cast({rest} as json)) e)"),
        "row" => "json_build_array".to_owned(),
        "truth" => rest.to_owned(),
        "rows" => format!("cast(coalesce(json_agg({rest}), '[]') as text)"),
        "json" => format!("cast({rest} as json)"),
        "lock" => format!("for no key update {rest}").trim_end().to_owned(),
        unknown => format!("{{{unknown} {rest}}}"),
    })
}

/// Replaces each `{word rest}`; one that is not known stays, and the database refuses it.
fn translate(text: &str, with: impl Fn(&str, &str) -> String) -> String {
    let mut parts = text.split('{');
    let mut out = String::with_capacity(text.len() + 64);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (inside, after) = part.split_once('}').unwrap_or((part, ""));
        let (word, rest) = inside.split_once(' ').unwrap_or((inside, ""));
        out.push_str(&with(word, rest.trim()));
        out.push_str(after);
    }
    out
}

/// An entry of the list.
pub struct Listed(pub &'static Statement);
inventory::collect!(Listed);

/// All statements of the program.
pub fn all() -> impl Iterator<Item = &'static Statement> {
    inventory::iter::<Listed>.into_iter().map(|l| l.0)
}

/// A statement with its place, put on the list.
#[macro_export]
macro_rules! statement {
    ($text:expr, $scoped:expr, $dialect:expr) => {{
        static STATEMENT: $crate::statement::Statement = $crate::statement::Statement::new($text, file!(), line!(), $scoped, $dialect);
        inventory::submit! { $crate::statement::Listed(&STATEMENT) }
        &STATEMENT
    }};
}

/// A statement of one account; `$1` is the account.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {
        $crate::statement!($text, true, $crate::statement::Dialect::Both)
    };
    (sqlite $text:expr) => {
        $crate::statement!($text, true, $crate::statement::Dialect::Sqlite)
    };
    (postgres $text:expr) => {
        $crate::statement!($text, true, $crate::statement::Dialect::Postgres)
    };
}

/// A statement that crosses accounts.
#[macro_export]
macro_rules! sql_system {
    ($text:expr) => {
        $crate::statement!($text, false, $crate::statement::Dialect::Both)
    };
    (sqlite $text:expr) => {
        $crate::statement!($text, false, $crate::statement::Dialect::Sqlite)
    };
    (postgres $text:expr) => {
        $crate::statement!($text, false, $crate::statement::Dialect::Postgres)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_locks_are_translated() {
        assert_eq!(translate_sqlite("a in {in $2} {lock}"), "a in (select value from json_each($2)) ");
        assert!(translate_postgres("a in {in $2} {lock}").ends_with("for no key update"));
        assert_eq!(
            (translate_sqlite("a {lock skip locked}"), translate_postgres("a {lock skip locked}")),
            ("a ".into(), "a for no key update skip locked".into())
        );
    }

    #[test]
    fn rows_are_packed() {
        let text = "select {rows r} from (select {row}(a, {row}({truth b})) r from t)";
        assert_eq!(
            translate_sqlite(text),
            "select '[' || coalesce(group_concat(r), '') || ']' from (select json_array(a, json_array(json(iif(b, 'true', 'false')))) r from t)"
        );
        assert!(
            translate_postgres(text).contains("json_agg(r)")
                && translate_postgres(text).contains("json_build_array(a, json_build_array(b))")
        );
    }
}
