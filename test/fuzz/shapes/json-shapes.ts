import { joined, repeated } from "./bytes.ts";

/**
 * Values of JSON, or what looks like one at first, of one kind each and of any size: what costs a parser or its reader much is
 * mostly a great number of the same thing.
 */
export type Build = (units: number, salt: number) => Buffer;

export type Builds = Readonly<Record<string, Build>>;

/** One text in which this stands again and again. */
const text = (unit: string | Buffer): Build => around('"', unit, '"');

/** A text that never ends. */
const unclosed = (unit: string): Build => around('"', unit, "");

function around(open: string, unit: string | Buffer, close: string): Build {
  return (units) => Buffer.concat([Buffer.from(open), repeated(unit, units), Buffer.from(close)]);
}

/** A list of the same item. */
const items = (item: string): Build => around("[", `${item},`, `${item}]`);

/** A list of items that differ. */
function different(item: (index: number, salt: number) => string): Build {
  return (units, salt) => Buffer.from(`[${joined(units, (index) => item(index, salt))}]`, "latin1");
}

/** An object whose keys differ. */
function keys(key: (index: number, salt: number) => string, value = "0"): Build {
  return (units, salt) => Buffer.from(`{${joined(units, (index) => `"${key(index, salt)}":${value}`)}}`, "latin1");
}

const hex = (...bytes: readonly string[]): Buffer => Buffer.from(bytes.join(""), "hex");

const LONG = "0123456789abcdef".repeat(8);

export const TEXTS: Builds = {
  "text, plain": text("a"),
  "text, two bytes each": text("é"),
  "text, three bytes each": text("€"),
  "text, four bytes each": text("𝕏"),
  "text, escapes": text('\\n\\"\\\\\\/\\t'),
  "text, \\u escapes": text("\\u0041"),
  "text, \\u escapes of wide characters": text("\\u20ac"),
  "text, lone surrogates": text("\\ud800"),
  "text, pairs of surrogates": text("\\ud835\\udd4f"),
  "text, halves of pairs in the wrong order": text("\\udd4f\\ud835"),
  "text, control characters": text("\x01"),
  "text, control characters apart": text("a\x01"),
  "text, nul": text("\0"),
  "text, line breaks": text("\n"),
  "text, \\v": text("\\v"),
  "text, \\v apart": text("a\\v"),
  "text, \\v behind backslashes": text("\\\\\\v"),
  "text, backslashes": text("\\\\"),
  "text, escapes that are none": text("\\x"),
  "text, \\u escapes cut off": text("\\u00"),
  "text, no UTF-8": text(hex("ff")),
  "text, no UTF-8 apart": text(hex("61", "ff")),
  "text, UTF-8 cut off": text(hex("f09f92")),
  "text, surrogates in UTF-8": text(hex("eda080")),
  "text, overlong UTF-8": text(hex("c0af")),
  "text, of all kinds": text(Buffer.concat([Buffer.from('a\x01\\v\\u0041\\ud800é€𝕏\\"'), hex("ff")])),
  "text, never closed": unclosed("a"),
  "text, control characters, never closed": unclosed("\x01"),
  "text, backslashes, never closed": unclosed("\\\\"),
  "text, quotes, never closed": unclosed('\\"'),
  "text, \\v, never closed": unclosed("\\v"),
};

export const NUMBERS: Builds = {
  "numbers, 0": items("0"),
  "numbers, -0": items("-0"),
  "numbers, whole": different((index, salt) => String((index * 7919 + salt) % 2_000_000_000)),
  "numbers, large": different((index, salt) => String(9_007_199_254_740_000 + ((index + salt) % 5000))),
  "numbers, 1e-9": items("1e-9"),
  "numbers, fractions": different((index, salt) => `0.${index + salt}123456789012345`),
  "numbers, 30 digits": items("123456789012345678901234567890"),
  "numbers, 300 digits": items("7".repeat(300)),
  "numbers, beyond a double": items("1e400"),
  "numbers, whole ones and others": items("1,0.5,-7,1e9"),
  "number, endless digits": around("[", "7", "]"),
  "number, endless fraction": around("[0.", "3", "]"),
  "number, endless exponent": around("[1e", "0", "]"),
};

