//! Text of messages as the contact's app shows it: styles, links, line breaks. Made of text nodes only, so nothing that
//! a contact writes can become markup.

pub mod parse;

use leptos::prelude::*;
use parse::{Node, Style, href};

/// A message's text.
pub fn rich(text: &str) -> AnyView {
    nodes(parse::parse(text))
}

fn nodes(list: Vec<Node>) -> AnyView {
    list.into_iter().map(node).collect_view().into_any()
}

fn node(node: Node) -> AnyView {
    match node {
        Node::Text(text) => text.into_any(),
        Node::Break => view! { <br /> }.into_any(),
        Node::Styled(Style::Bold, inner) => view! { <strong>{nodes(inner)}</strong> }.into_any(),
        Node::Styled(Style::Italic, inner) => view! { <em>{nodes(inner)}</em> }.into_any(),
        Node::Styled(Style::Strike, inner) => view! { <s>{nodes(inner)}</s> }.into_any(),
        Node::Code { block, text } => view! { <code class:block=block>{text}</code> }.into_any(),
        Node::Link(text) => {
            let to = href(&text);
            view! { <a href=to target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_any()
        }
    }
}
