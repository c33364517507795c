//! The benchmark: a release server on loopback, a deterministic data set, and what each operation costs.
//!
//! * [`host`]: the server as a process, with its CPU time and memory.
//! * [`data`]: what the requests are made of, read from the database.
//! * [`graph`]: the far end of sends.
//! * [`client`]: sign-in, requests, webhooks, sockets.
//! * [`read`], [`write`], [`fan`], [`first`], [`board`]: the operations.
//! * [`engine`]: the same rows straight into the same database, for comparison.
//! * [`measure`], [`report`]: percentiles, table, targets.
//! * [`day`]: a day of a team that hands out what comes in, simulated.
//!
//! Latencies are of one client alone, so that they are not the queue's; requests per second and CPU time are of several
//! clients at once.

mod board;
mod client;
mod data;
mod day;
mod engine;
mod fan;
mod first;
mod graph;
mod host;
mod measure;
mod read;
mod report;
mod write;

use anyhow::{Context, bail};
use clap::Parser;
use report::{Report, Row};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Measures the release server and prints the table of figures.
#[derive(Parser, Debug)]
#[command(name = "load", version)]
struct Flags {
    /// The server [default: prosa beside this program]
    #[arg(long)]
    prosa: Option<PathBuf>,
    /// The built client [default: ./target/site]; without one the first load is not measured
    #[arg(long, env = "PROSA_SITE_DIR")]
    site: Option<PathBuf>,
    /// Messages of each data set
    #[arg(long, value_delimiter = ',', default_values_t = [200_000, 1_000_000])]
    sizes: Vec<i64>,
    /// Messages of the data set with which the list at the largest size is compared
    #[arg(long, default_value_t = 100_000)]
    compare: i64,
    #[arg(long, default_value_t = 1_000)]
    contacts: i64,
    #[arg(long, default_value_t = 10_000)]
    conversations: i64,
    /// Sockets of the fan-out
    #[arg(long, default_value_t = 500)]
    sockets: usize,
    /// Where the databases are made; it should be on the disk that counts [default: the system's temporary folder]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Only these parts, besides the list that is always measured
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// A folder in which the data sets stay, to be measured again; what writes is left out then, so that they stay the same
    #[arg(long, conflicts_with = "dir")]
    keep: Option<PathBuf>,
    /// A small run of a few seconds that shows that everything works; its figures mean nothing
    #[arg(long)]
    quick: bool,
    /// JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Instead of measuring, simulates a day of 5,000 conversations and prints how long contacts wait by each way to hand them out
    #[arg(long)]
    day: bool,
    /// What the day is made of
    #[arg(long, default_value_t = 1, requires = "day")]
    seed: u64,
}

/// What can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Page,
    Search,
    Narrowed,
    Rest,
    /// The live board, reports, and the list of who sees a few of many teams.
    Board,
    Fan,
    Inbound,
    Send,
}

impl Flags {
    fn wants(&self, part: Part) -> bool {
        let writes = matches!(part, Part::Fan | Part::Inbound | Part::Send);
        (self.only.is_empty() || self.only.contains(&part)) && !(writes && self.keep.is_some())
    }
}

/// How much is asked of each operation.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Requests of one client alone, for the latencies.
    pub alone: usize,
    /// Requests of several clients, for rates and CPU time.
    pub together: usize,
    /// Clients at once.
    pub clients: usize,
    pub sockets: usize,
    /// Messages that are fanned out.
    pub fans: usize,
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("load: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(Flags::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("load: {e:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut flags: Flags) -> anyhow::Result<()> {
    if flags.day {
        print!("{}", day::table(&day::simulate(flags.seed)));
        return Ok(());
    }
    if flags.quick {
        (flags.sizes, flags.compare, flags.contacts, flags.conversations) = (vec![6_000], 3_000, 60, 300);
        flags.sockets = flags.sockets.min(40);
    }
    if flags.sizes.is_empty() {
        bail!("--sizes needs at least one number of messages");
    }
    let effort = if flags.quick {
        Effort { alone: 40, together: 120, clients: 4, sockets: flags.sockets, fans: 10 }
    } else {
        Effort { alone: 2_000, together: 6_000, clients: 8, sockets: flags.sockets, fans: 200 }
    };
    let prosa = match &flags.prosa {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("prosa"),
    };
    let prosa =
        prosa.canonicalize().with_context(|| format!("{} is not there: build it with cargo build --release -p server", prosa.display()))?;
    let folder = tempfile::Builder::new().prefix("prosa-bench-").tempdir_in(flags.dir.clone().unwrap_or_else(std::env::temp_dir))?;
    let site = site(&flags, folder.path())?;
    let mut report = Report::new(folder.path(), flags.quick)?;
    note(&format!("fdatasync in {} takes {:.2} ms", folder.path().display(), report.sync_ms));

    if flags.compare > 0 {
        let set = Set { messages: flags.compare, name: "compare", only_list: true };
        let rows = one_size(&flags, &effort, &prosa, &site, folder.path(), &set, &mut report).await?;
        report.compare(rows);
    }
    for (n, messages) in flags.sizes.clone().into_iter().enumerate() {
        let set = Set { messages, name: &format!("size-{n}"), only_list: false };
        let rows = one_size(&flags, &effort, &prosa, &site, folder.path(), &set, &mut report).await?;
        report.rows.extend(rows);
    }
    if !flags.quick {
        report.judge(&flags.sizes);
    }
    if flags.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(())
}

/// One data set.
struct Set<'a> {
    messages: i64,
    name: &'a str,
    only_list: bool,
}

