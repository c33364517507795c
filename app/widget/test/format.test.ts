import assert from "node:assert/strict";
import { test } from "node:test";
import { format, type Block, type Piece } from "../parts/format";

const text = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => ("tag" in piece ? `<${piece.tag}>${text(piece.pieces)}</${piece.tag}>` : piece.text)).join("");
const shown = (source: string): string[] => format(source).map(({ tag, lines }: Block) => `${tag}:${lines.map(text).join("|")}`);

test("styles stand at the edges of words and within a line", () => {
  assert.deepEqual(shown("oi *Ana*, _x_ ~y~ `*z*`"), [":oi <b>Ana</b>, <i>x</i> <s>y</s> <code>*z*</code>"]);
  assert.deepEqual(shown("*_a_*"), [":<b><i>a</i></b>"]);
  for (const plain of ["2*3*4", "a_b_c", "x * a*", "**", "~~", "*a\nb*", "``"]) assert.deepEqual(shown(plain), [`:${plain}`], plain);
});

test("lists, quotes and code stand for themselves", () => {
  assert.deepEqual(shown("a\n- b\n* c\nd"), [":a", "ul:b|c", ":d"]);
  assert.deepEqual(shown("1. a\n2. b\n7. c"), ["ol:a|b", "ol:c"]);
  assert.equal(format("7. c")[0]?.start, 7);
  assert.deepEqual(shown("> *a*\nb"), ["blockquote:<b>a</b>", ":b"]);
  assert.deepEqual(shown("```\n- a\n*b*\n``` c"), ["code:- a\n*b*", ": c"]);
  for (const plain of ["-a", "- ", "2026. a", "a - b"]) assert.deepEqual(shown(plain), [`:${plain}`], plain);
});

test("links stay links in a style, and keep their own signs", () => {
  const links = (source: string): string[] => {
    const of = (pieces: readonly Piece[]): string[] =>
      pieces.flatMap((piece) => ("tag" in piece ? of(piece.pieces) : piece.href ? [piece.href] : []));
    return format(source).flatMap((block) => block.lines.flatMap(of));
  };
  assert.deepEqual(links("*https://a.example/x*"), ["https://a.example/x"]);
  assert.deepEqual(links("https://a.example/_x_/"), ["https://a.example/_x_/"]);
  assert.deepEqual(links("- https://a.example"), ["https://a.example/"]);
  assert.deepEqual(links("*javascript:alert(1)*"), []);
});

test("nothing written is lost, whatever it is", () => {
  const pieces = ["*", "_", "~", "`", "```", "- ", "> ", "1. ", " ", "\n", "a", "é", "😀", "<b>", "https://a.example/"];
  let seed = 11;
  const next = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const bare = (source: string): string => source.replace(/[-*_~`>. \n\d]/g, "");
  const plain = (list: readonly Piece[]): string => list.map((piece) => ("tag" in piece ? plain(piece.pieces) : piece.text)).join("");
  for (let round = 0; round < 3000; round += 1) {
    const source = Array.from({ length: next(14) }, () => pieces[next(pieces.length)]).join("");
    const out = format(source).flatMap((block) => block.lines.map(plain)).join("\n");
    assert.equal(bare(out), bare(source), source);
  }
});

test("a hostile text takes no time", () => {
  const start = performance.now();
  format("*a _b ~c `d ".repeat(400));
  format("```".repeat(1500));
  format("- ".repeat(2000));
  assert.ok(performance.now() - start < 1000);
});
