import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findServer, type RunningProgram, startProcess, waitFor } from "../support/servers.ts";
import { type ReceivedAlert, startWebhook, type Webhook } from "../support/webhook.ts";

const isInstalled =
  findServer("prometheus", "apt-get install prometheus") !== undefined &&
  findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const SCRIPT = fileURLToPath(new URL("../../scripts/demo-stack.mjs", import.meta.url));

describe.skipIf(!isInstalled)("the demo with Prometheus and Alertmanager", () => {
  let webhook: Webhook;
  let stack: RunningProgram;

  beforeAll(async () => {
    webhook = await startWebhook();
    stack = await startProcess(process.execPath, [SCRIPT, `--webhook=${webhook.url}`]);
    await waitFor(() => stack.output().includes("Stop with Ctrl-C"), "the stack to run", 60_000, stack);
  });

  afterAll(async () => {
    await stack?.stop();
    webhook?.close();
  });

  const received = (alertname: string, target: string, status: ReceivedAlert["status"], timeoutMs: number) =>
    waitFor(
      () =>
        webhook.alerts.find(
          (alert) => alert.status === status && alert.labels.alertname === alertname && alert.labels.target === target,
        ),
      `${alertname} of ${target} ${status}`,
      timeoutMs,
      stack,
    );

  test("prints where everything is", () => {
    expect(stack.output()).toMatch(/peer-exporter +http:.*\nPrometheus +http:.*\nAlertmanager +http:/);
  });

  test("the node that goes down leads to P2PNodeDown with its labels, and to its resolution", async () => {
    const target = "monero-4-restarting";
    const { labels, annotations } = await received("P2PNodeDown", target, "firing", 90_000);
    expect(labels).toMatchObject({ chain: "monero", job: "peer-exporter", simulated: "true" });
    expect(labels.severity).toBeDefined();
    expect(annotations.description).toContain(target);
    expect(annotations.runbook_url).toMatch(/P2PNodeDown\.md$/);
    await received("P2PNodeDown", target, "resolved", 120_000);
  }, 220_000);

  test("the node that lags leads to P2PNodeHeadLagging, and to its resolution", async () => {
    const target = "wire-2-lagging";
    const { labels, annotations } = await received("P2PNodeHeadLagging", target, "firing", 120_000);
    expect(labels).toMatchObject({ chain: "wire" });
    expect(annotations.description).toContain(target);
    await received("P2PNodeHeadLagging", target, "resolved", 150_000);
  }, 280_000);

  test("healthy nodes give no alert that pages", () => {
    const paging = webhook.alerts.filter(({ labels }) => labels.severity === "critical");
    const targets = new Set(paging.map(({ labels }) => labels.target));
    for (const healthy of ["wire-1", "wire-3", "monero-1", "kadena-1"]) expect([...targets]).not.toContain(healthy);
  });
});
