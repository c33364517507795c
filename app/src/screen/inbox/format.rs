//! Text of messages as the contact's app shows it: styles, links, lists, quotes, line breaks. Made of text nodes only, so nothing that
//! a contact writes can become markup.

pub mod parse;

use leptos::prelude::*;
use parse::{LineKind, Node, Style, href};

/// A message's text.
pub fn rich(text: &str) -> AnyView {
    nodes(parse::parse(text), false)
}

/// A note's text with those whom it names.
pub fn rich_named(text: &str, mentions: &[model::Mention]) -> AnyView {
    let (mut names, mut from) = (Vec::new(), 0);
    for mention in mentions {
        let (at, end) = (mention.at as usize, mention.at.saturating_add(mention.length) as usize);
        // What does not fit the text any more is text.
        if at >= from && end > at {
            names.push((at, end));
            from = end;
        }
    }
    nodes(parse::parse_named(text, &names), false)
}

/// A template's text: variables that have no value yet stand out.
pub fn rich_template(text: &str) -> AnyView {
    nodes(parse::parse(text), true)
}

/// Lines of one kind that follow each other are one block. The line break after a block is the block's own end.
fn nodes(list: Vec<Node>, variables: bool) -> AnyView {
    let mut parts = Vec::with_capacity(list.len());
    let mut rest = list.into_iter().peekable();
    while let Some(first) = rest.next() {
        let Node::Line { kind, inner, .. } = first else {
            parts.push(node(first, variables));
            continue;
        };
        let (mut last, mut lines) = (kind, vec![nodes(inner, variables)]);
        while rest.next_if_eq(&Node::Break).is_some() {
            match rest.next_if(|n| matches!(n, Node::Line { kind, .. } if kind.continues(last))) {
                Some(Node::Line { kind, inner, .. }) => {
                    last = kind;
                    lines.push(nodes(inner, variables));
                }
                _ => break,
            }
        }
        parts.push(block(kind, lines));
    }
    parts.collect_view().into_any()
}

fn block(kind: LineKind, lines: Vec<AnyView>) -> AnyView {
    let items = |lines: Vec<AnyView>| lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    match kind {
        LineKind::Bullet => view! { <ul class="text-list">{items(lines)}</ul> }.into_any(),
        LineKind::Number(from) => view! { <ol class="text-list" start=from>{items(lines)}</ol> }.into_any(),
        LineKind::Quote => {
            view! { <blockquote class="text-quote">{lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}</blockquote> }
                .into_any()
        }
    }
}

fn node(node: Node, variables: bool) -> AnyView {
    match node {
        Node::Text(text) if variables => marked(&text),
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Styled(Style::Bold, inner) => view! { <strong>{nodes(inner, variables)}</strong> }.into_any(),
        Node::Styled(Style::Italic, inner) => view! { <em>{nodes(inner, variables)}</em> }.into_any(),
        Node::Styled(Style::Strike, inner) => view! { <s>{nodes(inner, variables)}</s> }.into_any(),
        Node::Named(text) => view! { <span class="mention">{text}</span> }.into_any(),
        // Drawn with those beside it.
        Node::Line { kind, inner, .. } => block(kind, vec![nodes(inner, variables)]),
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