async fn one_size(
    flags: &Flags,
    effort: &Effort,
    prosa: &Path,
    site: &Site,
    folder: &Path,
    set: &Set<'_>,
    report: &mut Report,
) -> anyhow::Result<Vec<Row>> {
    let name =
        if flags.keep.is_some() { format!("{}-{}-{}", set.messages, flags.contacts, flags.conversations) } else { set.name.to_owned() };
    let home = flags.keep.as_deref().unwrap_or(folder).join(name);
    let graph = graph::Graph::start().await?;
    let plan = host::Plan { prosa, home: &home, site: &site.folder, graph: &graph.url };
    if home.join("written").exists() {
        plan.command(&["migrate"])?;
    } else {
        let loaded = write_set(flags, &plan, set)?;
        if !set.only_list {
            report.loaded.push((set.messages, loaded));
        }
    }
    let token = plan.command(&["token", "--account", service::demo::BULK_ACCOUNT, "--user", service::demo::BULK_ADMIN])?;
    let host = plan.serve().await?;
    let data = data::Data::read(&home).await?;
    let client = client::Client::new(&host.url, token.trim()).await?;

    let mut rows = Vec::new();
    let mut done = |row: Row| {
        note(&format!("{} messages: {row}", set.messages));
        rows.push(row.at(set.messages));
    };
    done(read::list(&client, &data, &host, effort).await?);
    if set.only_list {
        host.stop().await?;
    } else {
        report.idle.push((set.messages, host.idle));
        if report.first_load.is_none() {
            report.first_load = first::measure(&client, &site.build).await?;
        }
        if flags.wants(Part::Page) {
            done(read::page(&client, &data, &host, effort).await?);
        }
        if flags.wants(Part::Search) {
            done(read::search(&client, &data, &host, effort).await?);
        }
        if flags.wants(Part::Narrowed) {
            read::narrowed(&client, &data, &host, effort).await?.into_iter().for_each(&mut done);
        }
        if flags.wants(Part::Rest) {
            done(read::rest_list(&client, &host, effort).await?);
        }
        if flags.wants(Part::Board) {
            done(board::reports(&client, &data, &host, effort).await?);
            if flags.keep.is_none() {
                done(board::moves(&client, &data, &host, effort).await?);
            }
        }
        if flags.wants(Part::Fan) {
            done(fan::to_one(&client, &data, &host, effort).await?);
            fan::to_all(&client, &data, &host, effort).await?.into_iter().for_each(&mut done);
        }
        let inbound = if flags.wants(Part::Inbound) { Some(write::inbound(&client, &data, &host, effort).await?) } else { None };
        let send = if flags.wants(Part::Send) { Some(write::send(&client, &data, &host, &graph, effort).await?) } else { None };
        report.busy.push((set.messages, host.memory()?));
        host.stop().await?;
        let engine = engine::Engine::open(&home, &data).await?;
        if let Some(row) = inbound {
            done(Row { bare: Some(engine.inbound(effort.together).await?), ..row });
        }
        if let Some(row) = send {
            done(Row { bare: Some(engine.send(effort.together).await?), ..row });
        }
        engine.close().await;
        if flags.wants(Part::Board) && flags.keep.is_none() {
            // The last one: it deals all rows out anew.
            done(board::filtered(&plan, &home, token.trim(), effort).await?);
            done(board::designations(&plan, &home).await?);
        }
    }
    data.close().await;
    if flags.keep.is_none() {
        std::fs::remove_dir_all(&home)?;
    }
    Ok(rows)
}

/// Writes a data set; answers in how many seconds.
fn write_set(flags: &Flags, plan: &host::Plan<'_>, set: &Set<'_>) -> anyhow::Result<f64> {
    std::fs::create_dir_all(plan.home)?;
    let begun = std::time::Instant::now();
    let size = [
        "--contacts",
        &flags.contacts.to_string(),
        "--conversations",
        &flags.conversations.to_string(),
        "--messages",
        &set.messages.to_string(),
    ];
    plan.command(&[&["demo"], &size[..]].concat())?;
    let loaded = begun.elapsed().as_secs_f64();
    note(&format!("{} messages written in {loaded:.1} s", set.messages));
    std::fs::write(plan.home.join("written"), "")?;
    Ok(loaded)
}

/// The client that the server carries.
struct Site {
    folder: PathBuf,
    /// Empty when there is none.
    build: String,
}

/// The built client, or an empty one in its place.
fn site(flags: &Flags, folder: &Path) -> anyhow::Result<Site> {
    let built = flags.site.clone().unwrap_or_else(|| PathBuf::from("target/site"));
    if let Ok(build) = std::fs::read_to_string(built.join("build.txt")) {
        return Ok(Site { folder: built.canonicalize()?, build: build.trim().to_owned() });
    }
    note(&format!("{} holds no built client: the first load is not measured", built.display()));
    let folder = folder.join("site");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("build.txt"), "none")?;
    Ok(Site { folder, build: String::new() })
}

/// Tells of the progress, beside the report.
fn note(text: &str) {
    eprintln!("{text}");
}
