//! The server as a process of its own, its CPU time and its memory.

use anyhow::{Context, bail};
use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux tells CPU time to programs in hundredths of a second, whatever its own clock.
const TICKS: u64 = 100;

/// What the server is started with.
pub struct Plan<'a> {
    pub prosa: &'a Path,
    pub home: &'a Path,
    pub site: &'a Path,
    pub graph: &'a str,
}

impl Plan<'_> {
    fn prosa(&self) -> Command {
        let mut command = Command::new(self.prosa);
        // Nothing of the developer's own configuration counts here.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PROSA_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.home)
            .env("PROSA_DATA_DIR", self.home)
            .env("PROSA_SITE_DIR", self.site)
            .env("PROSA_GRAPH_URL", self.graph)
            .env("PROSA_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end; answers what it printed.
    pub fn command(&self, args: &[&str]) -> anyhow::Result<String> {
        let out = self.prosa().args(args).stderr(Stdio::inherit()).output().with_context(|| format!("prosa {}", args.join(" ")))?;
        if !out.status.success() {
            bail!("prosa {} failed: {}", args.join(" "), out.status);
        }
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }

    /// Starts the server and waits until it answers.
    pub async fn serve(&self) -> anyhow::Result<Host> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let url = format!("http://{address}");
        let log = self.home.join("serve.log");
        let out = File::create(&log)?;
        let child = self
            .prosa()
            .arg("serve")
            .env("PROSA_ADDR", &address)
            .env("PROSA_PUBLIC_URL", &url)
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()?;
        let mut host = Host { child, url, idle: Memory::default() };
        let http = reqwest::Client::builder().timeout(Duration::from_secs(2)).build()?;
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = host.child.try_wait()? {
                bail!("prosa serve ended while starting ({status}): {}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            if http.get(format!("{}/healthz", host.url)).send().await.is_ok_and(|a| a.status().is_success()) {
                break;
            }
            if Instant::now() > until {
                bail!("prosa serve did not answer within a minute: {}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        host.idle = host.memory()?;
        Ok(host)
    }
}

/// Resident memory in bytes: all of it, and without the pages of mapped files that the system may take back.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Memory {
    pub resident: u64,
    pub own: u64,
}

/// A running server; ended when dropped.
pub struct Host {
    child: Child,
    pub url: String,
    /// Memory when it had just started.
    pub idle: Memory,
}

impl Host {
    /// CPU time so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        cpu(&self.child.id().to_string())
    }

    /// Memory now.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kilobytes = |name: &str| -> u64 {
            text.lines()
                .find_map(|l| l.strip_prefix(name))
                .and_then(|l| l.split_whitespace().next())
                .and_then(|n| n.parse().ok())
                .unwrap_or(0)
        };
        Ok(Memory { resident: kilobytes("VmRSS:") * 1024, own: kilobytes("RssAnon:") * 1024 })
    }

    /// Ends it as an operator would, so that the database is closed.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let until = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > until {
                bail!("prosa serve did not stop within 30 s");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU time of this process.
pub fn own_cpu() -> anyhow::Result<Duration> {
    cpu("self")
}

/// `utime` and `stime` of a process, all its threads together.
fn cpu(process: &str) -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold anything.
    let rest = text.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let mut fields = rest.split_whitespace().skip(11).map(|f| f.parse::<u64>().unwrap_or(0));
    let ticks = fields.next().unwrap_or(0) + fields.next().unwrap_or(0);
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}
