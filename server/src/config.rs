//! Configuration: flags win over the environment, the environment over `prosa.toml`, that over the defaults.
//!
//! A wrong value stops the start with the setting's name and what it should look like.

use clap::Args;
use serde::Deserialize;
use service::auth::DoorSettings;
use service::media::{Bucket, FileSettings};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Secrets that somebody may have copied from an example.
const KNOWN_SECRETS: &[&str] = &["changeme", "change-me", "secret", "password", "prosa", "default", "0123456789abcdef0123456789abcdef"];
const SECRET_MIN: usize = 32;

/// Settings as flags and environment give them.
#[derive(Args, Clone, Debug, Default)]
pub struct Given {
    /// File with settings [default: ./prosa.toml when it exists]
    #[arg(long, env = "PROSA_CONFIG", global = true)]
    pub config: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "PROSA_ADDR", global = true)]
    pub addr: Option<String>,
    /// Address under which browsers reach the server, such as https://chat.example.com [default: http://<addr>]
    #[arg(long, env = "PROSA_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// sqlite:<file> or postgres://user:password@host/database [default: sqlite:<data dir>/prosa.db]
    #[arg(long, env = "PROSA_DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// Address of NATS, which carries news between several processes on one PostgreSQL, such as nats://user:password@host:4222
    /// [default: PostgreSQL carries it]
    #[arg(long, env = "PROSA_NATS_URL", global = true, hide_env_values = true)]
    pub nats_url: Option<String>,
    /// Folder for the database, files and the secret key [default: ./var]
    #[arg(long, env = "PROSA_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Key that signs and encrypts; at least 32 characters [default: made at the first start, kept in <data dir>/secret.key]
    #[arg(long, env = "PROSA_SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Base of Meta's Graph API [default: https://graph.facebook.com]
    #[arg(long, env = "PROSA_GRAPH_URL", global = true)]
    pub graph_url: Option<String>,
    /// What is logged, such as info or prosa=debug,sqlx=warn [default: info]
    #[arg(long, env = "PROSA_LOG", global = true)]
    pub log: Option<String>,
    /// Log lines as text or json [default: text]
    #[arg(long, env = "PROSA_LOG_FORMAT", global = true)]
    pub log_format: Option<String>,
    /// Folder of the built client [default: beside the program, or ./target/site]
    #[arg(long, env = "PROSA_SITE_DIR", global = true)]
    pub site_dir: Option<PathBuf>,
    /// Address for Prometheus metrics; none = off
    #[arg(long, env = "PROSA_METRICS_ADDR", global = true)]
    pub metrics_addr: Option<String>,
    /// true when a proxy of yours sets X-Forwarded-For [default: false]
    #[arg(long, env = "PROSA_TRUST_PROXY", global = true)]
    pub trust_proxy: Option<String>,
    /// Seconds that a send whose answer was lost waits for its status before it is sent again [default: 60]
    #[arg(long, env = "PROSA_UNCERTAIN_WAIT", global = true)]
    pub uncertain_wait: Option<String>,
    /// Bucket for files, in a store that speaks S3 [default: files are in <data dir>/media]
    #[arg(long, env = "PROSA_S3_BUCKET", global = true)]
    pub s3_bucket: Option<String>,
    /// Address of that store, such as https://s3.example.com [default: Amazon's]
    #[arg(long, env = "PROSA_S3_ENDPOINT", global = true)]
    pub s3_endpoint: Option<String>,
    /// Its region [default: us-east-1]
    #[arg(long, env = "PROSA_S3_REGION", global = true)]
    pub s3_region: Option<String>,
    /// Id of the key for it [default: the machine's own credentials]
    #[arg(long, env = "PROSA_S3_KEY_ID", global = true)]
    pub s3_key_id: Option<String>,
    /// The key itself
    #[arg(long, env = "PROSA_S3_SECRET", global = true, hide_env_values = true)]
    pub s3_secret: Option<String>,
    /// Megabytes that the files of one account may have [default: no bound]
    #[arg(long, env = "PROSA_FILES_QUOTA_MB", global = true)]
    pub files_quota_mb: Option<String>,
    /// Command that looks at each file before it is kept: it gets the path and answers 0 for clean, 1 for infected, such
    /// as: clamdscan --fdpass --no-summary [default: none]
    #[arg(long, env = "PROSA_FILES_SCAN", global = true)]
    pub files_scan: Option<String>,
    /// How letters leave: smtps://user:password@host, smtp://user:password@host:587?tls=required, or file:<folder>
    /// [default: none are sent]
    #[arg(long, env = "PROSA_SMTP_URL", global = true, hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Who they come from, such as: Prosa <prosa@example.com> [needed with PROSA_SMTP_URL]
    #[arg(long, env = "PROSA_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,
    /// Address of the terms of use that everybody accepts
    #[arg(long, env = "PROSA_TERMS_URL", global = true)]
    pub terms_url: Option<String>,
    /// Address of the privacy notice
    #[arg(long, env = "PROSA_PRIVACY_URL", global = true)]
    pub privacy_url: Option<String>,
    /// Version of both, such as 2026-11; a new one asks everybody again [default: nothing is asked]
    #[arg(long, env = "PROSA_TERMS_VERSION", global = true)]
    pub terms_version: Option<String>,
    /// Date of that version, such as 2026-11-01, which is shown with it [default: none is shown]
    #[arg(long, env = "PROSA_TERMS_DATE", global = true)]
    pub terms_date: Option<String>,
    /// People whom one account may have, invitations included [default: no bound]
    #[arg(long, env = "PROSA_USERS_MAX", global = true)]
    pub users_max: Option<String>,
}

