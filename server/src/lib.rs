//! The server: configuration, the ground of the service, routes, workers, a graceful stop.

pub mod command;
pub mod config;
pub mod log;
mod lone;
pub mod web;

use anyhow::Context;
use axum::serve::{ListenerExt, TapIo};
use config::Config;
use service::db::Db;
use service::seam::Seam;
use service::{Desk, Settings};
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Opens the database, brings it up to date, and puts the ground together.
pub async fn open(config: &Config, build: String) -> anyhow::Result<Desk> {
    let db = Db::open(&config.database_url).await.with_context(|| {
        format!(
            "PROSA_DATABASE_URL: {} cannot be opened. Is the server running, and may this user write there?",
            command::shown(&config.database_url)
        )
    })?;
    desk(db, config, build)
}

/// Puts the ground together on an open database.
pub fn desk(db: Db, config: &Config, build: String) -> anyhow::Result<Desk> {
    let settings = Settings {
        public_url: config.public_url.clone(),
        graph_url: config.graph_url.clone(),
        data_dir: config.data_dir.clone(),
        build,
        uncertain_wait: config.uncertain_wait,
        files: config.files.clone(),
        door: config.door.clone(),
    };
    Ok(Desk::new(db, Seam::system(), &config.secret_key, settings)?)
}

/// Listens for browsers and networks. What is written leaves at once: otherwise an event would wait up to 40 ms for the
/// reader's acknowledgement of the one before it.
async fn listen(addr: SocketAddr) -> std::io::Result<TapIo<TcpListener, fn(&mut TcpStream)>> {
    let at_once = |stream: &mut TcpStream| {
        if let Err(e) = stream.set_nodelay(true) {
            tracing::debug!(error = %e, "TCP_NODELAY was refused");
        }
    };
    Ok(TcpListener::bind(addr).await?.tap_io(at_once))
}

/// Runs the server until it is told to stop.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let site = web::site::Site::load(&config.site_dir)?;
    // Held until the process ends, however it ends.
    let _alone = lone::on_sqlite(&config.database_url).await?;
    let desk = open(&config, site.build.to_string()).await?;
    let listener = listen(config.addr)
        .await
        .with_context(|| format!("PROSA_ADDR: cannot listen on {}; is another server running there?", config.addr))?;
    let metrics = web::health::Metrics::start(config.metrics_addr).await?;
    let stop = CancellationToken::new();
    let workers = workers(&desk, &config, &stop).await?;
    let app = web::router(desk.clone(), &config, site, metrics, stop.clone());
    tracing::info!(address = %config.addr, public = %config.public_url, database = %command::shown(&config.database_url), "Prosa is up");
    let signal = {
        let stop = stop.clone();
        async move {
            told_to_stop().await;
            tracing::info!("stopping: finishing what is under way");
            stop.cancel();
        }
    };
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(signal);
    let stopped = stop.clone();
    tokio::select! {
        done = served.into_future() => done.context("the server ended")?,
        // Sockets are told to close; what still hangs after this is cut.
        () = async { stopped.cancelled().await; tokio::time::sleep(Duration::from_secs(10)).await } => tracing::warn!("some connections were cut"),
    }
    stop.cancel();
    desk.stop();
    finish(workers).await;
    desk.db.close().await;
    Ok(())
}

/// Starts the background work; each task ends when `stop` is set.
async fn workers(desk: &Desk, config: &Config, stop: &CancellationToken) -> anyhow::Result<JoinSet<()>> {
    service::outbox::recover(desk).await?;
    let mut set = JoinSet::new();
    // The receipts' writer ends last of all by itself: when no request can send to it any more.
    tokio::spawn(service::inbound::write_receipts(desk.clone()));
    // What the others do is told to other processes until they have ended.
    set.spawn(service::bus::run(desk.clone(), config.nats_url.clone()));
    // These end between two turns, so that a send under way hears its answer.
    set.spawn(service::inbound::run(desk.clone()));
    set.spawn(service::outbox::run(desk.clone()));
    set.spawn(service::media::run(desk.clone()));
    set.spawn(service::outbox::run_files(desk.clone()));
    set.spawn(service::push::run(desk.clone()));
    set.spawn(reindex(desk.clone()));
    // What these write is whole or not there: they may end anywhere.
    let (keeping, stop) = (housekeeping(desk.clone()), stop.clone());
    let (alone, many) = (service::closing::auto::run(desk.clone()), service::closing::many::run(desk.clone()));
    let (asleep, absent) = (service::conversation::snooze::run(desk.clone()), service::status::run(desk.clone()));
    let (leaving, promises) = (service::leaving::run(desk.clone()), service::sla::run(desk.clone()));
    let (handing, adding) = (service::distribution::run(desk.clone()), service::tally::run(desk.clone()));
    set.spawn(async move {
        tokio::select! {
            () = keeping => {}, () = alone => {}, () = many => {}, () = asleep => {}, () = absent => {}, () = handing => {},
            () = adding => {}, () = leaving => {}, () = promises => {},
            () = stop.cancelled() => {}
        }
    });
    Ok(set)
}

/// Ends by itself: when all is done, or between two steps when the server stops.
async fn reindex(desk: Desk) {
    match service::reindex::run(&desk).await {
        Ok(0) => {}
        Ok(messages) => tracing::info!(messages, "old messages are in the search index again"),
        Err(e) => tracing::warn!(error = %e, "putting old messages into the search index failed; the next start goes on"),
    }
}

async fn housekeeping(desk: Desk) {
    loop {
        if let Err(e) = service::desk::sweep(&desk).await {
            tracing::warn!(error = %e, "sweeping old rows failed");
        }
        if let Err(e) = service::outbox::fail_stale(&desk).await {
            tracing::warn!(error = %e, "looking for stale sends failed");
        }
        if let Err(e) = service::media::clean(&desk).await {
            tracing::warn!(error = %e, "clearing away files failed");
        }
        if let Err(e) = service::closing::retention::turn(&desk).await {
            tracing::warn!(error = %e, "purging old conversations failed");
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
}

async fn finish(mut workers: JoinSet<()>) {
    let all = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(10), all).await.is_err() {
        tracing::warn!("a worker did not end in time; its rows are taken up at the next start");
    }
}

async fn told_to_stop() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! { () = interrupt => {}, _ = terminate.recv() => {} },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::serve::Listener;

    #[tokio::test]
    async fn what_is_written_leaves_at_once() {
        let mut listener = listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let reader = TcpStream::connect(listener.local_addr().unwrap());
        let ((stream, _), reader) = tokio::join!(listener.accept(), reader);
        assert!(reader.is_ok() && stream.nodelay().unwrap());
    }
}
