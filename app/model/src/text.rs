//! Small text rules that both sides share.

/// Letters for an avatar: first of the first and of the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).take(2).collect()
}

/// A letter without case and without the accents of our three languages.
pub fn plain_letter(letter: char) -> char {
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    match lower {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

/// A text of plain letters, so that `configuracao` finds `Configuração`, and `Ávila` stands before `Bruno`.
pub fn plain(text: &str) -> String {
    text.chars().map(plain_letter).collect()
}

/// The first `max` characters, with an ellipsis when something was cut.
pub fn shorten(text: &str, max: usize) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(max).collect();
    if chars.next().is_some() { format!("{}…", head.trim_end()) } else { head }
}

/// A phone number for people: Brazilian numbers grouped as `+55 11 98765-4321`, others left as they are.
pub fn phone_display(e164: &str) -> String {
    let digits: String = e164.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("55") {
        Some(rest) if rest.len() == 11 => format!("+55 {} {}-{}", &rest[..2], &rest[2..7], &rest[7..]),
        Some(rest) if rest.len() == 10 => format!("+55 {} {}-{}", &rest[..2], &rest[2..6], &rest[6..]),
        _ => e164.to_owned(),
    }
}

/// Replaces tokens such as `[NOME]` from left to right; what a value holds is not looked at again.
pub fn fill_tokens(text: &str, tokens: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, token, value)) = tokens.iter().filter_map(|(t, v)| rest.find(t).map(|at| (at, *t, *v))).min_by_key(|(at, ..)| *at) {
        out.push_str(&rest[..at]);
        out.push_str(value);
        rest = &rest[at + token.len()..];
    }
    out.push_str(rest);
    out
}

/// The path when it can only lead to a page of this server: one slash, then neither a second one, nor what browsers read
/// as one, nor the characters that they leave out of an address.
pub fn own_path(path: &str) -> Option<&str> {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control());
    own.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_first_and_last_word() {
        assert_eq!(initials("Ana Maria Souza"), "AS");
        assert_eq!(initials("  joão "), "J");
        assert_eq!(initials("🙂"), "");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn plain_letters_have_no_case_and_no_accents() {
        assert_eq!(plain("Configuração, ÑANDÚ 7"), "configuracao, nandu 7");
        assert!(plain("Ávila") < plain("bruno"));
    }

    #[test]
    fn shorten_counts_characters_not_bytes() {
        assert_eq!(shorten("ação", 4), "ação");
        assert_eq!(shorten("ação longa", 5), "ação…");
    }

    #[test]
    fn co_6_tokens_are_filled_once_and_values_are_no_tokens() {
        let fill = |text| fill_tokens(text, &[("[NOME]", "[PROTOCOLO]"), ("[PROTOCOLO]", "7")]);
        assert_eq!(fill("[NOME]: [PROTOCOLO]/[PROTOCOLO] [X]"), "[PROTOCOLO]: 7/7 [X]");
        assert_eq!(fill("[NOME"), "[NOME");
    }

    #[test]
    fn brazilian_numbers_are_grouped() {
        assert_eq!(phone_display("+5511987654321"), "+55 11 98765-4321");
        assert_eq!(phone_display("+551133334444"), "+55 11 3333-4444");
        assert_eq!(phone_display("+14155550123"), "+14155550123");
    }

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for own in ["/", "/inbox/1", "/settings/teams?a=//b#c", "/a//b", "/%2Fevil.example", "/@evil.example"] {
            assert_eq!(own_path(own), Some(own));
        }
        for foreign in [
            "",
            "inbox",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https:evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
        ] {
            assert_eq!(own_path(foreign), None, "{foreign:?}");
        }
    }
}
