import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNodeFlag } from "../../src/config/node-flag.ts";

describe("parseNodeFlag", () => {
  test.each([
    ["monero-1=monero+http://127.0.0.1:18081", { name: "monero-1", chain: "monero", url: "http://127.0.0.1:18081" }],
    ["a=wire+https://h/x?k=v+w=z", { name: "a", chain: "wire", url: "https://h/x?k=v+w=z" }],
    ["a=chainweb+unix:/run/a.sock", { name: "a", chain: "chainweb", url: "unix:/run/a.sock" }],
    // What is wrong with the parts is found where the parts of a file are checked, so that all is listed at once.
    ["a b=solana+ftp", { name: "a b", chain: "solana", url: "ftp" }],
  ])("%s", (text, node) => {
    expect(parseNodeFlag(text)).toEqual(node);
  });

  test.each([
    ...["", "=", "a", "a=", "a=wire", "a=wire+", "=wire+http://h", "a=+http://h", "a=http://h", "a=WIRE+http://h"],
    ...["wire+http://h", "a = wire+http://h", "http://user:s3cret@h/?a=wire+http://h", "wire+http://s3cret@h?a=wire+x"],
  ])("%j is not valid, and the error does not repeat it", (text) => {
    expect(() => parseNodeFlag(text)).toThrow(
      new Error("expected NAME=CHAIN+URL, for example monero-1=monero+http://127.0.0.1:18081"),
    );
  });

  test("puts back together what it took apart", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,3}=[a-z]{1,3}\+[a-z=+:/]*$/)), (text) => {
        try {
          const { name, chain, url } = parseNodeFlag(text);
          expect(`${name}=${chain}+${url}`).toBe(text);
        } catch (error) {
          expect(String(error)).toContain("expected NAME=CHAIN+URL");
        }
      }),
    );
  });
});
