//! A snapshot of the state in the data folder, so that a restart goes on where it stopped.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::Settings;
use crate::sim::Sim;
use crate::state::Data;
use crate::webhook_queue::SavedJob;

/// How often a changed state is written.
const EVERY: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Written<'a> {
    settings: &'a Settings,
    clock_offset_ms: i64,
    pending: Vec<SavedJob>,
    data: &'a Data,
}

#[derive(Deserialize)]
struct Read {
    settings: Value,
    clock_offset_ms: i64,
    pending: Vec<SavedJob>,
    data: Data,
}

/// Reads the snapshot, when there is one. A folder that cannot be used is an error; so is a broken snapshot.
pub fn load(sim: &Arc<Sim>, folder: &Path) -> anyhow::Result<()> {
    let media = folder.join("media");
    std::fs::create_dir_all(&media).with_context(|| format!("the folder {} cannot be made", media.display()))?;
    let file = folder.join("graph-sim.json");
    if !file.exists() {
        return Ok(());
    }
    let text = std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut read: Read = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a snapshot of this version; delete it to begin anew", file.display()))?;
    read.data.reindex();
    read.data.media.load_files(&media);
    // The address given at the start goes before that of the snapshot.
    let mut settings = Settings::default().patched(&read.settings).unwrap_or_default();
    if sim.config.webhook.is_some() {
        settings.webhook_url = sim.config.webhook.clone();
    }
    *sim.data() = read.data;
    sim.set_settings(settings);
    sim.clock.set_offset(read.clock_offset_ms);
    sim.queue.import(read.pending);
    Ok(())
}

/// Writes the snapshot: to a second file, then renamed.
pub fn save(sim: &Sim, folder: &Path) -> anyhow::Result<()> {
    let settings = sim.settings();
    let (text, files) = {
        let data = sim.peek();
        let text = serde_json::to_vec(&Written {
            settings: &settings,
            clock_offset_ms: sim.clock.offset_ms(),
            pending: sim.queue.export(),
            data: &data,
        })?;
        (text, data.media.files_to_save(&folder.join("media")))
    };
    for (path, bytes) in files {
        std::fs::write(&path, &bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let new = folder.join("graph-sim.json.new");
    std::fs::write(&new, text).with_context(|| format!("{} cannot be written", new.display()))?;
    std::fs::rename(&new, folder.join("graph-sim.json")).context("the snapshot cannot be renamed")
}

/// Writes the snapshot whenever something changed, until the task is aborted.
pub async fn keep(sim: Arc<Sim>) {
    let Some(folder) = sim.config.data.clone() else { return };
    loop {
        tokio::time::sleep(EVERY).await;
        if !sim.take_dirty() {
            continue;
        }
        let (own, folder) = (Arc::clone(&sim), folder.clone());
        let result = tokio::task::spawn_blocking(move || save(&own, &folder)).await;
        if let Ok(Err(error)) = result {
            tracing::error!("{error:#}");
        }
    }
}
