import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../parts/protocol";
import type { Entry } from "../parts/queue";
import { Timeline, TIMELINE_LIMIT } from "../parts/timeline";

const noon = new Date(2026, 4, 4, 12).getTime();
const minute = 60_000;

const told = (n: number, from: Message["from"], text: string, at = noon, more: Partial<Message> = {}): Message => ({
  id: `id${n}`,
  n: String(n),
  from,
  text,
  at,
  ...more,
});
const waiting = (id: string, text: string, at = noon): Entry => ({ id, text, at, order: 0, owner: "a" });
const textsOf = (timeline: Timeline): string[] => timeline.rows().map((row) => row.text);

test("WC-7 messages told twice, shuffled and replayed are shown once, in order", () => {
  const timeline = new Timeline();
  const all = [told(9, "me", "a"), told(10, "them", "b"), told(101, "me", "c")];
  for (const message of [all[2], all[0], all[1], all[0], all[2]]) timeline.merge(message as Message);
  assert.deepEqual(textsOf(timeline), ["a", "b", "c"]);
  assert.equal(timeline.highest, "101");
});

test("WC-7 a waiting message becomes the stored one, under the same key", () => {
  const timeline = new Timeline();
  timeline.syncQueue([waiting("c1", "hello")]);
  assert.equal(timeline.rows()[0]?.n, undefined);
  timeline.confirm("c1", "id5", "5", noon);
  timeline.syncQueue([]);
  timeline.merge(told(5, "me", "hello", noon, { client_id: "c1" }));
  timeline.merge(told(5, "me", "hello"));
  const rows = timeline.rows();
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.key, "c1");
  assert.equal(rows[0]?.n, "5");
});

test("waiting messages stand last, and go when they left the queue without an answer", () => {
  const timeline = new Timeline();
  timeline.syncQueue([waiting("c1", "mine", noon - minute), waiting("c2", "mine too")]);
  timeline.merge(told(1, "them", "theirs", noon + minute));
  assert.deepEqual(textsOf(timeline), ["theirs", "mine", "mine too"]);
  timeline.syncQueue([waiting("c2", "mine too")]);
  assert.deepEqual(textsOf(timeline), ["theirs", "mine too"]);
});

test("a new group begins with another sender, another author, five minutes, or another day", () => {
  const timeline = new Timeline();
  timeline.merge(told(1, "them", "a", noon, { author: "Ana" }));
  timeline.merge(told(2, "them", "b", noon + minute, { author: "Ana" }));
  timeline.merge(told(3, "them", "c", noon + 2 * minute, { author: "Bia" }));
  timeline.merge(told(4, "me", "d", noon + 3 * minute));
  timeline.merge(told(5, "me", "e", noon + 9 * minute));
  timeline.merge(told(6, "me", "f", noon + 24 * 60 * minute));
  const rows = timeline.rows();
  assert.deepEqual(rows.map((row) => row.first), [true, false, true, true, true, true]);
  assert.deepEqual(rows.map((row) => row.last), [false, true, true, true, true, true]);
  assert.deepEqual(rows.map((row) => row.newDay), [true, false, false, false, false, true]);
  assert.deepEqual(rows.map((row) => row.lastOwn), [false, false, false, false, false, true]);
});

test("only the other side's messages count as unread", () => {
  const timeline = new Timeline();
  timeline.merge(told(9, "them", "a"));
  timeline.merge(told(10, "them", "b"));
  timeline.merge(told(11, "me", "c"));
  timeline.merge(told(12, "system", "d"));
  assert.equal(timeline.unreadAfter("0"), 2);
  assert.equal(timeline.unreadAfter("9"), 1);
  assert.equal(timeline.unreadAfter("10"), 0);
});

test("the list is bounded and keeps the newest", () => {
  const timeline = new Timeline();
  for (let n = 1; n <= TIMELINE_LIMIT * 3; n += 1) timeline.merge(told(n, "them", String(n), noon + n));
  const rows = timeline.rows();
  assert.ok(rows.length <= TIMELINE_LIMIT + 50, String(rows.length));
  assert.equal(rows.at(-1)?.text, String(TIMELINE_LIMIT * 3));
  assert.equal(timeline.highest, String(TIMELINE_LIMIT * 3));
});
