import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../tools/mixin/render.ts";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { findServer, run, tempFolder } from "../../support/servers.ts";
import { jsonnet } from "./support.ts";

/** The README's examples are run as they stand. */

const promtool = findServer("promtool", "apt-get install prometheus");

const blocks = [...textOf("mixin/README.md").matchAll(/^```jsonnet\n\/\/ (.+)\n([\s\S]+?)^```/gm)].map(
  ([, name = "", code = ""]) => ({ name, code }),
);
const changes = blocks.filter(({ name }) => name.startsWith("config: "));

describe.skipIf(jsonnet === undefined)("the README of the mixin", () => {
  test.skipIf(promtool === undefined)("writes rules that promtool takes, and dashboards", async () => {
    const folder = tempFolder();
    const vendored = join(folder, "vendor/github.com/peer-exporter/peer-exporter");
    mkdirSync(dirname(vendored), { recursive: true });
    symlinkSync(ROOT, vendored);
    const code = blocks.find(({ name }) => name === "monitoring.jsonnet")?.code ?? "";
    writeFileSync(join(folder, "monitoring.jsonnet"), code);
    const args = ["-J", "vendor", "-m", ".", "monitoring.jsonnet"];
    expect(textOf("mixin/README.md")).toContain(
      `\njsonnet ${args.join(" ")}\npromtool check rules alerts.yaml rules.yaml\n`,
    );
    const made = await run("jsonnet", args, { cwd: folder });
    expect(made.code, made.output).toBe(0);
    const dashboards = readdirSync(`${ROOT}grafana/dashboards`);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(dashboards));
    for (const name of dashboards) {
      expect(JSON.parse(readFileSync(join(folder, name), "utf8"))).toEqual(
        JSON.parse(textOf(`grafana/dashboards/${name}`)),
      );
    }
    const checked = await run(promtool ?? "", ["check", "rules", "alerts.yaml", "rules.yaml"], { cwd: folder });
    expect(checked.code, checked.output).toBe(0);
    expect(readFileSync(join(folder, "alerts.yaml"), "utf8")).toContain(
      "https://grafana.example.com/d/peer-exporter-node",
    );
  });

  test("has changes that the mixin takes, each alone and all together", () => {
    expect(changes.length).toBeGreaterThan(5);
    const all = changes.map(({ code }) => `(${code})`).join(" + ");
    const names = "[rule.alert for group in mixin.prometheusAlerts.groups for rule in group.rules]";
    for (const { code } of [...changes, { code: all }]) {
      const alerts = evaluate([
        "-J",
        ROOT,
        "-e",
        `local mixin = (import 'mixin/mixin.libsonnet') + (${code}); ${names}`,
      ]);
      expect(alerts).toContain("P2PNodeDown");
      expect(String(alerts).includes("ProducerFewPeers")).toBe(code.includes("ProducerFewPeers"));
      expect(String(alerts).includes("P2PNodeNoInboundPeers")).toBe(!code.includes("P2PNodeNoInboundPeers"));
    }
  });
});
