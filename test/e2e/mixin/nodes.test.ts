import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ROOT } from "../../../tools/repository.ts";
import { findServer, run } from "../../support/servers.ts";

const jsonnet = findServer("jsonnet", "apt-get install jsonnet");

const rules = z.array(
  z.object({
    expr: z.string(),
    for: z.string(),
    keep_firing_for: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.object({ summary: z.string(), description: z.string() }),
  }),
);

/** The rules of an alert, with jsonnet that is added to `_config`. */
async function rulesOf(name: string, changes: string) {
  const mixin = `(import '${join(ROOT, "mixin/mixin.libsonnet")}') { _config+:: ${changes} }`;
  const program = `[rule for rule in (${mixin}).prometheusAlerts.groups[0].rules if rule.alert == '${name}']`;
  const { code, output } = await run("jsonnet", ["-e", program]);
  expect(code, output).toBe(0);
  return rules.parse(JSON.parse(output));
}

describe.skipIf(jsonnet === undefined)("P2PNodeDown", () => {
  test("is critical after the time that a further chain gets, and the rule of all others leaves it out", async () => {
    const found = await rulesOf("P2PNodeDown", "{ thresholds+: { nodeDown+: { critical+: { solana: '7m' } } } }");
    const ofSolana = found.filter(({ labels }) => labels.chain === "solana");
    expect(ofSolana.map(({ for: wait, keep_firing_for }) => [wait, keep_firing_for])).toEqual([["7m", "5m"]]);
    expect(ofSolana[0]?.expr).toMatch(/^p2p_node_up\{chain="solana"\} == 0\n/);
    expect(found.at(-1)?.expr).toMatch(/^p2p_node_up\{chain!~"antelope\|[a-z|]*\|solana\|wire[a-z|]*"\} == 0\n/);
    expect(found.at(-1)?.labels).toEqual({ severity: "critical" });
  });

  test("has one time for all chains where `rules` says so", async () => {
    const found = await rulesOf("P2PNodeDown", "{ rules: { P2PNodeDown: { critical: { 'for': '1h' } } } }");
    const waits = found.map(({ labels, for: wait }) => `${labels.severity} ${wait}`);
    expect([...new Set(waits)]).toEqual(["warning 5m", "critical 1h"]);
  });

  test("looks for the reason in its own cluster, and links to the advice of the configuration", async () => {
    const [rule] = await rulesOf("P2PNodeDown", "{ clusterLabel: 'site', adviceUrl: 'https://wiki.example/peers' }");
    expect(rule?.annotations.summary).toContain("{site=%q,job=%q,instance=%q,target=%q,api=");
    expect(rule?.annotations.summary).toContain("$labels.site $labels.job $labels.instance $labels.target");
    expect(rule?.annotations.description).toContain(
      ' https://wiki.example/peers#{{ . | first | label "reason" }} has more',
    );
  });

  test("has rules for all chains, where none has a time of its own", async () => {
    const changes = "{ thresholds+: { nodeDown+: { critical: { others: '9m' }, keepFiring: { others: '5m' } } } }";
    const found = await rulesOf("P2PNodeDown", changes);
    expect(found.map(({ expr, for: wait }) => [expr.split(" ")[0], wait])).toEqual([
      ["p2p_node_up", "5m"],
      ["p2p_node_up{}", "9m"],
    ]);
  });
});

test.skipIf(jsonnet === undefined)("numbers of the configuration are in the texts of the alerts", async () => {
  const changes = `{ thresholds+: {
    certificateDays+: { critical: 4 },
    moneroDisk+: { freeGibibytes+: { warning: 50 }, range: '6h' },
  } }`;
  const certificate = await rulesOf("P2PNodeCertificateExpiring", changes);
  expect(certificate.map(({ annotations: { summary } }) => /\d+ days/.exec(summary)?.[0])).toEqual([
    "14 days",
    "4 days",
  ]);
  const [disk] = await rulesOf("P2PMoneroDiskFilling", changes);
  expect(disk?.expr).toContain("p2p_monero_free_space_bytes < 50 * 2^30");
  expect(disk?.annotations.description).toContain(
    "less than 50 GiB, or the disk will be full within 72 hours at the rate of the last 6h.",
  );
});
