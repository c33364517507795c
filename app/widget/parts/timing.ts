const FIRST = 500;
const LAST = 30_000;

/**
 * Milliseconds to wait before reconnecting, after `attempt` failures in a row (0 = the first).
 * Full jitter between half a second and a ceiling that doubles from 1 s to 30 s, so that
 * visitors do not all come back in the same instant when the server restarts.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LAST, 2 * FIRST * 2 ** Math.min(attempt, 16));
  return Math.round(FIRST + random() * (ceiling - FIRST));
}

/** A gate that opens at most once in `period` milliseconds. */
export function throttle(period: number): (now: number) => boolean {
  let last = -Infinity;
  return (now) => {
    if (now - last < period) return false;
    last = now;
    return true;
  };
}
