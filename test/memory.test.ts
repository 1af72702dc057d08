import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("the engine knows the flag that keeps memory small: an unknown one would be reported on standard error", () => {
  const script = `require("node:v8").setFlagsFromString("--semi-space-growth-factor=1")`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
