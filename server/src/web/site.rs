//! The built client and other static files, held in memory with their compressed forms.

use super::Web;
use anyhow::{Context, bail};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use std::collections::HashMap;
use std::path::Path as FilePath;
use std::sync::Arc;

/// Largest sum of files that is taken in.
const MOST: u64 = 256 * 1024 * 1024;

/// All static files.
#[derive(Clone)]
pub struct Site {
    pub build: Arc<str>,
    files: Arc<HashMap<String, Asset>>,
}

struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    mime: &'static str,
    tag: String,
}

impl Site {
    /// Reads the folder that the build made.
    ///
    /// # Errors
    /// When it is not there or too large.
    pub fn load(dir: &FilePath) -> anyhow::Result<Site> {
        let build = std::fs::read_to_string(dir.join("build.txt"))
            .with_context(|| format!("PROSA_SITE_DIR: {} holds no built client (build.txt). Run: make build", dir.display()))?;
        let mut raw = HashMap::new();
        read_folder(dir, "", &mut raw)?;
        let mut files = HashMap::new();
        let names: Vec<String> = raw.keys().filter(|n| !n.ends_with(".br") && !n.ends_with(".gz")).cloned().collect();
        for name in names {
            let Some(plain) = raw.get(&name).cloned() else { continue };
            let tag = format!("\"{}\"", &service::keys::sha256_hex(&plain)[..20]);
            let asset = Asset {
                brotli: raw.get(&format!("{name}.br")).cloned(),
                gzip: raw.get(&format!("{name}.gz")).cloned(),
                mime: mime(&name),
                tag,
                plain,
            };
            files.insert(name, asset);
        }
        Ok(Site { build: build.trim().into(), files: Arc::new(files) })
    }

    /// An empty site, for tests of other routes.
    pub fn empty() -> Site {
        Site { build: "none".into(), files: Arc::default() }
    }

    /// The file at an address, in the best form that the client takes.
    pub fn serve(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let name = path.trim_start_matches('/');
        let asset = self.files.get(name)?;
        let takes = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let takes = |coding: &str| {
            takes.split(',').any(|c| c.trim().split(';').next() == Some(coding) && !c.contains("q=0,") && !c.trim().ends_with("q=0"))
        };
        let forever = name.starts_with("pkg/");
        let builder = Response::builder()
            .header(header::CONTENT_TYPE, asset.mime)
            .header(header::VARY, "accept-encoding")
            .header(header::ETAG, &asset.tag)
            .header(header::CONTENT_SECURITY_POLICY, policy(name))
            .header(
                header::CACHE_CONTROL,
                if forever { "public, max-age=31536000, immutable" } else { "public, max-age=0, must-revalidate" },
            )
            // The chat's loader and frame are used by other sites' pages.
            .header("cross-origin-resource-policy", if name.starts_with("widget") { "cross-origin" } else { "same-origin" });
        let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(&asset.tag));
        let made = match (known, &asset.brotli, &asset.gzip) {
            (true, ..) => builder.status(StatusCode::NOT_MODIFIED).body(Body::empty()),
            (_, Some(br), _) if takes("br") => builder.header(header::CONTENT_ENCODING, "br").body(Body::from(br.clone())),
            (_, _, Some(gz)) if takes("gzip") => builder.header(header::CONTENT_ENCODING, "gzip").body(Body::from(gz.clone())),
            _ => builder.body(Body::from(asset.plain.clone())),
        };
        made.ok()
    }
}

/// `/pkg/…`: the client of a build; an address of another build is not found, and its page reloads.
pub async fn package(State(web): State<Web>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    web.site.serve(&format!("pkg/{path}"), &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn read_folder(root: &FilePath, under: &str, into: &mut HashMap<String, Bytes>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(root.join(under))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if under.is_empty() { name } else { format!("{under}/{name}") };
        if entry.file_type()?.is_dir() {
            read_folder(root, &path, into)?;
        } else {
            into.insert(path, std::fs::read(entry.path())?.into());
        }
        if into.values().map(|b| b.len() as u64).sum::<u64>() > MOST {
            bail!("PROSA_SITE_DIR holds more than 256 MB; it should be the folder that the build made");
        }
    }
    Ok(())
}

/// What a file may do when it runs by itself: the service worker fetches, the offline page has a style.
fn policy(name: &str) -> &'static str {
    match name {
        "sw.js" => "default-src 'none'; connect-src 'self'",
        "offline.html" => "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
        _ => "default-src 'none'; frame-ancestors 'none'",
    }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
