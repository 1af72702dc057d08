import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import * as z from "zod";
import { textOf } from "../../tools/repository.ts";
import { freePort, requireProgram, startProcess, tempFolder, waitFor } from "./servers.ts";
import { type Notification, startWebhook } from "./webhook.ts";

/** The example configuration in a real Alertmanager, faster than in production. */

export type Labels = Readonly<Record<string, string>>;

export type Alertmanager = {
  /** host:port, for Prometheus. */
  readonly address: string;
  /** In the order of arrival. */
  readonly notifications: readonly Notification[];
  /** Posts alerts as Prometheus does: those fire for some more evaluations. */
  fire(alerts: readonly Labels[]): Promise<void>;
  /** Posts alerts that have ended. */
  end(alerts: readonly Labels[]): Promise<void>;
  stop(): Promise<void>;
};

/** How many times faster. Half a second is left of a group_wait of 30 s, and five of a group_interval of five minutes. */
export const HURRY = 60;

/** A minute in production. */
export const MINUTE_MS = 60_000 / HURRY;

const configSchema = z.looseObject({ route: z.unknown(), receivers: z.array(z.looseObject({ name: z.string() })) });

export type ConfigOptions = {
  /** Kinds of receivers that are not replaced by the webhook. */
  readonly keeps?: readonly string[];
};

/** With shorter times, and with the receivers that send something replaced by a webhook. */
function hurriedConfig(text: string, webhook: string, { keeps = [] }: ConfigOptions): string {
  const { receivers, ...config } = configSchema.parse(parse(text));
  const replaced = receivers.map(({ name, ...configs }) =>
    Object.keys(configs).every((key) => keeps.includes(key))
      ? { name, ...configs }
      : { name, webhook_configs: [{ url: webhook, send_resolved: true }] },
  );
  // JSON is YAML.
  return JSON.stringify({ ...config, receivers: replaced }, (key, value) =>
    /^(?:group_wait|group_interval|repeat_interval)$/.test(key) ? `${milliseconds(value) / HURRY}ms` : value,
  );
}

/** A file of prometheus/ whose alerts wait less: the ranges of their expressions stay as they are. */
export function hurriedRules(name: "alerts.yaml" | "rules.yaml"): string {
  return textOf(`prometheus/${name}`).replaceAll(
    /^(\s+(?:for|keep_firing_for): )(\d+[smh])$/gm,
    (_, key: string, duration: string) => `${key}${milliseconds(duration) / HURRY}ms`,
  );
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

function milliseconds(duration: unknown): number {
  const [, count, unit = ""] = /^(\d+)([smh])$/.exec(String(duration)) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new Error(`not a duration: ${duration}`);
  return Number(count) * factor;
}

/** Debian's Alertmanager with prometheus/alertmanager.yml, or another text of that form. */
export async function startAlertmanager(
  text = textOf("prometheus/alertmanager.yml"),
  options: ConfigOptions = {},
): Promise<Alertmanager> {
  const webhook = await startWebhook();
  const folder = tempFolder();
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, hurriedConfig(text, webhook.url, options));
  const address = `127.0.0.1:${await freePort()}`;
  const program = await startProcess(requireProgram("prometheus-alertmanager"), [
    `--config.file=${file}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=${address}`,
    "--cluster.listen-address=",
    "--log.level=warn",
  ]);
  await waitFor(async () => (await fetch(`http://${address}/-/ready`)).ok, "Alertmanager to be ready", {
    timeoutMs: 60_000,
    program,
  });

  async function post(alerts: readonly Labels[], endsInMs: number): Promise<void> {
    if (alerts.length === 0) return;
    const endsAt = new Date(Date.now() + endsInMs).toISOString();
    const response = await fetch(`http://${address}/api/v2/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alerts.map((labels) => ({ labels, annotations: annotationsOf(labels), endsAt }))),
    });
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status}: ${await response.text()}`);
  }

  return {
    address,
    notifications: webhook.notifications,
    fire: (alerts) => post(alerts, 4 * MINUTE_MS),
    end: (alerts) => post(alerts, 0),
    async stop() {
      await program.stop();
      webhook.close();
    },
  };
}

const annotationsOf = ({ target }: Labels) => ({
  summary: "The summary.",
  description: `About ${target ?? "a fleet"}.`,
  runbook_url: "http://runbook/",
  dashboard_url: "http://dashboard/",
});

/** What fires in each minute, one after the other. Ends with the last of these minutes. */
export async function replay(alertmanager: Alertmanager, minutes: readonly (readonly Labels[])[]): Promise<void> {
  const start = performance.now();
  let before = new Map<string, Labels>();
  for (const [index, firing] of minutes.entries()) {
    const now = new Map(firing.map((labels) => [JSON.stringify(labels), labels]));
    const ended = [...before].filter(([key]) => !now.has(key)).map(([, labels]) => labels);
    await Promise.all([alertmanager.fire(firing), alertmanager.end(ended)]);
    before = now;
    await sleep(start + (index + 1) * MINUTE_MS - performance.now());
  }
}

/** Of those that tell of trouble, not of its end: `on-call P2PNodeDown` for each, sorted. */
export function pages(notifications: readonly Notification[]): readonly string[] {
  return notifications
    .filter(({ status }) => status === "firing")
    .map(({ receiver, groupLabels }) => `${receiver} ${groupLabels.alertname}`)
    .sort();
}