/// The same from a file; every key is optional, unknown ones are refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    addr: Option<String>,
    public_url: Option<String>,
    database_url: Option<String>,
    nats_url: Option<String>,
    data_dir: Option<PathBuf>,
    secret_key: Option<String>,
    graph_url: Option<String>,
    log: Option<String>,
    log_format: Option<String>,
    site_dir: Option<PathBuf>,
    metrics_addr: Option<String>,
    trust_proxy: Option<bool>,
    uncertain_wait: Option<u64>,
    s3_bucket: Option<String>,
    s3_endpoint: Option<String>,
    s3_region: Option<String>,
    s3_key_id: Option<String>,
    s3_secret: Option<String>,
    files_quota_mb: Option<u64>,
    files_scan: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    terms_url: Option<String>,
    privacy_url: Option<String>,
    terms_version: Option<String>,
    terms_date: Option<String>,
    users_max: Option<i64>,
}

/// Checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    pub addr: SocketAddr,
    pub public_url: String,
    pub database_url: String,
    /// Where NATS is; none: PostgreSQL carries the news between processes.
    pub nats_url: Option<String>,
    pub data_dir: PathBuf,
    pub secret_key: String,
    pub graph_url: String,
    pub log: String,
    pub log_json: bool,
    pub site_dir: PathBuf,
    pub metrics_addr: Option<SocketAddr>,
    pub trust_proxy: bool,
    pub uncertain_wait: std::time::Duration,
    pub files: FileSettings,
    pub door: DoorSettings,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{name} {problem}. It should look like: {like}")]
pub struct Wrong {
    pub name: &'static str,
    pub problem: String,
    pub like: &'static str,
}

fn wrong(name: &'static str, problem: impl Into<String>, like: &'static str) -> Wrong {
    Wrong { name, problem: problem.into(), like }
}

