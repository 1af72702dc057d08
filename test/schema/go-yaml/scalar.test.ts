import { describe, expect, test } from "vitest";
import { resolveScalar } from "../../../src/schema/go-yaml/scalar.ts";

const plain = (text: string, tag?: string) => resolveScalar({ text, isPlain: true, tag });
const tagged = (text: string, name: string) => plain(text, `tag:yaml.org,2002:${name}`);

describe("a plain scalar is what go-yaml v2 makes of it:", () => {
  test.each(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"])("%s is true", (text) => {
    expect(plain(text)).toEqual({ kind: "bool", value: true });
  });

  test.each(["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"])("%s is false", (text) => {
    expect(plain(text)).toEqual({ kind: "bool", value: false });
  });

  test.each(["", "~", "null", "Null", "NULL"])("%j is nothing", (text) => {
    expect(plain(text)).toEqual({ kind: "null" });
  });

  test.each([
    "yEs",
    "tRUE",
    "nUll",
    "1:30",
    "_1",
    "0x",
    "0b2",
    ".",
    "..",
    "1 000",
    "=",
    "<<",
    "nan",
    "1s",
    "1e400",
    "+.nan",
    "١",
  ])("%j is a text", (text) => {
    expect(plain(text)).toEqual({ kind: "text", text });
  });

  test.each<[string, bigint]>([
    ["0", 0n],
    ["-5", -5n],
    ["+5", 5n],
    ["017", 15n],
    ["0o17", 15n],
    ["0X1f", 31n],
    ["-0x10", -16n],
    ["0b11", 3n],
    ["1_000", 1000n],
    ["0x_1f", 31n],
    ["18446744073709551615", 18446744073709551615n],
    ["-9223372036854775808", -9223372036854775808n],
  ])("%s is the whole number %d", (text, value) => {
    expect(plain(text)).toEqual({ kind: "int", value });
  });

  test.each<[string, number]>([
    ["1.5", 1.5],
    ["5.", 5],
    [".5", 0.5],
    [".5_0", 0.5],
    ["1e3", 1000],
    ["-2E+05", -200_000],
    ["09", 9],
    ["18446744073709551616", 2 ** 64],
    [".inf", Number.POSITIVE_INFINITY],
    ["-.INF", Number.NEGATIVE_INFINITY],
    [".NaN", Number.NaN],
  ])("%s is the number %d", (text, value) => {
    expect(plain(text)).toEqual({ kind: "float", value });
  });

  test.each(["2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00"])("%s is a time", (text) => {
    expect(plain(text)).toEqual({ kind: "time" });
  });
});

describe("a tag or quotes decide:", () => {
  test("quotes make a text, and so do unknown tags", () => {
    expect(resolveScalar({ text: "yes", isPlain: false, tag: undefined })).toEqual({ kind: "text", text: "yes" });
    expect(plain("5", "!")).toEqual({ kind: "text", text: "5" });
    expect(plain("5", "!mine")).toEqual({ kind: "text", text: "5" });
    expect(tagged("5", "str")).toEqual({ kind: "text", text: "5" });
  });

  test("a tag that fits reads the text, also between quotes", () => {
    expect(resolveScalar({ text: "5", isPlain: false, tag: "tag:yaml.org,2002:int" })).toEqual({
      kind: "int",
      value: 5n,
    });
    expect(tagged("5", "float")).toEqual({ kind: "float", value: 5 });
    expect(tagged("on", "bool")).toEqual({ kind: "bool", value: true });
    expect(tagged("", "null")).toEqual({ kind: "null" });
    expect(tagged("Ym9i", "binary")).toEqual({ kind: "text", text: "bob" });
  });

  test.each([
    ["x", "int"],
    ["1.5", "int"],
    ["x", "bool"],
    ["x", "null"],
    ["x", "timestamp"],
    ["%", "binary"],
    ["/w==", "binary"],
  ])("%j is not of the tag %s", (text, name) => {
    expect(tagged(text, name)).toMatchObject({ kind: "broken" });
  });
});

test("a number of any length is read quickly", () => {
  expect(plain("1".repeat(200_000))).toMatchObject({ kind: "text" });
});
