//! The program: reads flags, starts the simulator, stops on a signal.

use clap::Parser;
use graph_sim::config::Config;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_env("GRAPH_SIM_LOG").unwrap_or_else(|_| EnvFilter::new("graph_sim=info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let simulator = graph_sim::start(Config::parse()).await?;
    let webhook = simulator.sim.settings().webhook_url.clone();
    tracing::info!("Graph API and simulated phone on {}", simulator.url());
    tracing::info!("shop with the chat widget on {}/shop", simulator.url());
    match webhook {
        Some(url) => tracing::info!("webhooks go to {url}"),
        None => tracing::info!("no webhook address: set one with --webhook or POST /sim/settings"),
    }
    stopped().await;
    simulator.stop()
}

/// Waits for Ctrl-C or a termination signal.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no termination signal");
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
