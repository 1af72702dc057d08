import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { findServer, run, tempFolder } from "../support/servers.ts";

/** The servers of compose.yaml, asked what they think of the files and flags that it gives them. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const promtool = findServer("promtool", "apt-get install prometheus");
const amtool = findServer("amtool", "apt-get install prometheus-alertmanager");

const { services } = z
  .object({
    services: z.record(
      z.string(),
      z.object({ command: z.array(z.string()).default([]), volumes: z.array(z.string()).default([]) }),
    ),
  })
  .parse(parse(readFileSync(join(ROOT, "compose.yaml"), "utf8")));

/** A folder with the files of a service, where its container has them. */
function filesOf(name: string): string {
  const root = tempFolder();
  for (const volume of services[name]?.volumes ?? []) {
    const [from = "", to = ""] = volume.split(":");
    if (!from.startsWith("./")) continue;
    mkdirSync(join(root, dirname(to)), { recursive: true });
    cpSync(join(ROOT, from), join(root, to), { recursive: true });
  }
  return root;
}

function configOf(name: string): string {
  const flag = services[name]?.command.find((word) => word.startsWith("--config.file=")) ?? "";
  return join(filesOf(name), flag.slice("--config.file=".length));
}

/** Flags that the program does not list in its help. */
async function unknownFlags(name: string, program: string): Promise<readonly string[]> {
  const { output } = await run(program, ["--help"]);
  const flags = services[name]?.command.map((word) => word.split("=")[0] ?? "") ?? [];
  expect(flags.length).toBeGreaterThan(0);
  return flags.filter((flag) => !new RegExp(`${flag.replaceAll(".", "\\.")}\\b`).test(output));
}

describe.skipIf(promtool === undefined)("prometheus", () => {
  test("finds configuration and rules", async () => {
    const { code, output } = await run("promtool", ["check", "config", configOf("prometheus")]);
    expect(code, output).toBe(0);
    expect(output).toContain("SUCCESS: 2 rule files found");
  });

  test("knows its flags", async () => {
    expect(await unknownFlags("prometheus", "prometheus")).toEqual([]);
  });
});

describe.skipIf(amtool === undefined)("alertmanager", () => {
  test("finds its configuration", async () => {
    const { code, output } = await run("amtool", ["check-config", configOf("alertmanager")]);
    expect(code, output).toBe(0);
  });

  test("knows its flags", async () => {
    expect(await unknownFlags("alertmanager", "prometheus-alertmanager")).toEqual([]);
  });
});
