import assert from "node:assert/strict";
import { test } from "node:test";
import { ADOPT_AFTER, Queue, QUEUE_LIMIT } from "../parts/queue";
import { Store } from "../parts/store";
import { FakeStorage } from "./storage";

const tab = (area: Storage | undefined, owner: string): Queue => new Queue(new Store("prosa.k.", area), owner);
const textsOf = (queue: Queue): string[] => queue.list().map((entry) => entry.text);

test("WC-7 unsent messages outlive a reload, in order", () => {
  const area = new FakeStorage();
  const before = tab(area, "a");
  before.add("3", "one", 10);
  before.add("1", "two", 10);
  before.add("2", "three", 11);
  const after = tab(area, "b");
  assert.deepEqual(textsOf(after), ["one", "two", "three"]);
  assert.equal(after.next(11, true)?.id, "3");
});

test("WC-7 two tabs add and remove without losing each other's messages", () => {
  const area = new FakeStorage();
  const [one, two] = [tab(area, "a"), tab(area, "b")];
  one.add("a1", "A1", 1);
  two.add("b1", "B1", 2);
  one.add("a2", "A2", 3);
  two.remove("b1");
  assert.deepEqual(textsOf(one), ["A1", "A2"]);
  assert.deepEqual(textsOf(two), ["A1", "A2"]);
});

test("WC-7 a tab sends its own first, and another's only when that one seems gone", () => {
  const area = new FakeStorage();
  const [one, two] = [tab(area, "a"), tab(area, "b")];
  one.add("a1", "A1", 1000);
  two.add("b1", "B1", 2000);
  assert.equal(two.next(2000)?.id, "b1");
  assert.equal(two.next(1000 + ADOPT_AFTER)?.id, "a1");
  assert.equal(two.next(2000, true)?.id, "a1");
});

test("a refused message stays on view with its reason and is not sent again", () => {
  const queue = tab(new FakeStorage(), "a");
  queue.add("1", "long", 1);
  queue.add("2", "next", 2);
  queue.fail("1", "too_long");
  assert.equal(queue.next(3)?.id, "2");
  assert.deepEqual(queue.list().map((entry) => entry.failed), ["too_long", undefined]);
  queue.fail("unknown", "too_long");
  assert.equal(queue.list().length, 2);
});

test("the queue is bounded and says so", () => {
  const queue = tab(new FakeStorage(), "a");
  for (let index = 0; index < QUEUE_LIMIT; index += 1) assert.ok(queue.add(String(index), "x", index));
  assert.equal(queue.add("more", "x", 99), undefined);
  queue.remove("0");
  assert.ok(queue.add("more", "x", 99));
});

test("what is not a message in the storage is dropped", () => {
  const area = new FakeStorage();
  area.setItem("prosa.k.q.1", "{");
  area.setItem("prosa.k.q.2", '{"id":2,"text":"x","at":1}');
  area.setItem("prosa.k.q.3", "null");
  area.setItem("prosa.other.q.4", '{"id":"4","text":"another chat","at":1}');
  const queue = tab(area, "a");
  assert.deepEqual(queue.list(), []);
  assert.equal(area.getItem("prosa.k.q.1"), null);
  assert.notEqual(area.getItem("prosa.other.q.4"), null);
});

test("without storage everything is kept in memory", () => {
  const denied = new FakeStorage();
  denied.broken = true;
  for (const area of [undefined, denied]) {
    const queue = tab(area, "a");
    queue.add("1", "kept", 1);
    assert.deepEqual(textsOf(queue), ["kept"]);
    queue.remove("1");
    assert.deepEqual(textsOf(queue), []);
  }
});

test("a value that no longer fits the storage hides the older one, until it fits again", () => {
  const area = new FakeStorage();
  const store = new Store("p.", area);
  store.set("draft", "old");
  area.broken = true;
  store.set("draft", "new");
  assert.equal(store.get("draft"), "new");
  area.broken = false;
  assert.equal(store.get("draft"), "new");
  store.set("draft", "newer");
  assert.equal(new Store("p.", area).get("draft"), "newer");
});