impl Config {
    /// Puts the sources together and checks every value. Makes the data folder and, on the first start, the secret key.
    pub fn read(given: Given) -> Result<Config, Wrong> {
        let file = read_file(given.config.as_deref())?;
        let addr_text = given.addr.or(file.addr).unwrap_or_else(|| "127.0.0.1:3000".into());
        let addr = socket("PROSA_ADDR", &addr_text)?;
        let public_url = base_url("PROSA_PUBLIC_URL", &given.public_url.or(file.public_url).unwrap_or_else(|| format!("http://{addr}")))?;
        let data_dir = given.data_dir.or(file.data_dir).unwrap_or_else(|| "./var".into());
        std::fs::create_dir_all(&data_dir).map_err(|e| {
            wrong("PROSA_DATA_DIR", format!("{} cannot be made: {e}", data_dir.display()), "./var, a folder that this user may write to")
        })?;
        let database_url = database(given.database_url.or(file.database_url), &data_dir)?;
        let nats_url = nats(given.nats_url.or(file.nats_url), &database_url)?;
        let secret_key = secret(given.secret_key.or(file.secret_key), &data_dir)?;
        let graph_url =
            base_url("PROSA_GRAPH_URL", &given.graph_url.or(file.graph_url).unwrap_or_else(|| "https://graph.facebook.com".into()))?;
        let log = given.log.or(file.log).unwrap_or_else(|| "info,sqlx=warn".into());
        tracing_subscriber::EnvFilter::try_new(&log)
            .map_err(|e| wrong("PROSA_LOG", format!("{log:?} is not understood: {e}"), "info, or prosa=debug,sqlx=warn"))?;
        let log_json = match given.log_format.or(file.log_format).as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => return Err(wrong("PROSA_LOG_FORMAT", format!("{other:?} is neither"), "text or json")),
        };
        let metrics_addr =
            given.metrics_addr.or(file.metrics_addr).filter(|a| !a.is_empty()).map(|a| socket("PROSA_METRICS_ADDR", &a)).transpose()?;
        let trust_proxy = match given.trust_proxy.as_deref() {
            None => file.trust_proxy.unwrap_or(false),
            Some("true" | "1") => true,
            Some("false" | "0" | "") => false,
            Some(other) => return Err(wrong("PROSA_TRUST_PROXY", format!("{other:?} is neither"), "true or false")),
        };
        let uncertain = match given.uncertain_wait.as_deref() {
            None => file.uncertain_wait.unwrap_or(60),
            Some(text) => text.parse().map_err(|_| wrong("PROSA_UNCERTAIN_WAIT", format!("{text:?} is not a number of seconds"), "60"))?,
        };
        let some = |given: Option<String>, file: Option<String>| given.or(file).filter(|v| !v.trim().is_empty());
        let quota = match given.files_quota_mb.as_deref().filter(|v| !v.is_empty()) {
            None => file.files_quota_mb,
            Some(text) => {
                Some(text.parse().map_err(|_| wrong("PROSA_FILES_QUOTA_MB", format!("{text:?} is not a number of megabytes"), "50000"))?)
            }
        };
        let bucket = some(given.s3_bucket, file.s3_bucket).map(|name| Bucket {
            name,
            endpoint: some(given.s3_endpoint, file.s3_endpoint).unwrap_or_default(),
            region: some(given.s3_region, file.s3_region).unwrap_or_default(),
            key_id: some(given.s3_key_id, file.s3_key_id).unwrap_or_default(),
            secret: some(given.s3_secret, file.s3_secret).unwrap_or_default(),
        });
        let files = FileSettings {
            bucket: bucket.map(checked).transpose()?,
            quota: quota.and_then(|mb| i64::try_from(mb).ok()).map(|mb| mb.saturating_mul(model::MB)),
            scan: some(given.files_scan, file.files_scan),
            ffmpeg: None,
        };
        let users_max = match given.users_max.as_deref().filter(|v| !v.is_empty()) {
            None => file.users_max,
            Some(text) => Some(text.parse().map_err(|_| wrong("PROSA_USERS_MAX", format!("{text:?} is not a number of people"), "200"))?),
        };
        let door = door(DoorSettings {
            smtp_url: some(given.smtp_url, file.smtp_url).unwrap_or_default(),
            mail_from: some(given.mail_from, file.mail_from).unwrap_or_default(),
            terms_url: some(given.terms_url, file.terms_url).unwrap_or_default(),
            privacy_url: some(given.privacy_url, file.privacy_url).unwrap_or_default(),
            terms_version: some(given.terms_version, file.terms_version).unwrap_or_default(),
            terms_date: some(given.terms_date, file.terms_date).unwrap_or_default(),
            users_max,
        })?;
        let site_dir = given.site_dir.or(file.site_dir).unwrap_or_else(default_site);
        let uncertain_wait = std::time::Duration::from_secs(uncertain);
        Ok(Config {
            addr,
            public_url,
            database_url,
            nats_url,
            data_dir,
            secret_key,
            graph_url,
            log,
            log_json,
            site_dir,
            metrics_addr,
            trust_proxy,
            uncertain_wait,
            files,
            door,
        })
    }

    /// Whether browsers reach the server encrypted.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Settings for letters and documents that can be used.
