//! Text of messages as the contact's app shows it: styles, links, line breaks. Made of text nodes only, so nothing that
//! a contact writes can become markup.

pub mod parse;

use leptos::prelude::*;
use parse::{Node, Style, href};

/// A message's text.
pub fn rich(text: &str) -> AnyView {
    nodes(parse::parse(text), false)
}

/// A note's text with those whom it names.
pub fn rich_named(text: &str, mentions: &[model::Mention]) -> AnyView {
    let letters: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| letters.get(from..to).map(|c| c.iter().collect::<String>()).unwrap_or_default();
    let (mut parts, mut from) = (Vec::new(), 0);
    for mention in mentions {
        let (at, end) = (mention.at as usize, mention.at.saturating_add(mention.length) as usize);
        // What does not fit the text any more is text.
        if at < from || end > letters.len() {
            continue;
        }
        parts.push(rich(&part(from, at)));
        parts.push(view! { <span class="mention">{part(at, end)}</span> }.into_any());
        from = end;
    }
    parts.push(rich(&part(from, letters.len())));
    parts.collect_view().into_any()
}

/// A template's text: variables that have no value yet stand out.
pub fn rich_template(text: &str) -> AnyView {
    nodes(parse::parse(text), true)
}

fn nodes(list: Vec<Node>, variables: bool) -> AnyView {
    list.into_iter().map(|n| node(n, variables)).collect_view().into_any()
}

fn node(node: Node, variables: bool) -> AnyView {
    match node {
        Node::Text(text) if variables => marked(&text),
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Styled(Style::Bold, inner) => view! { <strong>{nodes(inner, variables)}</strong> }.into_any(),
        Node::Styled(Style::Italic, inner) => view! { <em>{nodes(inner, variables)}</em> }.into_any(),
        Node::Styled(Style::Strike, inner) => view! { <s>{nodes(inner, variables)}</s> }.into_any(),
        Node::Code { block, text } => {
            // The line breaks after the opening and before the closing marks are the writer's way to set them apart.
            let text = if block { text.strip_prefix('\n').unwrap_or(&text).trim_end_matches('\n').to_owned() } else { text };
            view! { <code class:block=block>{text}</code> }.into_any()
        }
        Node::Link(text) => {
            let to = href(&text);
            view! { <a href=to target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_any()
        }
    }
}

fn marked(text: &str) -> AnyView {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = rest.find("{{").and_then(|start| Some((start, start + rest[start..].find("}}")? + 2))) {
        parts.push(rest[..start].to_owned().into_any());
        parts.push(view! { <mark class="missing">{rest[start..end].to_owned()}</mark> }.into_any());
        rest = &rest[end..];
    }
    parts.push(rest.to_owned().into_any());
    parts.collect_view().into_any()
}
