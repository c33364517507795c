//! The text format of WhatsApp, read into a tree: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, ```` ```code``` ````,
//! web addresses, line breaks; and by line `- item`, `* item`, `1. item` and `> quote`.
//!
//! Nothing is ever lost: [`source`] gives back exactly what was read. The tree holds text and web addresses only, so what
//! is shown of it cannot carry markup of the sender.

/// A piece of a message's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Text(String),
    /// One line break.
    Break,
    Styled(Style, Vec<Node>),
    /// Monospaced text, as it is; `block` = written with three back-ticks.
    Code {
        block: bool,
        text: String,
    },
    /// An address as it was written; [`href`] says where it leads.
    Link(String),
    /// A whole line: one of a list, or of a quote. `mark` is what it begins with, as it was written.
    Line {
        kind: LineKind,
        mark: String,
        inner: Vec<Node>,
    },
    /// Somebody's name in a note, as it was written.
    Named(String),
}

/// What a line is, by the mark at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Bullet,
    Number(u16),
    Quote,
}

impl LineKind {
    /// Whether lines of both stand in one block.
    pub fn continues(self, before: LineKind) -> bool {
        match (before, self) {
            (LineKind::Number(before), LineKind::Number(now)) => u32::from(now) == u32::from(before) + 1,
            (before, now) => before == now,
        }
    }
}

/// The mark at a line's beginning and how long it is. What follows it must not be empty.
pub fn line_mark(line: &[char]) -> Option<(LineKind, usize)> {
    let digits = line.iter().take(DIGITS_MAX + 1).take_while(|c| c.is_ascii_digit()).count();
    let (kind, end) = match line {
        ['-' | '*', ' ', ..] => (LineKind::Bullet, 2),
        ['>', ' ', ..] => (LineKind::Quote, 2),
        _ if (1..=DIGITS_MAX).contains(&digits) && line[digits..].starts_with(&['.', ' ']) => {
            (LineKind::Number(line[..digits].iter().collect::<String>().parse().ok()?), digits + 2)
        }
        _ => return None,
    };
    line[end..].iter().any(|c| !c.is_whitespace()).then_some((kind, end))
}

/// A longer number at a line's beginning is a year or an amount.
const DIGITS_MAX: usize = 3;

/// How a piece is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Bold,
    Italic,
    Strike,
}

impl Style {
    const ALL: [Style; 3] = [Style::Bold, Style::Italic, Style::Strike];

    fn mark(self) -> char {
        match self {
            Style::Bold => '*',
            Style::Italic => '_',
            Style::Strike => '~',
        }
    }

    fn of(mark: char) -> Option<Style> {
        Style::ALL.into_iter().find(|s| s.mark() == mark)
    }
}

/// Where a link leads; always `http` or `https`, because nothing else is read as a link.
pub fn href(link: &str) -> String {
    if starts_with_ignoring_case(link, "www.") { format!("https://{link}") } else { link.to_owned() }
}

/// Reads a text. Linear in its length but for a small constant: every style is searched for once in a line.
pub fn parse(text: &str) -> Vec<Node> {
    parse_named(text, &[])
}

/// The same for a text that names people: `names` are their places in characters, in order, none over another.
pub fn parse_named(text: &str, names: &[(usize, usize)]) -> Vec<Node> {
    let chars: Vec<char> = text.chars().collect();
    Reader { chars: &chars, names }.read(0, chars.len(), &Style::ALL, true)
}

/// The text without the marks that set it, for one line of it elsewhere.
pub fn bare(text: &str) -> String {
    let mut out = String::new();
    write_bare(&parse(text), &mut out);
    out
}

fn write_bare(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) | Node::Link(text) | Node::Named(text) | Node::Code { text, .. } => out.push_str(text),
            Node::Break => out.push('\n'),
            Node::Styled(_, inner) => write_bare(inner, out),
            Node::Line { kind, mark, inner } => {
                out.push_str(if *kind == LineKind::Quote { "" } else { mark });
                write_bare(inner, out);
            }
        }
    }
}

