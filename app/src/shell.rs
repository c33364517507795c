//! The HTML document around the app. On the server only.

use crate::{App, BuildId, language, prefs, screen, session};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Pages below this path are plain HTML: they load no script.
const PLAIN: &str = "/help";

/// The symbols of all icons: in the page, because browsers load and parse an outside file anew for each of them.
const ICONS: &str = include_str!("../icons.svg");

/// The whole document. Reads [`BuildId`], [`model::Boot`], the nonce and the request from the context. Nothing in it
/// needs more than a policy of scripts with the nonce and styles from here. The boot data goes along for the browser.
pub fn shell() -> impl IntoView {
    let build = use_context::<BuildId>().map_or_else(|| "dev".into(), |b| b.0);
    let nonce = use_nonce();
    let path = use_context::<http::request::Parts>().map(|p| p.uri.path().to_owned()).unwrap_or_default();
    let is_plain = path == PLAIN || path.starts_with("/help/");
    let is_office = is_plain || crate::area::is_office(&path);
    let script = format!(
        "import init, {{ start }} from \"/pkg/{build}/app.js\";\n\
         init({{ module_or_path: \"/pkg/{build}/app_bg.wasm\" }}).then(() => start());\n\
         navigator.serviceWorker?.register(\"/sw.js\").catch(() => {{}});"
    );
    view! {
        <!DOCTYPE html>
        <html lang=language::code(language::of_request()) data-theme=prefs::stored_theme().word()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f7f7"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101717"/>
                <meta name="robots" content="noindex"/>
                <meta name="referrer" content="same-origin"/>
                <link rel="stylesheet" href=format!("/pkg/{build}/main.css")/>
                {is_office.then(|| view! { <link rel="stylesheet" href=format!("/pkg/{build}/office.css")/> })}
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/app-180.png"/>
                {(!is_plain).then(|| view! {
                    <link rel="modulepreload" href=format!("/pkg/{build}/app.js") nonce=nonce.clone()/>
                    <link rel="modulepreload" href=format!("/pkg/{build}/__wasm_split.js") nonce=nonce.clone()/>
                    <link rel="preload" r#as="fetch" r#type="application/wasm" crossorigin="anonymous" href=format!("/pkg/{build}/app_bg.wasm")/>
                    <script type="application/json" id=session::BOOT inner_html=session::boot_text()></script>
                    <script type="module" nonce=nonce.clone()>{script}</script>
                })}
                <MetaTags/>
            </head>
            <body>
                <div id=crate::ICONS_ID hidden inner_html=ICONS></div>
                {if is_plain { screen::help::plain_page(&path).into_any() } else { view! { <App/> }.into_any() }}
            </body>
        </html>
    }
}
