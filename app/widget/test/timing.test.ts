import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, throttle } from "../parts/timing";

test("WC-7 waits between half a second and a ceiling that doubles up to 30 s, spread over all of it", () => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ceiling = Math.min(30_000, 1000 * 2 ** attempt);
    assert.equal(backoff(attempt, () => 0), 500);
    assert.ok(Math.abs(backoff(attempt, () => 0.999999) - ceiling) <= 1, String(attempt));
    for (let round = 0; round < 20; round += 1) {
      const wait = backoff(attempt);
      assert.ok(wait >= 500 && wait <= ceiling, `${attempt}: ${wait}`);
    }
  }
});

test("WC-7 typing is told at most once in a period", () => {
  const may = throttle(3000);
  assert.deepEqual([0, 1, 2999, 3000, 5999, 6000].map(may), [true, false, false, true, false, true]);
});
