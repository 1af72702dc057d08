import { expect, test } from "vitest";
import { nameFor } from "../../../../src/cli/commands/discover/entry.ts";
import { nameField } from "../../../../src/config/schema.ts";

test.each([
  ["http://192.0.2.7:8888", true, "192.0.2.7"],
  ["http://192.0.2.7:8888", false, "192.0.2.7-wire"],
  ["http://[2001:db8::7]:8888", true, "2001:db8::7"],
  ["http://127.0.0.1:8888", true, "wire-1"],
  ["http://[::1]:8888", true, "wire-1"],
  ["http://localhost:8888", false, "wire-1"],
  ["unix:/run/node.sock", true, "wire-1"],
  [`http://${"a".repeat(60)}.example:8888`, false, `${"a".repeat(58)}-wire`],
])("a node at %s, alone there: %s", (url, isOnly, name) => {
  expect(nameFor({ url, chain: "wire" }, isOnly)).toBe(name);
  expect(nameField.safeParse(name).success).toBe(true);
});