fn door(door: DoorSettings) -> Result<DoorSettings, Wrong> {
    service::mail::Mail::open(&door.smtp_url, &door.mail_from).map_err(|(sender, problem)| match sender {
        true => wrong("PROSA_MAIL_FROM", problem, "Prosa <prosa@example.com>"),
        false => wrong("PROSA_SMTP_URL", problem, "smtps://user:password@mail.example.com, or file:./var/mail"),
    })?;
    for (name, address) in [("PROSA_TERMS_URL", &door.terms_url), ("PROSA_PRIVACY_URL", &door.privacy_url)] {
        let web = url::Url::parse(address).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
        if !web && (!address.is_empty() || !door.terms_version.is_empty()) {
            return Err(wrong(
                name,
                format!("{address:?} is not a web address"),
                "https://example.com/terms, together with PROSA_TERMS_VERSION",
            ));
        }
    }
    if door.terms_version.chars().count() > 60 {
        return Err(wrong("PROSA_TERMS_VERSION", "is too long", "2026-11"));
    }
    if !door.terms_date.is_empty() && !model::is_date(&door.terms_date) {
        return Err(wrong("PROSA_TERMS_DATE", format!("{:?} is not a date", door.terms_date), "2026-11-01"));
    }
    if door.users_max.is_some_and(|n| n < 1) {
        return Err(wrong("PROSA_USERS_MAX", "must be at least 1", "200"));
    }
    Ok(door)
}

/// A bucket whose address is one, and whose key is whole.
fn checked(bucket: Bucket) -> Result<Bucket, Wrong> {
    let like = "https://s3.example.com";
    if !bucket.endpoint.is_empty() {
        base_url("PROSA_S3_ENDPOINT", &bucket.endpoint).map_err(|w| Wrong { like, ..w })?;
    }
    if bucket.key_id.is_empty() != bucket.secret.is_empty() {
        return Err(wrong("PROSA_S3_SECRET", "must be set together with PROSA_S3_KEY_ID", "both, or neither"));
    }
    Ok(bucket)
}