export const KEYS: Builds = {
  "keys, short": keys((index, salt) => (index + salt).toString(36)),
  "keys, long": keys((index, salt) => `${LONG}${index + salt}`),
  "keys, the same": (units) => around("{", '"a":0,', '"a":0}')(units, 0),
  "keys, empty": (units) => around("{", '"":0,', '"":0}')(units, 0),
  "keys, numbers": keys((index) => String(index)),
  "keys, numbers far apart": keys((index) => String((index * 40_503) % 4_294_967_291)),
  "keys, numbers that fall": keys((index) => String(4_294_967_290 - index * 3)),
  "keys, __proto__": (units) => around("{", '"__proto__":0,', '"__proto__":{"a":0}}')(units, 0),
  "keys, escapes": keys((index, salt) => `\\u0041${index + salt}`),
  "keys, control characters": keys((index, salt) => `\x01${index + salt}`),
  "keys, wide": (units, salt) => Buffer.from(`{${joined(units, (index) => `"€${index + salt}":0`)}}`),
  "keys, with objects": keys((index, salt) => (index + salt).toString(36), "{}"),
  "keys, of objects of their own": different((index, salt) => `{"${(index + salt).toString(36)}":0}`),
  "keys, two of objects of their own": different((index, salt) => `{"a${index + salt}":0,"b${index % 7}":"x"}`),
};

export const STRINGS: Builds = {
  "strings, empty": items('""'),
  "strings, short": items('"a"'),
  "strings, different": different((index, salt) => `"${(index + salt).toString(36)}"`),
  "strings, long": different((index, salt) => `"${LONG}${index + salt}"`),
  "strings, escapes": items('"\\u0041\\v"'),
  "strings, control characters": items('"\x01"'),
  "strings, wide": items('"€"'),
  "words, null": items("null"),
  "words, true and false": items("true,false"),
};

export const CONTAINERS: Builds = {
  "wide, lists": items("[]"),
  "wide, objects": items("{}"),
  "wide, pairs": items("[[],{}]"),
  "wide, lists of numbers": items("[0,0.5]"),
  "wide, as deep as may be": items(`${"[".repeat(60)}${"]".repeat(60)}`),
  "wide, objects as deep as may be": items(`${'{"a":'.repeat(30)}0${"}".repeat(30)}`),
  "deep, lists": (units) => Buffer.concat([repeated("[", units), repeated("]", units)]),
  "deep, objects": (units) => Buffer.concat([repeated('{"a":', units), Buffer.from("0"), repeated("}", units)]),
  "deep, by turns": (units) => Buffer.concat([repeated('[{"a":', units), Buffer.from("0"), repeated("}]", units)]),
  "deep, never closed": (units) => repeated("[", units),
  "deep, objects never closed": (units) => repeated('{"a":', units),
};

export const NO_JSON: Builds = {
  spaces: around("[", " ", "]"),
  "line breaks": around("[", "\r\n", "]"),
  "control characters": around("[", "\x01", "]"),
  commas: around("[", ",", "]"),
  colons: around("{", ":", "}"),
  "closed, never opened": (units) => repeated("]", units),
  "words cut off": items("nul"),
  markup: (units) => repeated("<a href=x>", units),
  "other text": (units) => repeated("All work and no play. ", units),
  nul: (units) => repeated("\0", units),
  "UTF-16": (units) => Buffer.concat([hex("fffe5b00"), repeated(hex("30002c00"), units), hex("30005d00")]),
  "byte order marks": (units) => repeated(hex("efbbbf"), units),
  "as if compressed": (units) => Buffer.concat([hex("1f8b0800"), repeated(hex("9f03a7"), units)]),
};

export const JSON_SHAPES: Builds = { ...TEXTS, ...NUMBERS, ...KEYS, ...STRINGS, ...CONTAINERS, ...NO_JSON };
