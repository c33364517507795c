//! The scanner: a command of the operator's that looks at each file before it is kept (MD-6).

use crate::desk::Desk;
use crate::{Result, error::Error};
use model::{Fault, FileWhy};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lets the scanner look at a file: 0 is clean, 1 is infected, everything else means that it did not look. Without a
/// configured command nothing is scanned.
///
/// # Errors
/// [`Fault::FileRefused`].
pub(super) async fn scan(desk: &Desk, path: &Path) -> Result<()> {
    let Some(command) = &desk.settings.files.scan else { return Ok(()) };
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else { return Ok(()) };
    let run = tokio::process::Command::new(program)
        .args(words)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status();
    let refused = |why| Err(Error::from(Fault::FileRefused { why }));
    match tokio::time::timeout(PATIENCE, run).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) if status.code() == Some(1) => {
            tracing::warn!(file = %path.display(), "the scanner found something");
            refused(FileWhy::Infected)
        }
        Ok(Ok(status)) => {
            tracing::error!(%status, "the scanner did not look at a file");
            refused(FileWhy::NotScanned)
        }
        Ok(Err(e)) => {
            tracing::error!(error = %e, %program, "the scanner cannot be run");
            refused(FileWhy::NotScanned)
        }
        Err(_) => {
            tracing::error!(%program, "the scanner took too long");
            refused(FileWhy::NotScanned)
        }
    }
}
