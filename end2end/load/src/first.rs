//! The first load: what a browser fetches before the inbox runs.

use crate::client::Client;
use anyhow::{Context, ensure};
use serde::Serialize;

/// Bytes over the wire.
#[derive(Clone, Debug, Serialize)]
pub struct FirstLoad {
    pub bytes: u64,
    pub files: Vec<(String, u64)>,
}

/// Fetches the client's files as a browser that takes brotli; none without a released client.
pub async fn measure(client: &Client, build: &str) -> anyhow::Result<Option<FirstLoad>> {
    if build.is_empty() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for name in ["app.js", "__wasm_split.js", "app_bg.wasm", "main.css"] {
        let path = format!("/pkg/{build}/{name}");
        let answer = client.file(&path).await?.error_for_status()?;
        let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        if header("content-encoding") != "br" {
            crate::note(&format!("{path} has no precompressed form, so this is not the release client: the first load is not measured"));
            return Ok(None);
        }
        ensure!(header("cache-control").contains("immutable"), "{path} may not be kept by browsers");
        let bytes = answer.bytes().await.context("the file broke off")?.len() as u64;
        files.push((name.to_owned(), bytes));
    }
    Ok(Some(FirstLoad { bytes: files.iter().map(|(_, n)| n).sum(), files }))
}
