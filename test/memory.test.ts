import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test.each(["--semi-space-growth-factor=1", "--heap-growing-percent=60", "--no-allocation-site-pretenuring"])(
  "the engine knows the flag %s: an unknown one would be reported on standard error",
  (flag) => {
    const script = `require("node:v8").setFlagsFromString("${flag}")`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  },
);
