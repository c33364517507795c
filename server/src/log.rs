//! Log lines, to standard error.

use crate::config::Config;
use tracing_subscriber::EnvFilter;

/// Starts logging. Commands other than the server are quiet unless asked.
pub fn start(config: &Config, server: bool) {
    let filter = if server { config.log.clone() } else { std::env::var("PROSA_LOG").unwrap_or_else(|_| "warn".into()) };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as in tests, keeps the first.
    let _ = if config.log_json { lines.json().try_init() } else { lines.with_target(false).try_init() };
}
