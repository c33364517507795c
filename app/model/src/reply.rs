//! Quick replies: texts that agents keep for themselves or share, and put into the composer (QR-1 to QR-3).

use crate::{Check, Fault, MediaId, ReplyId, TeamId, Upload, UserId, Wrong, limit, text, words};
use serde::{Deserialize, Serialize};

words! {
    /// Whom a quick reply is for.
    pub enum ReplyScope {
        /// Only who made it.
        Me = "ME",
        /// The members of some teams.
        Teams = "TEAMS",
        /// Everybody in the account.
        All = "ALL",
    }
}

/// A text to be put into the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReply {
    pub id: ReplyId,
    /// Who made it.
    pub owner_id: UserId,
    pub scope: ReplyScope,
    /// The teams, when it is for teams.
    pub team_ids: Vec<TeamId>,
    /// What one types to find it.
    pub alias: String,
    /// With parameters in brackets, such as `[NOME]`.
    pub text: String,
    /// What goes with the text; it never expires.
    #[serde(default)]
    pub file: Option<Upload>,
    /// Kept, but not offered.
    pub archived: bool,
}

impl QuickReply {
    /// Whether somebody may change or delete it: whose it is, and admins what is shared.
    pub fn may_change(&self, me: UserId, is_admin: bool) -> bool {
        self.owner_id == me || is_admin && self.scope != ReplyScope::Me
    }
}

/// What is typed to create or change a quick reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyDraft {
    /// `None` creates.
    pub id: Option<ReplyId>,
    pub scope: ReplyScope,
    #[serde(default)]
    pub team_ids: Vec<TeamId>,
    pub alias: String,
    pub text: String,
    /// The file that it has, or an upload of one's own; none takes the file away.
    #[serde(default)]
    pub file_id: Option<MediaId>,
    #[serde(default)]
    pub archived: bool,
}

impl ReplyDraft {
    /// What the form and the server check.
    pub fn check(&self) -> Result<(), Fault> {
        Check::default()
            .text(&self.alias, "alias", limit::ALIAS_MAX)
            .that(!self.alias.trim().contains('\n'), "alias", Wrong::NotAllowed)
            .text(&self.text, "text", limit::TEXT_MAX)
            .that(self.scope != ReplyScope::Teams || !self.team_ids.is_empty(), "team_ids", Wrong::Required)
            .done()
    }
}

/// Which quick replies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplyQuery {
    /// Part of the alias or the text.
    #[serde(default)]
    pub text: String,
    /// The archived ones instead of the others.
    #[serde(default)]
    pub archived: bool,
    /// Also what an admin does not use but manages.
    #[serde(default)]
    pub manage: bool,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

/// Parameters that are filled in without asking: the contact's name, who answers, the protocol.
pub const KNOWN_PARAMETERS: [&str; 3] = ["NOME", "ATENDENTE", "PROTOCOLO"];

