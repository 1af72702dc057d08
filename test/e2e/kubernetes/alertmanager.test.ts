import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { textOf } from "../../../tools/repository.ts";
import { parseManifests } from "../../kubernetes/manifests.ts";
import { type Labels, pages, replay, startAlertmanager } from "../../support/alertmanager.ts";
import { findServer, run, tempFolder } from "../../support/servers.ts";
import { schemaProblems } from "./schema.ts";

/** The values of kube-prometheus-stack in a real Alertmanager. schema.test.ts looks at the AlertmanagerConfig. */

const isInstalled =
  findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined &&
  findServer("amtool", "apt-get install prometheus-alertmanager") !== undefined;

const values = z
  .object({ alertmanager: z.object({ config: z.looseObject({ templates: z.array(z.string()) }) }) })
  .parse(parse(textOf("kubernetes/kube-prometheus-stack/values.yaml")));
const config = stringify(values.alertmanager.config);

const node = (target: string, severity: string): Labels => ({
  ...{ alertname: "P2PNodeHeadLagging", severity, namespace: "nodes", chain: "wire", network: "mainnet", target },
  ...{ job: "peer-exporter", instance: `${target}:10900` },
});

describe.skipIf(!isInstalled)("values of kube-prometheus-stack", () => {
  const file = join(tempFolder(), "alertmanager.yml");
  writeFileSync(file, config);

  test("amtool takes them", async () => {
    const { code, output } = await run("amtool", ["check-config", file]);
    expect(code, output).toBe(0);
  });

  test.each([
    [["alertname=Watchdog", "severity=none"], "null"],
    [["alertname=KubeNodeNotReady", "severity=critical"], "null"],
    [["alertname=P2PNodeDown", "severity=critical"], "on-call"],
    [["alertname=PeerExporterEventLoopSlow", "severity=warning"], "team"],
    [["alertname=P2PNodeNoInboundPeers", "severity=info"], "none"],
  ])("%s goes to %s", async (labels, receiver) => {
    const { stdout } = await run("amtool", ["config", "routes", "test", `--config.file=${file}`, ...labels]);
    expect(stdout.trim()).toBe(receiver);
  });

  test("a node's critical alert leaves the warnings of the others in its namespace", async () => {
    const alertmanager = await startAlertmanager(config);
    const firing = [node("n1", "critical"), node("n1", "warning"), node("n2", "warning")];
    await replay(alertmanager, [firing, firing]);
    const { notifications } = alertmanager;
    await alertmanager.stop();
    expect(pages(notifications)).toEqual(["on-call P2PNodeHeadLagging", "team P2PNodeHeadLagging"]);
    const toTeam = notifications.find(({ receiver }) => receiver === "team");
    expect(toTeam?.alerts.map(({ labels }) => labels.target)).toEqual(["n2"]);
  });
});

test("a planted operator in a matcher of the AlertmanagerConfig is found", async () => {
  const text = textOf("kubernetes/components/alertmanager/alertmanagerconfig.yaml");
  const [manifest] = parseManifests(text.replace('matchType: "=~"', 'matchType: "~="'));
  if (manifest === undefined) throw new Error("no manifest");
  expect((await schemaProblems(manifest)).join("\n")).toMatch(/matchType/);
});
