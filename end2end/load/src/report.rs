//! The table, and what was promised of it.

use crate::first::FirstLoad;
use crate::host::Memory;
use crate::measure::percentile;
use serde::Serialize;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const MB: f64 = 1024.0 * 1024.0;

/// One operation at one size.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub messages: i64,
    pub operation: &'static str,
    /// Of several clients at once.
    pub per_second: Option<f64>,
    /// Of one client alone, milliseconds.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Of the server process, for each operation.
    pub cpu_ms: Option<f64>,
    pub sockets: Option<usize>,
    pub bare: Option<Bare>,
}

/// The bare engine at the same rows.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Bare {
    pub per_second: f64,
    pub cpu_ms: f64,
}

impl Bare {
    pub fn new(ops: usize, wall: Duration, cpu: Duration) -> anyhow::Result<Bare> {
        Ok(Bare { per_second: ops as f64 / wall.as_secs_f64(), cpu_ms: cpu.as_secs_f64() * 1000.0 / ops as f64 })
    }
}

impl Row {
    pub fn new(operation: &'static str, took: &[Duration]) -> Row {
        let mut sorted = took.to_vec();
        sorted.sort_unstable();
        Row {
            messages: 0,
            operation,
            per_second: None,
            p50_ms: percentile(&sorted, 50.0),
            p99_ms: percentile(&sorted, 99.0),
            cpu_ms: None,
            sockets: None,
            bare: None,
        }
    }

    /// Adds what several clients at once came to.
    pub fn rate(&mut self, ops: usize, wall: Duration, cpu: Duration) {
        self.per_second = Some(ops as f64 / wall.as_secs_f64().max(1e-9));
        self.cpu_ms = Some(cpu.as_secs_f64() * 1000.0 / ops as f64);
    }

    pub fn at(self, messages: i64) -> Row {
        Row { messages, ..self }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |v: Option<f64>, digits: usize| v.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"));
        write!(
            f,
            "{:32}{:>9}{:>10.2}{:>10.2}{:>10}",
            self.operation,
            number(self.per_second, 0),
            self.p50_ms,
            self.p99_ms,
            number(self.cpu_ms, 3)
        )?;
        match self.bare {
            None => Ok(()),
            Some(b) => {
                let clock = self.per_second.unwrap_or(0.0) / b.per_second;
                write!(
                    f,
                    "   {clock:.2} × the rate, {:.2} × the CPU ({:.0}/s, {:.3} ms)",
                    self.cpu_ms.unwrap_or(0.0) / b.cpu_ms.max(1e-9),
                    b.per_second,
                    b.cpu_ms
                )
            }
        }
    }
}

/// Something that was promised.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    pub what: String,
    pub limit: f64,
    pub value: f64,
    pub unit: &'static str,
    pub met: bool,
}

/// Everything.
#[derive(Debug, Serialize)]
pub struct Report {
    /// A quick run shows that it works, not how fast.
    pub quick: bool,
    pub machine: String,
    /// What one durable write of the folder costs.
    pub sync_ms: f64,
    /// Seconds in which each data set was written.
    pub loaded: Vec<(i64, f64)>,
    pub idle: Vec<(i64, Memory)>,
    pub busy: Vec<(i64, Memory)>,
    pub first_load: Option<FirstLoad>,
    pub compared: Option<Row>,
    pub rows: Vec<Row>,
    pub targets: Vec<Target>,
}

impl Report {
    pub fn new(folder: &Path, quick: bool) -> anyhow::Result<Report> {
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name =
            cpu.lines().find_map(|l| l.strip_prefix("model name")).map_or("unknown processor", |l| l.trim_start_matches([' ', '\t', ':']));
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Ok(Report {
            quick,
            machine: format!("{cores} × {name}"),
            sync_ms: sync_ms(folder)?,
            loaded: Vec::new(),
            idle: Vec::new(),
            busy: Vec::new(),
            first_load: None,
            compared: None,
            rows: Vec::new(),
            targets: Vec::new(),
        })
    }

    /// Keeps the list of the smaller data set.
    pub fn compare(&mut self, rows: Vec<Row>) {
        self.compared = rows.into_iter().next();
    }

