import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { engineFlags } from "../../src/app/memory-flags.ts";

test.each([1, 6].flatMap((count) => engineFlags(count, process.versions.v8)))(
  "the engine knows the flag %s: an unknown one would be reported on standard error",
  (flag) => {
    const script = `require("node:v8").setFlagsFromString("${flag}")`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  },
);

test("Node 20 and later versions have different flags for the same purpose", () => {
  expect(engineFlags(1, "11.3.244.8-node.38")).toContain("--interrupt-budget=1486848");
  const later = engineFlags(1, "12.4.254.21-node.33");
  expect(later).toEqual(
    expect.arrayContaining(["--invocation-count-for-maglev=8800", "--invocation-count-for-turbofan=66000"]),
  );
  expect(later.join(" ")).not.toContain("interrupt-budget");
});

test("only a sidecar runs without the optimizing compiler, and a fleet that grows by a reload gets it back", () => {
  expect(engineFlags(5, "12.4")).toEqual(expect.arrayContaining(["--no-opt"]));
  expect(engineFlags(6, "12.4")).toContain("--opt");
});

test("a large fleet gets only the flags that every fleet gets", () => {
  expect(engineFlags(51, "12.4")).toEqual(["--no-allocation-site-pretenuring", "--heap-growing-percent=60", "--opt"]);
});
