import { describe, expect, test } from "vitest";
import { altNamesOf } from "../../src/lib/certificates.ts";

describe("altNamesOf", () => {
  test.each<[string, readonly string[]]>([
    ["DNS:a.example, IP Address:192.0.2.1", ["a.example", "192.0.2.1"]],
    ['DNS:"a, DNS:b", URI:urn:c', ["a, DNS:b", "urn:c"]],
    ["DirName:x, DNS:a", ["a"]],
    ["othername:<unsupported>, DNS:a", ["a"]],
    ['DNS:"broken\\x", DNS:a', []],
    ['DNS:a"b', []],
    ["", []],
  ])("%s", (text, names) => {
    expect(altNamesOf(text).map(({ name }) => name)).toEqual(names);
  });
});