    /// Holds the figures against the targets; CPU time counts at every size.
    pub fn judge(&mut self, sizes: &[i64]) {
        let mut targets = Vec::new();
        let mut add = |what: String, limit: f64, value: Option<f64>, unit: &'static str| {
            if let Some(value) = value {
                targets.push(Target { what, limit, value, unit, met: value <= limit });
            }
        };
        let of = |operation: &str, size: i64| self.rows.iter().find(|r| r.messages == size && r.operation.starts_with(operation));
        for &size in sizes {
            let name = |what: &str| format!("{what}, {size} messages");
            add(name("inbound, CPU"), 0.5, of("inbound", size).and_then(|r| r.cpu_ms), "ms");
            add(name("list, CPU"), 0.25, of("list of 40 conv", size).and_then(|r| r.cpu_ms), "ms");
            add(name("page, CPU"), 0.25, of("page", size).and_then(|r| r.cpu_ms), "ms");
            if size == sizes.iter().copied().min().unwrap_or(0) {
                add(name("search p50"), 5.0, of("search", size).map(|r| r.p50_ms), "ms");
            }
            if size == 1_000_000 {
                add(name("narrowed search p50, 10 people"), 20.0, of("narrowed search", size).map(|r| r.p50_ms), "ms");
            }
            add(name("fan-out p99"), 20.0, of("fan-out, from the post", size).map(|r| r.p99_ms), "ms");
            add(
                name("idle memory without mapped files"),
                40.0,
                self.idle.iter().find(|(s, _)| *s == size).map(|(_, m)| m.own as f64 / MB),
                "MB",
            );
        }
        let largest = sizes.iter().copied().max().unwrap_or(0);
        if let (Some(small), Some(large)) = (&self.compared, of("list of 40 conv", largest)) {
            add(format!("list p99, {largest} against {} messages", small.messages), 1.3, Some(large.p99_ms / small.p99_ms.max(1e-9)), "×");
        }
        add("first load, brotli".into(), 400.0, self.first_load.as_ref().map(|f| f.bytes as f64 / 1000.0), "kB");
        if let Some((size, seconds)) = self.loaded.iter().find(|(s, _)| *s == 1_000_000) {
            add(format!("prosa demo, {size} messages"), 120.0, Some(*seconds), "s");
        }
        self.targets = targets;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quick {
            writeln!(f, "A quick run: it shows that everything works; its figures mean nothing.")?;
        }
        writeln!(f, "{}; SQLite, a durable write takes {:.2} ms here", self.machine, self.sync_ms)?;
        let mut sizes: Vec<i64> = self.rows.iter().map(|r| r.messages).collect();
        sizes.dedup();
        for size in sizes {
            let seconds = self.loaded.iter().find(|(s, _)| *s == size).map_or(0.0, |(_, s)| *s);
            writeln!(f, "\n{size} messages (written in {seconds:.1} s)")?;
            writeln!(f, "{:32}{:>9}{:>10}{:>10}{:>10}   against the bare engine", "operation", "per s", "p50 ms", "p99 ms", "CPU ms")?;
            for row in self.rows.iter().filter(|r| r.messages == size) {
                writeln!(f, "{row}{}", row.sockets.map(|n| format!("   {n} sockets")).unwrap_or_default())?;
            }
            for (when, list) in [("after the start", &self.idle), ("after the work", &self.busy)] {
                if let Some((_, m)) = list.iter().find(|(s, _)| *s == size) {
                    writeln!(f, "memory {when}: {:.1} MB, {:.1} MB of it without mapped files", m.resident as f64 / MB, m.own as f64 / MB)?;
                }
            }
        }
        if let Some(r) = &self.compared {
            writeln!(f, "\nlist with {} messages: p50 {:.2} ms, p99 {:.2} ms", r.messages, r.p50_ms, r.p99_ms)?;
        }
        if let Some(first) = &self.first_load {
            let files: Vec<String> = first.files.iter().map(|(n, b)| format!("{n} {:.1}", *b as f64 / 1000.0)).collect();
            writeln!(f, "first load: {:.1} kB ({} kB, brotli, immutable)", first.bytes as f64 / 1000.0, files.join(", "))?;
        }
        writeln!(
            f,
            "\np50 and p99 are of one client alone where not said otherwise; rates and CPU time of the server process are of several at once."
        )?;
        for t in &self.targets {
            let verdict = if t.met { "met   " } else { "MISSED" };
            writeln!(f, "{verdict}  {:44}{:>10.2} {} (at most {} {})", t.what, t.value, t.unit, t.limit, t.unit)?;
        }
        Ok(())
    }
}

/// The middle of fifty small durable writes.
fn sync_ms(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("sync");
    let mut file = std::fs::File::create(&path)?;
    let mut took = Vec::with_capacity(50);
    for _ in 0..50 {
        let begun = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        took.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    took.sort_unstable();
    Ok(percentile(&took, 50.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_held_against_the_right_rows() {
        let mut report = Report::new(&std::env::temp_dir(), true).unwrap();
        let row = |operation, messages, cpu: f64, p99: f64| {
            let mut r = Row::new(operation, &[Duration::from_secs_f64(p99 / 1000.0)]).at(messages);
            r.rate(100, Duration::from_secs(1), Duration::from_secs_f64(cpu / 10.0));
            r
        };
        report.compare(vec![row("list of 40 conversations", 1, 0.1, 1.0)]);
        report.rows = vec![
            row("list of 40 conversations", 10, 0.3, 1.2),
            row("inbound webhook, durable", 10, 0.4, 1.0),
            row("list of 40, REST", 10, 9.0, 9.0),
            row("fan-out, from the post", 10, 1.0, 25.0),
            row("fan-out, from the first socket", 10, 1.0, 1.0),
        ];
        report.judge(&[10]);
        let met: Vec<(&str, bool)> = report.targets.iter().map(|t| (t.what.as_str(), t.met)).collect();
        assert_eq!(
            met,
            [
                ("inbound, CPU, 10 messages", true),
                ("list, CPU, 10 messages", false),
                ("fan-out p99, 10 messages", false),
                ("list p99, 10 against 1 messages", true)
            ]
        );
        assert!(report.to_string().contains("MISSED"));
    }
}
