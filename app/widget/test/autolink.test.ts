import assert from "node:assert/strict";
import { test } from "node:test";
import { autolink } from "../parts/autolink";

const links = (text: string): string[] => autolink(text).flatMap((run) => (run.href ? [run.text] : []));

test("addresses become links, without the sentence's marks", () => {
  assert.deepEqual(autolink("see https://a.example/x?y=1&z=2#w."), [
    { text: "see " },
    { text: "https://a.example/x?y=1&z=2#w", href: "https://a.example/x?y=1&z=2#w" },
    { text: "." },
  ]);
  assert.deepEqual(links("(http://a.example/b_(c)) [https://d.example/]!"), ["http://a.example/b_(c)", "https://d.example/"]);
  assert.deepEqual(links("https://a.example https://b.example"), ["https://a.example", "https://b.example"]);
  assert.deepEqual(links("HTTPS://A.EXAMPLE/"), ["HTTPS://A.EXAMPLE/"]);
});

test("only http and https, without a user name, and what the URL parser takes", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "xhttps://a.example",
    "https://bank.example@evil.example/",
    "https://user:secret@a.example/",
    "http://[::1]:99999/",
    "https://",
    "file:///etc/passwd",
    "//a.example",
  ]) {
    assert.deepEqual(links(text), [], text);
  }
});

test("quotes, angle brackets and marks that turn text round end an address", () => {
  assert.deepEqual(links('https://a.example"onmouseover=alert(1)'), ["https://a.example"]);
  assert.deepEqual(links("https://a.example<script>"), ["https://a.example"]);
  assert.deepEqual(links("https://a.example/\u202egpj.exe"), ["https://a.example/"]);
  assert.deepEqual(links("https://a.example/\u200bb"), ["https://a.example/"]);
});

test("the runs joined are the input, whatever it is", () => {
  const pieces = ["https://", "http://a.example", "@", ".", "(", ")", " ", "\n", '"', "<b>", "😀", "[", "]", "//", "x"];
  let seed = 7;
  const next = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: next(12) }, () => pieces[next(pieces.length)]).join("");
    const runs = autolink(text);
    assert.equal(runs.map((run) => run.text).join(""), text);
    for (const { href } of runs) {
      if (!href) continue;
      const url = new URL(href);
      assert.match(url.protocol, /^https?:$/);
      assert.equal(url.username + url.password, "", href);
    }
  }
});

test("a hostile text takes no time", () => {
  const start = performance.now();
  autolink("https://a" + ")".repeat(4000) + "(".repeat(4000));
  autolink("http://".repeat(2000));
  assert.ok(performance.now() - start < 1000);
});
