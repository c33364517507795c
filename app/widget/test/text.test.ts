import assert from "node:assert/strict";
import { test } from "node:test";
import { languages, pickLanguage } from "../parts/language";
import { fill, texts } from "../parts/text";

test("every language has every text, none empty, with the same places for numbers", () => {
  const keys = Object.keys(texts["pt-BR"]).sort();
  for (const language of languages) {
    assert.deepEqual(Object.keys(texts[language]).sort(), keys, language);
    for (const [key, text] of Object.entries(texts[language])) {
      assert.ok(text.trim(), `${language} ${key}`);
      const holes = texts["pt-BR"][key as keyof (typeof texts)["pt-BR"]].split("{}").length;
      assert.equal(text.split("{}").length, holes, `${language} ${key}`);
    }
  }
});

test("no language was left untranslated", () => {
  // Spelled alike in Portuguese and Spanish.
  const alike = new Set(["Enviar", "Enviando", "Conectando…", "Conectado", "Editar", "Caracteres restantes: {}"]);
  for (const key of Object.keys(texts.en) as (keyof typeof texts.en)[]) {
    const [portuguese, english, spanish] = [texts["pt-BR"][key], texts.en[key], texts.es[key]];
    assert.ok(english !== portuguese && english !== spanish, key);
    assert.equal(portuguese === spanish, alike.has(portuguese), key);
  }
});

test("the first language that is spoken wins, by its primary part", () => {
  assert.equal(pickLanguage("es-MX", "en"), "es");
  assert.equal(pickLanguage("EN-gb"), "en");
  assert.equal(pickLanguage("pt"), "pt-BR");
  assert.equal(pickLanguage("fr", null, undefined, "", "en-US"), "en");
  assert.equal(pickLanguage("fr"), "pt-BR");
  assert.equal(pickLanguage(), "pt-BR");
});

test("numbers are filled in", () => {
  assert.equal(fill(texts.en.newOther, 12), "12 new messages");
});
