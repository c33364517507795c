import assert from "node:assert/strict";
import { test } from "node:test";
import { ascending, cleanText, later, lengthOf, newId, readFrame } from "../parts/protocol";

const message = (n: string): string => `{"id":"i","n":"${n}","from":"them","text":"hi","at":1749416383000}`;

test("positions of 64 bits keep all their digits and their order", () => {
  const frame = readFrame(`{"frame":"message",${message("1882448240053530957").slice(1)}`);
  assert.deepEqual(frame, { frame: "message", id: "i", n: "1882448240053530957", from: "them", text: "hi", at: 1749416383000 });
  assert.deepEqual(["10", "9", "1882448240053530957", "1882448240053530956"].sort(ascending), [
    "9",
    "10",
    "1882448240053530956",
    "1882448240053530957",
  ]);
  assert.equal(later("99", "100"), "100");
  assert.equal(later("100", "99"), "100");
});

test("what is absent or null in a frame is absent", () => {
  assert.deepEqual(readFrame('{"frame":"error","code":"x","text":"y","client_id":null,"retry_after_ms":5}'), {
    frame: "error",
    code: "x",
    text: "y",
    retry_after_ms: 5,
  });
  assert.deepEqual(readFrame('{"frame":"welcome","token":"t","visitor":{},"title":"L","greeting":"","messages":[],"seen":null,"typing_supported":true}'), {
    frame: "welcome",
    token: "t",
    title: "L",
    greeting: "",
    messages: [],
  });
});

test("frames that are not as agreed are dropped, and bad messages of a welcome left out", () => {
  for (const bad of [
    "",
    "null",
    "[]",
    "1",
    "{",
    '{"frame":"other"}',
    '{"frame":"message","id":1,"n":"1","from":"me","text":"","at":1}',
    '{"frame":"message","id":"1","n":"1","from":"admin","text":"","at":1}',
    '{"frame":"message","id":"1","n":1,"from":"me","text":"","at":1}',
    '{"frame":"message","id":"1","n":"-1","from":"me","text":"","at":1}',
    '{"frame":"message","id":"1","n":"1","from":"me","text":{"a":1},"at":1}',
    '{"frame":"status","client_id":"c"}',
    '{"frame":"seen"}',
    '{"frame":"welcome","messages":[]}',
    '{"frame":"error"}',
  ]) {
    assert.equal(readFrame(bad), undefined, bad);
  }
  const welcome = readFrame(`{"frame":"welcome","token":"t","visitor":{},"messages":[${message("1")},null,7,{"id":"x"}]}`);
  assert.equal(welcome?.frame === "welcome" && welcome.messages.length, 1);
});

test("typed text is sent without control characters and half characters", () => {
  assert.equal(cleanText("  a\r\nb\rc\td\0\x1b[31m\ud800  "), "a\nb\nc\td[31m\ufffd");
  assert.equal(cleanText(" \n "), "");
  assert.equal(cleanText("👩‍👧 ok"), "👩‍👧 ok");
});

test("length counts code points, as the server does", () => {
  assert.equal(lengthOf("a😀é"), 3);
});

test("ids are version 4 UUIDs", () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
