import { describe, expect, test } from "vitest";
import { refusalOfOldNode } from "../../src/lib/node-runtime.ts";

describe("refusalOfOldNode", () => {
  test.each(["20.20.2", "22.0.0", "24.22.3", "100.0.0"])("accepts %s", (version) => {
    expect(refusalOfOldNode(version)).toBeUndefined();
  });

  test.each(["18.20.8", "16.0.0", "8.17.0"])("says what to do with %s", (version) => {
    expect(refusalOfOldNode(version)).toBe(
      `peer-exporter: expected Node.js 20.20, 22 or newer, found ${version}: install a newer Node.js, or the Debian package or the executable of peer-exporter, which need no Node.js\n`,
    );
  });
});
