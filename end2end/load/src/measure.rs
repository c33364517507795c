//! Driving an operation, and what it took.

use crate::Effort;
use crate::host::Host;
use crate::report::Row;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// No part of a measurement takes longer; what is left of its operations is left out.
const LONGEST: Duration = Duration::from_secs(40);

/// Runs `ops` operations with `clients` at once, or as many as the time allows; answers how long each took.
pub async fn drive<F, Fut>(clients: usize, ops: usize, operation: F) -> anyhow::Result<Vec<Duration>>
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let (operation, next) = (Arc::new(operation), Arc::new(AtomicUsize::new(0)));
    let until = Instant::now() + LONGEST;
    let workers: Vec<_> = (0..clients)
        .map(|_| {
            let (operation, next) = (operation.clone(), next.clone());
            tokio::spawn(async move {
                let mut took = Vec::with_capacity(ops / clients + 1);
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= ops || Instant::now() > until {
                        return Ok::<_, anyhow::Error>(took);
                    }
                    let begun = Instant::now();
                    operation(n).await?;
                    took.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut all = Vec::with_capacity(ops);
    for worker in workers {
        all.extend(worker.await??);
    }
    Ok(all)
}

/// Measures a reading operation: warmed up, alone for the latencies, then together for rate and CPU time.
pub async fn operation<F, Fut>(name: &'static str, host: &Host, effort: &Effort, operation: F) -> anyhow::Result<Row>
where
    F: Fn(usize) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    drive(effort.clients, effort.together / 10, operation.clone()).await?;
    let alone = drive(1, effort.alone, operation.clone()).await?;
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let together = drive(effort.clients, effort.together, operation).await?.len();
    let wall = begun.elapsed();
    let mut row = Row::new(name, &alone);
    row.rate(together, wall, host.cpu()? - cpu);
    Ok(row)
}

/// Measures an operation while so many people do it at once: what each of them waits for.
pub async fn crowd<F, Fut>(name: &'static str, host: &Host, effort: &Effort, people: usize, operation: F) -> anyhow::Result<Row>
where
    F: Fn(usize) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    drive(people, effort.together / 10, operation.clone()).await?;
    let (cpu, begun) = (host.cpu()?, Instant::now());
    let together = drive(people, effort.alone.max(people), operation).await?;
    let wall = begun.elapsed();
    let mut row = Row::new(name, &together);
    row.rate(together.len(), wall, host.cpu()? - cpu);
    Ok(row)
}

/// The value below which `percent` of 100 lie, in milliseconds.
pub fn percentile(sorted: &[Duration], percent: f64) -> f64 {
    let place = ((sorted.len() as f64 * percent / 100.0).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
}

/// Numbers that repeat from run to run.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        if end == 0 { 0 } else { (self.0 >> 11) as usize % end }
    }

    /// One of them, when there are any.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let all: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&all, 50.0), 50.0);
        assert_eq!(percentile(&all, 99.0), 99.0);
        assert_eq!(percentile(&all, 100.0), 100.0);
        assert_eq!(percentile(&all[..1], 99.0), 1.0);
        assert_eq!(percentile(&[], 50.0), 0.0);
    }

    #[tokio::test]
    async fn every_operation_runs_once() {
        let seen = Arc::new(AtomicUsize::new(0));
        let count = seen.clone();
        let took = drive(3, 100, move |n| {
            let count = count.clone();
            async move {
                count.fetch_add(n + 1, Ordering::Relaxed);
                Ok(())
            }
        })
        .await
        .unwrap();
        assert_eq!(took.len(), 100);
        assert_eq!(seen.load(Ordering::Relaxed), 5050);
    }
}
