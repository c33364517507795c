//! The real program as a process of its own, with the Graph simulator beside it.
#![expect(clippy::disallowed_methods, reason = "the tests are clients of their own")]

mod crash;
mod demo;
mod memory;

use serde_json::{Value, json};
use service::args;
use service::db::{Db, Text};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// Which database.
#[derive(Clone, Copy, PartialEq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database for one test: its address, and where it is to be removed.
struct Database {
    url: String,
    server: Option<(Db, String)>,
}

impl Database {
    /// None where no PostgreSQL server is named.
    async fn new(engine: Engine, data: &std::path::Path) -> Option<Database> {
        if engine == Engine::Sqlite {
            return Some(Database { url: format!("sqlite:{}", data.join("prosa.db").display()), server: None });
        }
        let Ok(server_url) = std::env::var("TEST_POSTGRES_URL") else {
            println!("not run: TEST_POSTGRES_URL is not set");
            return None;
        };
        let server = Db::connect(&server_url).await.expect("the server of the tests");
        let name = format!("prosa_program_{:016x}", rand::random::<u64>());
        server.run(Text::Built(format!("create database {name}")), args![]).await.expect("a database");
        let url = format!("{}/{name}", server_url.rsplit_once('/').expect("an address").0);
        Some(Database { url, server: Some((server, name)) })
    }
}

/// The program with what it needs. Its processes end with it; the database is removed by [`Server::end`].
pub struct Server {
    port: u16,
    site: PathBuf,
    pub graph: graph_sim::Simulator,
    database: Database,
    child: Option<Child>,
    folder: TempDir,
}

impl Server {
    /// The demo workspace, not started yet; none where no PostgreSQL server is named.
    pub async fn with_demo(engine: Engine) -> Option<Server> {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        std::fs::create_dir_all(&site).expect("a folder");
        std::fs::write(site.join("build.txt"), "program").expect("a file");
        let data = folder.path().join("var");
        std::fs::create_dir_all(&data).expect("a folder");
        let database = Database::new(engine, &data).await?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut config = graph_sim::config::Config::for_tests(Some(format!("http://127.0.0.1:{port}/webhooks/meta")));
        config.demo = true;
        let graph = graph_sim::start(config).await.expect("the simulator starts");
        let server = Server { port, site, graph, database, child: None, folder };
        assert!(server.command("demo").status().expect("it runs").success());
        Some(server)
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prosa"));
        command
            .arg(what)
            .env("PROSA_ADDR", format!("127.0.0.1:{}", self.port))
            .env("PROSA_DATA_DIR", self.folder.path().join("var"))
            .env("PROSA_DATABASE_URL", &self.database.url)
            .env("PROSA_SITE_DIR", &self.site)
            .env("PROSA_GRAPH_URL", self.graph.url())
            .env("PROSA_UNCERTAIN_WAIT", "10")
            .env("PROSA_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub async fn start(&mut self) {
        self.child = Some(self.command("serve").spawn().expect("the program starts"));
        let until = Instant::now() + Duration::from_secs(60);
        while reqwest::get(self.url("/readyz")).await.is_err() {
            assert!(Instant::now() < until, "the server does not get ready");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// SIGKILL: nothing is flushed, nothing is told.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The most memory that the process had at once, in kilobytes.
    pub fn peak(&self) -> u64 {
        let id = self.child.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux tells it");
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// The same database, to look into.
    pub async fn db(&self) -> Db {
        Db::connect(&self.database.url).await.expect("the database opens")
    }

    /// An order to the simulator.
    pub async fn sim(&self, path: &str, body: Value) -> Value {
        let answer = reqwest::Client::new().post(format!("{}{path}", self.graph.url())).json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or(Value::Null)
    }

    /// Ends the program and removes the database.
    pub async fn end(mut self) {
        self.kill();
        if let Some((server, name)) = self.database.server.take() {
            server.run(Text::Built(format!("drop database if exists {name} with (force)")), args![]).await.expect("it is removed");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A signed-in member.
#[derive(Clone)]
pub struct Agent {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Agent {
    /// The admin of the demo workspace.
    pub async fn admin(base: String) -> Agent {
        let http = reqwest::Client::new();
        let answer = http
            .post(format!("{base}/api/app/api/auth/sign_in"))
            .json(&json!({"email": "admin@prosa.example", "password": "prosa-demo-2026"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
        Agent { http, base, cookie }
    }

    /// Sends a file; answers the status.
    pub async fn upload(&self, name: &str, body: reqwest::Body) -> u16 {
        let request = self.http.post(format!("{}/upload?name={name}", self.base)).header("cookie", &self.cookie);
        let request = request.header("content-type", "application/octet-stream").header("origin", &self.base).body(body);
        request.timeout(Duration::from_secs(200)).send().await.expect("an answer").status().as_u16()
    }

    /// Calls a server function; none when it did not succeed.
    pub async fn call(&self, function: &str, body: &Value) -> Option<Value> {
        let request = self.http.post(format!("{}/api/app/api/{function}", self.base)).header("cookie", &self.cookie).json(body);
        let answer = request.timeout(Duration::from_secs(5)).send().await.ok()?;
        if answer.status() == 200 { answer.json().await.ok() } else { None }
    }
}