/// The parameters of a text, each once, in the order in which they appear. A parameter is a word of capital letters in
/// brackets: `[NOME]`, `[DATA DE ENTREGA]`.
pub fn parameters(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for (at, _) in text.match_indices('[') {
        let rest = &text[at + 1..];
        let Some(name) = rest.find(']').map(|end| &rest[..end]).filter(|name| is_parameter(name)) else { continue };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn is_parameter(name: &str) -> bool {
    let capital = |c: char| c.is_alphabetic() && c.to_uppercase().eq([c]);
    name.chars().count() <= limit::PARAMETER_MAX
        && name.starts_with(capital)
        && name.chars().all(|c| capital(c) || c.is_ascii_digit() || matches!(c, ' ' | '_' | '-'))
        && !name.ends_with(' ')
}

/// The parameters that have to be asked for.
pub fn asked_parameters(text: &str) -> Vec<&str> {
    parameters(text).into_iter().filter(|name| !KNOWN_PARAMETERS.contains(name)).collect()
}

/// Puts values in the place of parameters; what a value holds is not looked at again. A parameter without a value stays.
pub fn fill_parameters(text: &str, values: &[(&str, &str)]) -> String {
    let tokens: Vec<(String, &str)> = values.iter().map(|(name, value)| (format!("[{name}]"), *value)).collect();
    let tokens: Vec<(&str, &str)> = tokens.iter().map(|(token, value)| (token.as_str(), *value)).collect();
    text::fill_tokens(text, &tokens)
}

/// What is typed after the `/` that opens the quick replies, when the cursor stands behind such a one: at the beginning or
/// after a space, never in the middle of a word (QR-2). `before` is the text up to the cursor. Answers where the `/`
/// stands, in bytes, and what follows it.
pub fn slash(before: &str) -> Option<(usize, &str)> {
    let at = before.rfind('/')?;
    let typed = &before[at + 1..];
    let opens = before[..at].chars().next_back().is_none_or(char::is_whitespace);
    let open = !typed.starts_with(char::is_whitespace) && !typed.contains('\n') && typed.chars().count() <= limit::ALIAS_MAX;
    (opens && open).then_some((at, typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qr_1_parameters_are_capital_words_in_brackets() {
        assert_eq!(parameters("Olá [NOME], [DATA DE ENTREGA] [NOME] [ÚLTIMO_2]!"), ["NOME", "DATA DE ENTREGA", "ÚLTIMO_2"]);
        for none in ["[nome]", "[Nome]", "[]", "[ NOME]", "[NOME ]", "[1]", "[NOME", "NOME]", "[A\nB]", "[A,B]"] {
            assert_eq!(parameters(none), [""; 0], "{none}");
        }
        assert_eq!(parameters("[[NOME]]"), ["NOME"]);
        assert_eq!(asked_parameters("[NOME] [ATENDENTE] [PROTOCOLO] [DATA]"), ["DATA"]);
        assert_eq!(fill_parameters("Oi [NOME], dia [DATA] [X]", &[("NOME", "[DATA]"), ("DATA", "21/11")]), "Oi [DATA], dia 21/11 [X]");
    }

    #[test]
    fn qr_2_a_slash_opens_at_a_words_beginning_only() {
        assert_eq!(slash("/"), Some((0, "")));
        assert_eq!(slash("oi /bom"), Some((3, "bom")));
        assert_eq!(slash("linha\n/preço à"), Some((6, "preço à")));
        assert_eq!(slash("ação /x"), Some((7, "x")));
        for closed in ["", "e/ou", "https://x", "/ ", "1/2", "/a\nb", "bom dia"] {
            assert_eq!(slash(closed), None, "{closed:?}");
        }
    }

    #[test]
    fn qr_1_alias_text_and_teams_are_needed() {
        let draft = |alias: &str, text: &str, scope| ReplyDraft {
            id: None,
            scope,
            team_ids: vec![],
            alias: alias.into(),
            text: text.into(),
            file_id: None,
            archived: false,
        };
        assert_eq!(draft("oi", "Olá", ReplyScope::Me).check(), Ok(()));
        assert_eq!(draft(" ", "Olá", ReplyScope::All).check(), Err(Fault::field("alias", Wrong::Required)));
        assert_eq!(draft("oi", "", ReplyScope::All).check(), Err(Fault::field("text", Wrong::Required)));
        assert_eq!(draft("oi", "Olá", ReplyScope::Teams).check(), Err(Fault::field("team_ids", Wrong::Required)));
    }

    #[test]
    fn qr_3_who_made_it_changes_it_and_admins_what_is_shared() {
        let reply = |scope| QuickReply {
            id: ReplyId(1),
            owner_id: UserId(1),
            scope,
            team_ids: vec![],
            alias: "a".into(),
            text: "b".into(),
            file: None,
            archived: false,
        };
        assert!(reply(ReplyScope::Me).may_change(UserId(1), false) && !reply(ReplyScope::Me).may_change(UserId(2), true));
        assert!(reply(ReplyScope::All).may_change(UserId(2), true) && !reply(ReplyScope::All).may_change(UserId(2), false));
    }
}