/// The text that was read.
pub fn source(nodes: &[Node]) -> String {
    let mut out = String::new();
    write_source(nodes, &mut out);
    out
}

fn write_source(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) | Node::Link(text) | Node::Named(text) => out.push_str(text),
            Node::Break => out.push('\n'),
            Node::Line { mark, inner, .. } => {
                out.push_str(mark);
                write_source(inner, out);
            }
            Node::Styled(style, inner) => {
                out.push(style.mark());
                write_source(inner, out);
                out.push(style.mark());
            }
            Node::Code { block, text } => {
                let mark = if *block { "```" } else { "`" };
                out.push_str(mark);
                out.push_str(text);
                out.push_str(mark);
            }
        }
    }
}

struct Reader<'a> {
    chars: &'a [char],
    names: &'a [(usize, usize)],
}

/// How far a search that found nothing had looked, so that it is not repeated for every mark of a line.
#[derive(Default)]
struct Dead {
    styles: [usize; 3],
    code: usize,
    block: bool,
}

impl Reader<'_> {
    fn read(&self, from: usize, to: usize, styles: &[Style], lines: bool) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut text = String::new();
        let mut dead = Dead::default();
        let mut at = from;
        while at < to {
            let begins = lines && (at == from || self.chars[at - 1] == '\n');
            let found = if begins { self.line(at, to) } else { None };
            let (node, next) = match found.or_else(|| self.piece(at, from, to, styles, &mut dead)) {
                Some(found) => found,
                None => {
                    text.push(self.chars[at]);
                    at += 1;
                    continue;
                }
            };
            if !text.is_empty() {
                nodes.push(Node::Text(std::mem::take(&mut text)));
            }
            nodes.push(node);
            at = next;
        }
        if !text.is_empty() {
            nodes.push(Node::Text(text));
        }
        nodes
    }

    /// The line of a list or a quote that begins here, with the place after it.
    fn line(&self, at: usize, to: usize) -> Option<(Node, usize)> {
        if !matches!(self.chars[at], '-' | '*' | '>' | '0'..='9') {
            return None;
        }
        let end = (at..to).find(|i| self.chars[*i] == '\n').unwrap_or(to);
        let (kind, long) = line_mark(&self.chars[at..end])?;
        let mark = self.text(at, at + long);
        Some((Node::Line { kind, mark, inner: self.read(at + long, end, &Style::ALL, false) }, end))
    }

    /// The piece that begins here, with the place after it; none when this is an ordinary character.
    fn piece(&self, at: usize, from: usize, to: usize, styles: &[Style], dead: &mut Dead) -> Option<(Node, usize)> {
        if let Ok(n) = self.names.binary_search_by_key(&at, |name| name.0)
            && (at + 1..=to).contains(&self.names[n].1)
        {
            return Some((Node::Named(self.text(at, self.names[n].1)), self.names[n].1));
        }
        match self.chars[at] {
            '\n' => Some((Node::Break, at + 1)),
            '`' => self.code(at, to, dead),
            'h' | 'H' | 'w' | 'W' => self.link_end(at, from, to).map(|end| (Node::Link(self.text(at, end)), end)),
            mark => {
                let style = Style::of(mark).filter(|s| styles.contains(s))?;
                let end = self.styled_end(style, at, from, to, dead)?;
                let rest: Vec<Style> = styles.iter().copied().filter(|s| *s != style).collect();
                Some((Node::Styled(style, self.read(at + 1, end, &rest, false)), end + 1))
            }
        }
    }

    fn code(&self, at: usize, to: usize, dead: &mut Dead) -> Option<(Node, usize)> {
        if self.chars[at..to].starts_with(&['`', '`', '`']) {
            if dead.block {
                return None;
            }
            let end = (at + 4..to.saturating_sub(2)).find(|i| self.chars[*i..to].starts_with(&['`', '`', '`']));
            dead.block = end.is_none();
            return end.map(|end| (Node::Code { block: true, text: self.text(at + 3, end) }, end + 3));
        }
        if at < dead.code {
            return None;
        }
        match (at + 1..to).find(|i| matches!(self.chars[*i], '`' | '\n')) {
            Some(end) if self.chars[end] == '`' => {
                (end > at + 1).then(|| (Node::Code { block: false, text: self.text(at + 1, end) }, end + 1))
            }
            line_end => {
                dead.code = line_end.unwrap_or(to);
                None
            }
        }
    }

    /// Where the style that is opened here is closed: marks stand at the edges of words and within a line.
    fn styled_end(&self, style: Style, at: usize, from: usize, to: usize, dead: &mut Dead) -> Option<usize> {
        let opens = (at == from || !self.chars[at - 1].is_alphanumeric())
            && self.chars.get(at + 1).filter(|_| at + 1 < to).is_some_and(|c| !c.is_whitespace() && *c != style.mark());
        if !opens || at < dead.styles[style as usize] {
            return None;
        }
        let mut i = at + 1;
        while i < to && self.chars[i] != '\n' {
            let c = self.chars[i];
            if matches!(c, 'h' | 'H' | 'w' | 'W')
                && let Some(end) = self.link_end(i, at + 1, to)
            {
                i = end;
                continue;
            }
            if c == style.mark()
                && i > at + 1
                && !self.chars[i - 1].is_whitespace()
                && (i + 1 == to || !self.chars[i + 1].is_alphanumeric())
            {
                return Some(i);
            }
            i += 1;
        }
        dead.styles[style as usize] = i;
        None
    }

    /// The end of the address that begins here, if one does.
    fn link_end(&self, at: usize, from: usize, to: usize) -> Option<usize> {
        if at > from && (self.chars[at - 1].is_alphanumeric() || self.chars[at - 1] == '@' || self.chars[at - 1] == '.') {
            return None;
        }
        let head = ["https://", "http://", "www."].into_iter().find(|h| {
            let n = h.len();
            at + n < to && self.chars[at..at + n].iter().zip(h.chars()).all(|(c, h)| c.eq_ignore_ascii_case(&h))
        })?;
        let body = at + head.len();
        let mut end = body;
        while end < to
            && !self.chars[end].is_whitespace()
            && !self.chars[end].is_control()
            && !matches!(self.chars[end], '<' | '>' | '"' | '`')
        {
            end += 1;
        }
        // What a sentence puts after an address is not part of it; a bracket is when the address opened it.
        let count = |bracket: char| self.chars[body..end].iter().filter(|c| **c == bracket).count();
        let mut unopened = count(')').saturating_sub(count('('));
        while end > body {
            let cut = match self.chars[end - 1] {
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '”' | '»' => true,
                ')' if unopened > 0 => {
                    unopened -= 1;
                    true
                }
                ']' | '}' => true,
                _ => false,
            };
            if !cut {
                break;
            }
            end -= 1;
        }
        let host = &self.chars[body..end];
        let starts_well = host.first().is_some_and(|c| c.is_alphanumeric() || *c == '[');
        (starts_well && (head != "www." || host.contains(&'.'))).then_some(end)
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.chars[from..to].iter().collect()
    }
}

