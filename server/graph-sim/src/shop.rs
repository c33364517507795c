//! A small shop's web page that carries the chat widget, to practise the website channel.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::phone::asset;
use crate::sim::Sim;

const PAGE: &str = include_str!("../pages/shop.html");

/// Routes of the shop.
pub fn router() -> Router<Arc<Sim>> {
    Router::new()
        .route("/shop", get(page))
        .route("/shop/style.css", get(|| asset("text/css; charset=utf-8", include_str!("../pages/shop.css"))))
}

/// Text made safe for an attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn page(State(sim): State<Arc<Sim>>) -> Response {
    let html = PAGE.replace("{prosa-url}", &attribute(&sim.config.prosa_url)).replace("{webchat-key}", &attribute(&sim.config.webchat_key));
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_cannot_break_out_of_the_attribute() {
        assert_eq!(attribute(r#""><script>"#), "&quot;&gt;&lt;script&gt;");
        assert!(PAGE.contains(r#"<script async src="{prosa-url}/widget.js" data-key="{webchat-key}"></script>"#));
    }
}
