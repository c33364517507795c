//! Flags and environment of the simulator, and the demo identities that it shares with the product's demo workspace.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// App secret that signs webhooks when nothing else is set.
pub const DEMO_APP_SECRET: &str = "demo-app-secret";
/// Verify token of the webhook subscription when nothing else is set.
pub const DEMO_VERIFY_TOKEN: &str = "demo-verify-token";
/// Access token that the Graph endpoints accept when nothing else is set.
pub const DEMO_TOKEN: &str = "demo-graph-token";
/// Id of the demo WhatsApp Business Account.
pub const DEMO_WABA: &str = "102290129340398";
/// Id of the first demo phone number.
pub const DEMO_NUMBER: &str = "106540352242922";
/// Id of the second demo phone number, of the same account.
pub const DEMO_NUMBER_2: &str = "106540352242923";
/// Id of the demo app.
pub const DEMO_APP: &str = "123450000000000";

/// What the program is started with. Every flag has an environment variable.
#[derive(Parser, Debug, Clone)]
#[command(name = "graph-sim", version, about = "Simulator of Meta's WhatsApp Cloud API, with a simulated phone")]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "GRAPH_SIM_ADDR", default_value = "127.0.0.1:3010")]
    pub addr: SocketAddr,
    /// Where webhooks are posted, for example http://127.0.0.1:3000/webhooks/meta.
    #[arg(long, env = "GRAPH_SIM_WEBHOOK", value_parser = http_url)]
    pub webhook: Option<String>,
    /// Secret that signs webhooks.
    #[arg(long, env = "GRAPH_SIM_APP_SECRET", default_value = DEMO_APP_SECRET)]
    pub app_secret: String,
    /// Token sent in the webhook verification.
    #[arg(long, env = "GRAPH_SIM_VERIFY_TOKEN", default_value = DEMO_VERIFY_TOKEN)]
    pub verify_token: String,
    /// Access token that callers must present.
    #[arg(long, env = "GRAPH_SIM_TOKEN", default_value = DEMO_TOKEN)]
    pub token: String,
    /// Folder for a snapshot of the state; without it everything is forgotten at the end.
    #[arg(long, env = "GRAPH_SIM_DATA")]
    pub data: Option<PathBuf>,
    /// Address of the product, for the shop page and the links.
    #[arg(long, env = "GRAPH_SIM_PROSA_URL", default_value = "http://127.0.0.1:3000", value_parser = http_url)]
    pub prosa_url: String,
    /// Public key of the website chat that the shop page carries.
    #[arg(long, env = "GRAPH_SIM_WEBCHAT_KEY", default_value = "demo-webchat")]
    pub webchat_key: String,
    /// Whether the people have written already, as in the product's demo workspace: then free replies reach them.
    #[arg(long, env = "GRAPH_SIM_DEMO", default_value_t = true, action = clap::ArgAction::Set)]
    pub demo: bool,
}

impl Config {
    /// The demo configuration on a free port of the loopback interface, as tests want it.
    pub fn for_tests(webhook: Option<String>) -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            webhook,
            app_secret: DEMO_APP_SECRET.into(),
            verify_token: DEMO_VERIFY_TOKEN.into(),
            token: DEMO_TOKEN.into(),
            data: None,
            prosa_url: "http://127.0.0.1:3000".into(),
            webchat_key: "demo-webchat".into(),
            demo: false,
        }
    }
}

/// Accepts an absolute http or https address and gives it back without a trailing slash.
pub fn http_url(value: &str) -> Result<String, String> {
    let url = url::Url::parse(value).map_err(|e| format!("'{value}' is not an address ({e})"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(format!("'{value}' should look like http://127.0.0.1:3000/path"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}