fn starts_with_ignoring_case(text: &str, head: &str) -> bool {
    text.get(..head.len()).is_some_and(|t| t.eq_ignore_ascii_case(head))
}

/// True for one to three emoji and nothing else, which are shown bigger.
pub fn is_emoji_only(text: &str) -> bool {
    let mut shown = 0;
    let mut joined = false;
    let mut flag = false;
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => joined = false,
            // Joiner, variation selectors, keycap, skin tones, tags: part of the emoji before them.
            '\u{200d}' => joined = shown > 0,
            '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' if shown > 0 => {}
            // Two regional letters are one flag.
            '\u{1f1e6}'..='\u{1f1ff}' => {
                shown += i32::from(!flag);
                flag = !flag;
            }
            '\u{1f000}'..='\u{1faff}'
            | '\u{2600}'..='\u{27bf}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{23ff}'
            | '\u{25a0}'..='\u{25ff}'
            | '\u{2934}'
            | '\u{2935}'
            | '\u{3030}'
            | '\u{303d}'
            | '\u{3297}'
            | '\u{3299}' => {
                shown += i32::from(!joined);
                joined = false;
            }
            _ => return false,
        }
    }
    (1..=3).contains(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Style::*;

    fn t(text: &str) -> Node {
        Node::Text(text.into())
    }
    fn link(text: &str) -> Node {
        Node::Link(text.into())
    }
    fn code(text: &str) -> Node {
        Node::Code { block: false, text: text.into() }
    }
    fn styled(style: Style, text: &str) -> Node {
        Node::Styled(style, vec![t(text)])
    }

    #[test]
    fn styles_are_read_at_the_edges_of_words() {
        assert_eq!(parse("oi *Ana*!"), [t("oi "), styled(Bold, "Ana"), t("!")]);
        assert_eq!(parse("_a b_ ~c~"), [styled(Italic, "a b"), t(" "), styled(Strike, "c")]);
        assert_eq!(parse("*_x_*"), [Node::Styled(Bold, vec![styled(Italic, "x")])]);
        for plain in ["2*3*4", "a_b_c", "x * a*", "*a *", "**", "*", "~~", "*a\nb*", "5 * 3 * 2"] {
            assert!(parse(plain).iter().all(|n| matches!(n, Node::Text(_) | Node::Break)), "{plain}: {:?}", parse(plain));
        }
    }

    #[test]
    fn code_is_left_as_it_is() {
        assert_eq!(parse("`*a*`"), [code("*a*")]);
        assert_eq!(parse("```a\n_b_```c"), [Node::Code { block: true, text: "a\n_b_".into() }, t("c")]);
        assert_eq!(parse("``"), [t("``")]);
    }

    fn line(kind: LineKind, mark: &str, text: &str) -> Node {
        Node::Line { kind, mark: mark.into(), inner: vec![t(text)] }
    }

    #[test]
    fn lines_of_lists_and_quotes_are_read() {
        use LineKind::*;
        assert_eq!(parse("oi\n- um\n* dois"), [t("oi"), Node::Break, line(Bullet, "- ", "um"), Node::Break, line(Bullet, "* ", "dois")]);
        assert_eq!(parse("9. a\n10. b"), [line(Number(9), "9. ", "a"), Node::Break, line(Number(10), "10. ", "b")]);
        assert_eq!(parse("> a\nb"), [line(Quote, "> ", "a"), Node::Break, t("b")]);
        assert_eq!(parse("- *a*"), [Node::Line { kind: Bullet, mark: "- ".into(), inner: vec![styled(Bold, "a")] }]);
        assert_eq!(parse("*a*\n> _b_").last(), Some(&Node::Line { kind: Quote, mark: "> ".into(), inner: vec![styled(Italic, "b")] }));
        for plain in ["-a", "- ", "-", "*", "1.a", "1) a", "2026. a", "a - b", ">a", ">  ", "- > \n", " - a"] {
            let nested = parse(plain).iter().any(|n| matches!(n, Node::Line { .. }));
            assert!(!nested || plain == "- > \n", "{plain}: {:?}", parse(plain));
        }
        assert_eq!(parse("```\n- a\n> b\n```"), [Node::Code { block: true, text: "\n- a\n> b\n".into() }]);
    }

    #[test]
    fn numbers_that_follow_each_other_are_one_list() {
        use LineKind::*;
        assert!(Number(2).continues(Number(1)) && Bullet.continues(Bullet) && Quote.continues(Quote));
        assert!(!Number(1).continues(Number(1)) && !Number(1).continues(Bullet) && !Quote.continues(Bullet));
    }

    #[test]
    fn names_stand_whole_wherever_they_are() {
        let named = |text: &str| Node::Named(text.into());
        assert_eq!(parse_named("- @Ana *b*", &[(2, 6)]).len(), 1);
        assert_eq!(parse_named("@A_b_ c", &[(0, 5)]), [named("@A_b_"), t(" c")]);
        assert_eq!(parse_named("*@Ana*", &[(1, 5)]), [Node::Styled(Bold, vec![named("@Ana")])]);
        // What does not fit the text is text.
        assert_eq!(parse_named("ab", &[(1, 9)]), [t("ab")]);
        assert_eq!(source(&parse_named("a @Ana\n> @Bia", &[(2, 6), (9, 13)])), "a @Ana\n> @Bia");
    }

    #[test]
    fn one_line_of_a_text_has_no_marks() {
        assert_eq!(bare("*oi* `a` ~b~\n> c\n- d"), "oi a b\nc\n- d");
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        assert_eq!(parse("veja https://prosa.chat/a_b_c."), [t("veja "), link("https://prosa.chat/a_b_c"), t(".")]);
        assert_eq!(parse("(http://x.y/z)"), [t("("), link("http://x.y/z"), t(")")]);
        assert_eq!(parse("http://x.y/z_(w)"), [link("http://x.y/z_(w)")]);
        assert_eq!(parse("*https://x.y/a*"), [Node::Styled(Bold, vec![link("https://x.y/a")])]);
        assert_eq!(parse("WWW.x.y"), [link("WWW.x.y")]);
        assert_eq!(href("WWW.x.y"), "https://WWW.x.y");
        for plain in ["https://", "http:// x", "www.x", "xhttp://y", "javascript:alert(1)", "data:text/html,x", "JAVASCRIPT://http"] {
            assert!(!parse(plain).iter().any(|n| matches!(n, Node::Link(_))), "{plain}: {:?}", parse(plain));
        }
    }

    #[test]
    fn one_to_three_emoji_are_emoji_only() {
        for yes in ["🙂", "👍🏽", "👨‍👩‍👧‍👦", "🇧🇷", "❤️ 😂 🎉"] {
            assert!(is_emoji_only(yes), "{yes}");
        }
        for no in ["", " ", "a", "🙂🙂🙂🙂", "ok 👍", "1", "١"] {
            assert!(!is_emoji_only(no), "{no}");
        }
    }

    #[test]
    fn a_long_line_of_marks_is_read_quickly() {
        let before = std::time::Instant::now();
        for text in ["*a _b ~c `d ".repeat(20_000), "- *a\n> _b\n1. ```\n".repeat(10_000)] {
            assert_eq!(source(&parse(&text)), text);
        }
        assert!(before.elapsed().as_secs() < 5);
    }

    fn links(nodes: &[Node], found: &mut Vec<String>) {
        for node in nodes {
            match node {
                Node::Link(l) => found.push(href(l)),
                Node::Styled(_, inner) | Node::Line { inner, .. } => links(inner, found),
                _ => {}
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_links_are_web_addresses(text in proptest::prop_oneof![
            proptest::string::string_regex("[*_~`\\nha:/.() w@é🙂]{0,60}").unwrap(),
            proptest::string::string_regex("([-*>] |[0-9]{1,4}\\. |\\*|_|~|`|a|\\n){0,40}").unwrap(),
            proptest::string::string_regex("(\\*|_|~|`|```|https?://|www\\.|javascript:|data:|[a-z]| |\\n|\\)){0,40}").unwrap(),
            proptest::prelude::any::<String>(),
        ]) {
            let nodes = parse(&text);
            proptest::prop_assert_eq!(source(&nodes), text.clone());
            let mut found = Vec::new();
            links(&nodes, &mut found);
            for l in found {
                let l = l.to_lowercase();
                proptest::prop_assert!(l.starts_with("http://") || l.starts_with("https://"), "{}", l);
                proptest::prop_assert!(!l.contains(char::is_whitespace) && !l.contains(['"', '<', '>']));
            }
            is_emoji_only(&text);
            bare(&text);
        }

        #[test]
        fn names_lose_nothing_wherever_they_are(text in "[-*_ab @\\n>]{0,30}", places in proptest::collection::vec((0_usize..35, 0_usize..9), 0..4)) {
            let mut names: Vec<(usize, usize)> = places.into_iter().map(|(at, long)| (at, at + long)).collect();
            names.sort_unstable();
            proptest::prop_assert_eq!(source(&parse_named(&text, &names)), text);
        }
    }
}
