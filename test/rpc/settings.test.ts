import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePin } from "../../src/rpc/settings.ts";

const HEX = "54d2f9f6f3e7b1c0a9988776655443322110ffeeddccbbaa99887766554433ab";
const BYTES = Buffer.from(HEX, "hex");

describe("parsePin", () => {
  it.each([
    ["a chainweb peer id", BYTES.toString("base64url")],
    ["a peer id with its padding", `${BYTES.toString("base64url")}=`],
    ["lower-case hex", HEX],
    ["upper-case hex", HEX.toUpperCase()],
    ["hex with colons, as openssl prints it", HEX.toUpperCase().replace(/..(?=.)/g, "$&:")],
  ])("reads %s", (_, text) => {
    expect(parsePin(text)).toEqual(BYTES);
  });

  it("reads any SHA-256 in every form", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const hash = Buffer.from(bytes);
        for (const form of ["base64url", "hex"] as const) expect(parsePin(hash.toString(form))).toEqual(hash);
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["42 characters", "A".repeat(42)],
    ["44 characters", "A".repeat(44)],
    ["base64 with + and /", `${"A".repeat(41)}+/`],
    ["a SHA-1", "ab".repeat(20)],
    ["a SHA-512", "ab".repeat(64)],
    ["a blank before it", ` ${HEX}`],
    ["a line end behind it", `${HEX}\n`],
    ["its name before it", `SHA256:${HEX}`],
    ["letters that are no hex", "xy".repeat(32)],
  ])("refuses %s", (_, text) => {
    expect(parsePin(text)).toBeUndefined();
  });
});
