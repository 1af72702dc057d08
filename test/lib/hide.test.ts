import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHide } from "../../src/lib/hide.ts";
import { anyText } from "../support/any-text.ts";
import { IS_LONG, runs } from "../support/effort.ts";
import { growthOf, LINEAR } from "../support/growth.ts";

const MASK = "<secret>";

/** What a secret may be made of: any character, and characters that an encoding has too. No control characters, as HTTP carries none. */
const secretText = fc
  .oneof(
    anyText({ minLength: 6, maxLength: 64 }),
    ...["abcdefABCDEF0123456789", "abcxyzABCXYZ0189+/=-_", `"\\'%&#;u0041xA `, "äöß€😀日本e\u0301"].map((letters) =>
      fc.string({ minLength: 6, maxLength: 64, unit: fc.constantFrom(...letters) }),
    ),
  )
  .filter((text) => !/[\x00-\x1f\x7f]/.test(text))
  // A mask that is made up of the secret would be replaced by itself.
  .filter((text) => text.isWellFormed() && !MASK.includes(text));

/** Stands between words and belongs to no encoding. */
const neutral = fc.string({ maxLength: 20, unit: fc.constantFrom(..." (){}[]<>|~^*!?\u2026\u{1f600}") });

type Encode = (text: string, choose: () => boolean) => string;

const hexOf = (text: string) => Buffer.from(text).toString("hex");
const percentBytes = (text: string) => hexOf(text).replace(/../g, "%$&");
const codeUnits = (text: string) => text.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
/** Each character of an ASCII text in one of two ways. */
const mixed =
  (way: (character: string) => string, plain: (character: string) => string): Encode =>
  (text, choose) =>
    [...text].map((character) => (choose() ? way(character) : plain(character))).join("");
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

