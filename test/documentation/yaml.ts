import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { isObject } from "../../src/lib/json.ts";
import { loadWebConfig } from "../../src/server/web-config/load.ts";
import { tempFolder } from "../support/servers.ts";

/** What a `yaml` block of a document is, by its keys, and whether it is good. */

export type YamlKind = "config" | "web-config" | "prometheus" | "rules" | "alertmanager" | "other";

const KEYS: Readonly<Record<Exclude<YamlKind, "other">, readonly string[]>> = {
  config: ["global", "connections", "lag", "probe", "nodes", "references"],
  "web-config": ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"],
  prometheus: ["global", "rule_files", "alerting", "scrape_configs", "remote_write", "storage"],
  rules: ["groups"],
  alertmanager: ["global", "route", "inhibit_rules", "receivers", "time_intervals"],
};

/** What `global` belongs to is told by the other keys; of several kinds the first. */
export function kindOf(text: string): YamlKind {
  const value = contentOf(text);
  const keys = isObject(value) ? Object.keys(value) : [];
  const kinds = (Object.keys(KEYS) as (keyof typeof KEYS)[]).filter((kind) =>
    keys.every((key) => KEYS[kind].includes(key)),
  );
  return keys.length === 0 ? "other" : (kinds[0] ?? "other");
}

/** @throws Error when it is no YAML */
export function contentOf(text: string): unknown {
  const [document] = parseAllDocuments(text);
  const [error] = document?.errors ?? [];
  if (error !== undefined) throw error;
  return document?.toJS();
}

/** Also the content of a cookie file. */
const SECRET = "0123456789abcdef:0123456789abcdef";

/**
 * Loads it as the program does. A fragment gets what it lacks; the variables that it names are set, and the files that it
 * names are there.
 */
export async function loadAsConfig(text: string): Promise<void> {
  const folder = tempFolder();
  writeFileSync(join(folder, "secret"), SECRET);
  const value = contentOf(text);
  const probe = isObject(value) && isObject(value.probe) ? value.probe : {};
  const isWhole = isObject(value) && ("nodes" in value || "modules" in probe);
  const whole = isWhole ? text : `${text}\nnodes: [{name: added, chain: monero, url: "http://127.0.0.1:18081"}]\n`;
  const file = join(folder, "config.yaml");
  const client = createSelfSignedCertificate({ commonName: "client" });
  const pem: Readonly<Record<string, string>> = { ca_file: client.cert, cert_file: client.cert, key_file: client.key };
  for (const [key, content] of Object.entries(pem)) writeFileSync(join(folder, key), content);
  const place = (key: string) => join(folder, key in pem ? key : "secret");
  const placed = whole.replaceAll(/\b(\w+_file): (?:"[^"]*"|[^\s,}]+)/g, (_, key: string) => `${key}: ${place(key)}`);
  writeFileSync(file, placed);
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name);
  await loadConfig({ file, env: Object.fromEntries(names.map((name) => [name, SECRET])) });
}

/** Without certificate and key, which a document's reader makes first. */
export async function loadAsWebConfig(text: string): Promise<void> {
  const file = join(tempFolder(), "web.yaml");
  writeFileSync(file, text);
  await loadWebConfig(file);
}

/** The parts that a fragment of Alertmanager's configuration lacks. */
export function wholeAlertmanager(text: string): string {
  const value = contentOf(text);
  const has = (key: string): boolean => isObject(value) && key in value;
  const receivers = new Set(["none", ...namesIn(isObject(value) ? value.route : undefined)]);
  const list = [...receivers].map((name) => `{name: ${JSON.stringify(name)}}`).join(", ");
  return [text, has("route") ? "" : "route: {receiver: none}\n", has("receivers") ? "" : `receivers: [${list}]\n`].join(
    "",
  );
}

/** The receivers that a route names. */
function namesIn(route: unknown): readonly string[] {
  if (!isObject(route)) return [];
  const own = typeof route.receiver === "string" ? [route.receiver] : [];
  return [...own, ...(Array.isArray(route.routes) ? route.routes.flatMap(namesIn) : [])];
}