fn read_file(named: Option<&Path>) -> Result<File, Wrong> {
    let like = "a TOML file with keys such as addr = \"127.0.0.1:3000\"";
    let path = named.unwrap_or(Path::new("prosa.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(File::default()),
        Err(e) => return Err(wrong("PROSA_CONFIG", format!("{} cannot be read: {e}", path.display()), like)),
    };
    toml::from_str(&text).map_err(|e| wrong("PROSA_CONFIG", format!("{} is not right: {}", path.display(), e.message()), like))
}

fn socket(name: &'static str, text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| wrong(name, format!("{text:?} is not an address with a port"), "127.0.0.1:3000 or 0.0.0.0:3000"))
}

fn base_url(name: &'static str, text: &str) -> Result<String, Wrong> {
    let like = "https://chat.example.com, without a path";
    let url = url::Url::parse(text).map_err(|e| wrong(name, format!("{text:?} is not a URL ({e})"), like))?;
    if !matches!(url.scheme(), "http" | "https")
        || !url.has_host()
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
    {
        return Err(wrong(name, format!("{text:?} is not a plain http or https address"), like));
    }
    if name == "PROSA_PUBLIC_URL" && url.path() != "/" {
        return Err(wrong(name, format!("{text:?} has a path"), like));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn database(given: Option<String>, data_dir: &Path) -> Result<String, Wrong> {
    let url = given.filter(|u| !u.is_empty()).unwrap_or_else(|| format!("sqlite:{}", data_dir.join("prosa.db").display()));
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|p| url.starts_with(p) && url.len() > p.len());
    if known {
        Ok(url)
    } else {
        Err(wrong(
            "PROSA_DATABASE_URL",
            "is neither SQLite nor PostgreSQL",
            "sqlite:./var/prosa.db or postgres://user:password@localhost/prosa",
        ))
    }
}

fn nats(given: Option<String>, database_url: &str) -> Result<Option<String>, Wrong> {
    let like = "nats://nats.example.com:4222, or several with commas between them";
    let Some(given) = given.filter(|u| !u.trim().is_empty()) else { return Ok(None) };
    for one in given.split(',') {
        let known = url::Url::parse(one.trim()).is_ok_and(|u| matches!(u.scheme(), "nats" | "tls") && u.has_host());
        if !known {
            return Err(wrong("PROSA_NATS_URL", "is not an address of NATS", like));
        }
    }
    if database_url.starts_with("sqlite:") {
        return Err(wrong(
            "PROSA_NATS_URL",
            "is of no use with SQLite, on which one process runs alone",
            "nothing, or set PROSA_DATABASE_URL to PostgreSQL",
        ));
    }
    Ok(Some(given))
}

fn secret(given: Option<String>, data_dir: &Path) -> Result<String, Wrong> {
    let like = "the output of: openssl rand -base64 48";
    let check = |key: String| {
        let bare = key.trim().to_owned();
        if bare.len() < SECRET_MIN {
            return Err(wrong("PROSA_SECRET_KEY", format!("has {} characters, fewer than {SECRET_MIN}", bare.len()), like));
        }
        let first = bare.chars().next();
        if KNOWN_SECRETS.iter().any(|k| bare.eq_ignore_ascii_case(k))
            || bare.to_lowercase().contains("change")
            || bare.chars().all(|c| Some(c) == first)
        {
            return Err(wrong("PROSA_SECRET_KEY", "is an example that everybody knows", like));
        }
        Ok(bare)
    };
    if let Some(key) = given.filter(|k| !k.is_empty()) {
        return check(key);
    }
    let path = data_dir.join("secret.key");
    match std::fs::read_to_string(&path) {
        Ok(key) => check(key),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = service::seam::Seam::system().secret() + &service::seam::Seam::system().secret();
            write_private(&path, &key).map_err(|e| {
                wrong("PROSA_DATA_DIR", format!("{} cannot be written: {e}", path.display()), "a folder that this user may write to")
            })?;
            Ok(key)
        }
        Err(e) => Err(wrong("PROSA_SECRET_KEY", format!("{} cannot be read: {e}", path.display()), like)),
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn default_site() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|p| p.parent().map(|d| d.join("site"))).filter(|d| d.join("build.txt").exists());
    beside.unwrap_or_else(|| "./target/site".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(dir: &Path) -> Given {
        Given { data_dir: Some(dir.into()), ..Given::default() }
    }

    #[test]
    fn defaults_work_and_the_secret_is_made_once_for_the_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let first = Config::read(given(dir.path())).unwrap();
        assert_eq!(first.addr.to_string(), "127.0.0.1:3000");
        assert_eq!(first.public_url, "http://127.0.0.1:3000");
        assert!(first.database_url.starts_with("sqlite:") && first.database_url.ends_with("prosa.db"));
        assert_eq!(Config::read(given(dir.path())).unwrap().secret_key, first.secret_key);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(dir.path().join("secret.key")).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("prosa.toml");
        std::fs::write(&file, "addr = \"127.0.0.1:4000\"\nlog = \"debug\"").unwrap();
        let config = Config::read(Given { config: Some(file), addr: Some("127.0.0.1:5000".into()), ..given(dir.path()) }).unwrap();
        assert_eq!(config.addr.port(), 5000);
        assert_eq!(config.log, "debug");
    }

    #[test]
    fn nats_may_be_several_servers_beside_postgresql() {
        let dir = tempfile::tempdir().unwrap();
        let both = "nats://user:word@a.example:4222, tls://b.example".to_owned();
        let database_url = Some("postgres://prosa@127.0.0.1/prosa".to_owned());
        let config = Config::read(Given { nats_url: Some(both.clone()), database_url, ..given(dir.path()) }).unwrap();
        assert_eq!(config.nats_url, Some(both));
        assert_eq!(Config::read(Given { nats_url: Some(String::new()), ..given(dir.path()) }).unwrap().nats_url, None);
    }

    #[test]
    fn a_wrong_value_names_its_setting_and_shows_a_right_one() {
        let dir = tempfile::tempdir().unwrap();
        let cases: Vec<(&str, Given)> = vec![
            ("PROSA_ADDR", Given { addr: Some("here".into()), ..given(dir.path()) }),
            ("PROSA_PUBLIC_URL", Given { public_url: Some("chat.example.com".into()), ..given(dir.path()) }),
            ("PROSA_PUBLIC_URL", Given { public_url: Some("https://a.example/x".into()), ..given(dir.path()) }),
            ("PROSA_DATABASE_URL", Given { database_url: Some("mysql://x".into()), ..given(dir.path()) }),
            ("PROSA_NATS_URL", Given { nats_url: Some("nats://127.0.0.1:4222".into()), ..given(dir.path()) }),
            (
                "PROSA_NATS_URL",
                Given {
                    nats_url: Some("http://127.0.0.1:4222".into()),
                    database_url: Some("postgres://prosa@127.0.0.1/prosa".into()),
                    ..given(dir.path())
                },
            ),
            ("PROSA_SECRET_KEY", Given { secret_key: Some("short".into()), ..given(dir.path()) }),
            ("PROSA_SECRET_KEY", Given { secret_key: Some("change-me-change-me-change-me-change-me".into()), ..given(dir.path()) }),
            ("PROSA_SECRET_KEY", Given { secret_key: Some("a".repeat(40)), ..given(dir.path()) }),
            ("PROSA_GRAPH_URL", Given { graph_url: Some("ftp://x".into()), ..given(dir.path()) }),
            ("PROSA_LOG", Given { log: Some("=[".into()), ..given(dir.path()) }),
            ("PROSA_METRICS_ADDR", Given { metrics_addr: Some("9090".into()), ..given(dir.path()) }),
            (
                "PROSA_SMTP_URL",
                Given { smtp_url: Some("mail.example.com".into()), mail_from: Some("a@b.example".into()), ..given(dir.path()) },
            ),
            ("PROSA_MAIL_FROM", Given { smtp_url: Some("smtp://mail.example.com".into()), ..given(dir.path()) }),
            ("PROSA_TERMS_URL", Given { terms_version: Some("1".into()), ..given(dir.path()) }),
            ("PROSA_PRIVACY_URL", Given { privacy_url: Some("javascript:1".into()), ..given(dir.path()) }),
            ("PROSA_TERMS_DATE", Given { terms_date: Some("1/11/2026".into()), ..given(dir.path()) }),
            ("PROSA_USERS_MAX", Given { users_max: Some("0".into()), ..given(dir.path()) }),
            ("PROSA_UNCERTAIN_WAIT", Given { uncertain_wait: Some("soon".into()), ..given(dir.path()) }),
        ];
        for (name, given) in cases {
            let e = Config::read(given).unwrap_err();
            assert_eq!(e.name, name);
            assert!(!e.like.is_empty());
        }
        let file = dir.path().join("bad.toml");
        std::fs::write(&file, "adr = 1").unwrap();
        assert_eq!(Config::read(Given { config: Some(file), ..given(dir.path()) }).unwrap_err().name, "PROSA_CONFIG");
    }
}