const ENCODINGS: Readonly<Record<string, Encode>> = {
  "as it is": (text) => text,
  "by encodeURI": (text) => encodeURI(text),
  "by encodeURIComponent": (text) => encodeURIComponent(text),
  "by encodeURIComponent, in small letters": (text) =>
    encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  "as a form": (text) => new URLSearchParams([["", text]]).toString().slice(1),
  "with every byte as %": (text) => percentBytes(text),
  "with some characters as %": mixed(percentBytes, encodeURIComponent),
  "with every byte as % twice": (text) => encodeURIComponent(percentBytes(text)),
  "in JSON": inJson,
  "in JSON with \\/": (text) => inJson(text).replaceAll("/", "\\/"),
  "in JSON in JSON": (text) => inJson(inJson(text)),
  "with every character as \\u": (text) =>
    codeUnits(text)
      .map((code) => `\\u${code}`)
      .join(""),
  "with every character as \\u in capitals": (text) =>
    codeUnits(text)
      .map((code) => `\\u${code.toUpperCase()}`)
      .join(""),
  "with some characters as \\u": mixed(
    (character) =>
      codeUnits(character)
        .map((code) => `\\u${code}`)
        .join(""),
    inJson,
  ),
  "with every byte as \\x": (text) => hexOf(text).replace(/../g, "\\x$&"),
  "with % in JSON": (text) => inJson(encodeURIComponent(text)),
  "with JSON in %": (text) => encodeURIComponent(inJson(text)),
  "as HTML": (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  "with every character as HTML": (text) =>
    [...text].map((character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(""),
  "as a header in Latin-1": (text) => Buffer.from(text).toString("latin1"),
  "in hex": hexOf,
  "in hex in capitals": (text) => hexOf(text).toUpperCase(),
  "in hex with colons": (text) => hexOf(text).replace(/..(?!$)/g, "$&:"),
  "in hex with spaces": (text) => hexOf(text).replace(/..(?!$)/g, "$& "),
  "in base64 in lines": (text) =>
    Buffer.from(text)
      .toString("base64")
      .replace(/[^=]{8}(?=[^=]{5})/g, "$&\r\n")
      .replaceAll("=", ""),
};

/** Fewer where the machine is slow, as this runs with all other tests. */
const RUNS = { numRuns: runs(300) };

describe.each(Object.entries(ENCODINGS))("%s", (name, encode) => {
  test("a secret is removed completely, and nothing else is", () => {
    fc.assert(
      fc.property(secretText, neutral, neutral, fc.infiniteStream(fc.boolean()), (secret, before, after, choices) => {
        // Characters with several spellings are found in each of them; which one it was cannot be told from the text.
        fc.pre(!(before + after).includes(secret) && !`${before.at(-1)}${after}`.includes(secret.slice(0, 1)));
        fc.pre(!before.includes(secret.slice(-1)));
        const hidden = createHide([secret], MASK)(before + encode(secret, () => choices.next().value) + after);
        expect(hidden.startsWith(before), name).toBe(true);
        expect(hidden.endsWith(after), name).toBe(true);
        expect(hidden.slice(before.length, hidden.length - after.length)).toMatch(/^(?:<secret>)+$/);
      }),
      RUNS,
    );
  });
});

describe.each(["base64", "base64url"] as const)("%s", (encoding) => {
  test("at any place no character is left that holds a bit of the secret", () => {
    const bytes = fc.uint8Array({ maxLength: 10 });
    fc.assert(
      fc.property(secretText, bytes, bytes, neutral, (secret, before, after, around) => {
        const all = Buffer.concat([before, Buffer.from(secret), after]);
        fc.pre(all.indexOf(secret) === before.length && all.lastIndexOf(secret) === before.length);
        const encoded = all.toString(encoding);
        const first = Math.floor((before.length * 8) / 6);
        const end = Math.ceil(((all.length - after.length) * 8) / 6);
        const hidden = createHide([secret], MASK)(around + encoded + around);
        // What stands before may happen to encode to the same; then more is gone.
        const expected = around + encoded.slice(0, first) + MASK + encoded.slice(end) + around;
        if (hidden !== expected) expect(hidden.length).toBeLessThan(expected.length);
      }),
      RUNS,
    );
  });
});

test("a secret is removed from any surrounding text", () => {
  fc.assert(
    fc.property(secretText, anyText(), anyText(), (secret, before, after) => {
      const hide = createHide([secret], MASK);
      for (const form of [secret, hexOf(secret), percentBytes(secret), inJson(secret)]) {
        const [start, ...rest] = hide(`${before}${form}${after}`).split(MASK);
        expect([start, ...rest].some((part) => part?.includes(form))).toBe(false);
      }
    }),
    RUNS,
  );
});

test("non-ASCII letters are found in lower and upper case", () => {
  const hide = createHide(["Müller7Ö"], MASK);
  for (const text of ["müller7ö", "MÜLLER7Ö", "MÜLLER7Ö".normalize("NFD"), encodeURIComponent("MÜLLER7Ö")]) {
    expect(hide(`a ${text} b`)).toBe("a <secret> b");
  }
});

test("a text without the secret stays as it is", () => {
  const hide = createHide(["hunter2hunter2", "äöüäöü"], MASK);
  fc.assert(fc.property(anyText(), (text) => hide(text) === text));
});

test("of several secrets all are hidden, also those that overlap", () => {
  const hide = createHide(["abcdefgh", "efghijkl", "cdefgh"], MASK);
  expect(hide("xabcdefghijkly cdefgh")).toBe("x<secret>y <secret>");
});

test("time grows with the text, whatever it repeats", () => {
  const hide = createHide([`${"a".repeat(60)}b`, "%41%41%41%41", "\\".repeat(20), "&#38;&#38;", "AAAAAAAA"], MASK);
  const more = ["%", "&", "\\", "61", "aaaa\n", "%25", "61:", "a"];
  for (const part of ["%41", "\\u0041", "&#38;", "QUFB", ...(IS_LONG ? more : [])]) {
    const text = (length: number) => part.repeat(Math.ceil(length / part.length));
    expect(
      growthOf((length) => hide(text(length)), { most: 2 ** 12 }),
      part,
    ).toBeLessThan(LINEAR);
  }
});
