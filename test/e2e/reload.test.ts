import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Exporter, logLines, startExporter } from "../support/exporter.ts";
import { find, value } from "../support/exposition-parser.ts";
import { type FakeNode, json, lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** The real program, whose configuration changes while it runs. */

let node: FakeNode;
let other: FakeNode;

beforeAll(async () => {
  node = await startFakeNode(lonelyWire);
  other = await startFakeNode(() => json({}, 500));
});
afterAll(() => Promise.all([node.close(), other.close()]));

type Entry = { readonly name: string; readonly url?: string; readonly more?: string };

function yaml(...nodes: readonly Entry[]): string {
  const entries = nodes.map(
    ({ name, url = node.url, more = "" }) => `  - {name: ${name}, chain: wire, url: "${url}"${more}}\n`,
  );
  return `global: {interval: 2s, timeout: 2s}\nnodes:\n${entries.join("")}`;
}

async function start(config: string, configFile?: string): Promise<Exporter> {
  const exporter = await startExporter(configFile === undefined ? { config } : { config, configFile });
  onTestFinished(async () => void (await exporter.stop()));
  await untilReady(exporter);
  return exporter;
}

const post = ({ url }: Exporter) => fetch(`${url}/-/reload`, { method: "POST" });

async function targets(exporter: Exporter): Promise<readonly (string | undefined)[]> {
  return find(await exporter.page(), "p2p_node_up").map(({ labels }) => labels.get("target"));
}

async function untilTargets(exporter: Exporter, ...wanted: readonly string[]): Promise<void> {
  await waitFor(async () => `${await targets(exporter)}` === `${wanted}`, `the page to have the nodes ${wanted}`, {
    timeoutMs: 15_000,
    program: exporter.program,
  });
}

async function polls(exporter: Exporter, target: string): Promise<number> {
  return value(await exporter.page(), "p2p_node_polls_total", { target });
}

const messages = (exporter: Exporter) => logLines(exporter.program).map(({ msg }) => msg);

describe("every way to trigger a reload", () => {
  test("SIGHUP", async () => {
    const exporter = await start(yaml({ name: "a" }));
    writeFileSync(exporter.configFile, yaml({ name: "a" }, { name: "b" }));
    process.kill(exporter.program.pid, "SIGHUP");
    await untilTargets(exporter, "a", "b");
    expect(messages(exporter)).toContain("configuration reloaded: nodes: 1 added, 0 changed, 0 removed, 1 unchanged");
    expect(messages(exporter)).toContain(`polling ${node.url} every 2s, timeout 2s`);
  });

  test("POST /-/reload", async () => {
    const exporter = await start(yaml({ name: "a" }));
    const seen: unknown[] = [];
    const wanted: unknown[] = [];
    const isReported = async () => {
      const name = `b-${seen.length}`;
      writeFileSync(exporter.configFile, yaml({ name }));
      const answer = await post(exporter);
      seen.push([answer.status, await targets(exporter)]);
      wanted.push([200, [name]]);
      return (await answer.text()) === "configuration reloaded: nodes: 1 added, 0 changed, 1 removed, 0 unchanged\n";
    };
    await waitFor(isReported, "a reload by the request, before the exporter sees the new file by itself");
    expect(seen).toEqual(wanted);
  });

  test("the file itself", async () => {
    const exporter = await start(yaml({ name: "a" }));
    writeFileSync(exporter.configFile, yaml({ name: "a", more: ", labels: {region: eu}" }));
    await waitFor(
      async () => find(await exporter.page(), "p2p_node_up", { region: "eu" }).length === 1,
      "the new label",
      { timeoutMs: 15_000, program: exporter.program },
    );
  });

  test("the swapped symbolic link of a Kubernetes ConfigMap", async () => {
    const mount = tempFolder();
    // As the kubelet does: the file leads to ..data/config.yaml, ..data to a folder that is replaced whole.
    const version = (name: string, text: string) => {
      mkdirSync(join(mount, name));
      writeFileSync(join(mount, name, "config.yaml"), text);
      symlinkSync(name, join(mount, "..data_tmp"));
      renameSync(join(mount, "..data_tmp"), join(mount, "..data"));
    };
    version("..2026_01", yaml({ name: "a" }));
    symlinkSync(join("..data", "config.yaml"), join(mount, "config.yaml"));
    const exporter = await start(yaml({ name: "a" }), join(mount, "config.yaml"));
    version("..2026_02", yaml({ name: "a" }, { name: "b" }));
    await untilTargets(exporter, "a", "b");
  });
});

describe("an invalid file", () => {
  test("changes nothing, is logged, and shows in the metrics until it is fixed", async () => {
    const exporter = await start(yaml({ name: "a" }));
    const loadedAt = value(await exporter.page(), "peer_exporter_config_last_reload_success_timestamp_seconds");
    writeFileSync(exporter.configFile, yaml({ name: "a" }).replace("interval", "intervall"));
    const answer = await post(exporter);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('config.yaml:1:10: global.intervall: unknown key; did you mean "interval"?');
    const successful = async () => value(await exporter.page(), "peer_exporter_config_last_reload_successful");
    await waitFor(async () => (await successful()) === 0, "the failure to show", {
      timeoutMs: 5000,
      program: exporter.program,
    });
    expect(value(await exporter.page(), "peer_exporter_config_last_reload_success_timestamp_seconds")).toBe(loadedAt);
    expect(messages(exporter).filter((line) => line.startsWith("configuration not reloaded: "))).not.toEqual([]);
    const before = await polls(exporter, "a");
    await waitFor(async () => (await polls(exporter, "a")) > before, "another poll", {
      timeoutMs: 10_000,
      program: exporter.program,
    });

    writeFileSync(exporter.configFile, yaml({ name: "a" }));
    expect((await post(exporter)).status).toBe(200);
    await waitFor(async () => (await successful()) === 1, "the success to show", {
      timeoutMs: 5000,
      program: exporter.program,
    });
    expect(value(await exporter.page(), "peer_exporter_config_last_reload_success_timestamp_seconds")).toBeGreaterThan(
      loadedAt,
    );
  });

  test("a file that vanishes is invalid as well", async () => {
    const exporter = await start(yaml({ name: "a" }));
    renameSync(exporter.configFile, `${exporter.configFile}.gone`);
    await waitFor(
      () => messages(exporter).some((line) => line.startsWith("configuration not reloaded: ")),
      "the vanished file to be noticed",
      { timeoutMs: 15_000, program: exporter.program },
    );
    expect(await targets(exporter)).toEqual(["a"]);
  });
});

test("unchanged nodes keep their counters and schedule, changed ones their counters, removed ones vanish", async () => {
  const exporter = await start(yaml({ name: "stays" }, { name: "changes" }, { name: "goes", url: other.url }));
  await waitFor(async () => (await polls(exporter, "stays")) >= 3, "three polls", {
    timeoutMs: 20_000,
    program: exporter.program,
  });
  const before = await exporter.page();
  writeFileSync(exporter.configFile, yaml({ name: "changes", more: ", labels: {region: eu}" }, { name: "stays" }));
  expect((await post(exporter)).status).toBe(200);
  // Told by the log, not by the answer: the exporter may have seen the new file before it was asked.
  const summary = "configuration reloaded: nodes: 0 added, 1 changed, 1 removed, 1 unchanged";
  await waitFor(() => messages(exporter).includes(summary), "the line about the changes", {
    timeoutMs: 5000,
    program: exporter.program,
  });
  const after = await exporter.page();
  expect(await targets(exporter)).toEqual(["changes", "stays"]);
  for (const target of ["stays", "changes"])
    expect(value(after, "p2p_node_polls_total", { target })).toBeGreaterThanOrEqual(
      value(before, "p2p_node_polls_total", { target }),
    );
  const pageText = await (await fetch(`${exporter.url}/metrics`)).text();
  expect(pageText).not.toContain('"goes"');
  expect(await (await fetch(`${exporter.url}/sd`)).text()).not.toContain("goes");
  expect((await fetch(`${exporter.url}/probe?node=goes`)).status).toBe(404);
  const asked = other.requests.length;
  const polled = await polls(exporter, "stays");
  await waitFor(async () => (await polls(exporter, "stays")) >= polled + 3, "three more", {
    timeoutMs: 20_000,
    program: exporter.program,
  });
  expect(other.requests.length).toBe(asked);
});

test("what holds for all connections changes with each node's next poll", async () => {
  const rows = readFileSync(new URL("../fixtures/wire/s12-spring-1.2-w2.json", import.meta.url), "utf8");
  const busy = await startFakeNode((request) =>
    request.url.startsWith("/v1/net/connections") ? json(JSON.parse(rows)) : lonelyWire(request),
  );
  onTestFinished(busy.close);
  const exporter = await start(yaml({ name: "a", url: busy.url }));
  const connections = async () => find(await exporter.page(), "p2p_connection_info").length;
  expect(await connections()).toBeGreaterThan(0);
  writeFileSync(exporter.configFile, `connections: {series: false}\n${yaml({ name: "a", url: busy.url })}`);
  expect(await (await post(exporter)).text()).toContain("1 changed");
  await waitFor(async () => (await connections()) === 0, "the series to go", {
    timeoutMs: 10_000,
    program: exporter.program,
  });
});

test("the exporter stays ready while the nodes of a reload are first polled", async () => {
  const silent = await startFakeNode(() => new Promise(() => {}));
  onTestFinished(silent.close);
  const exporter = await start(yaml({ name: "a" }));
  writeFileSync(exporter.configFile, yaml({ name: "a" }, { name: "silent", url: silent.url }));
  expect((await post(exporter)).status).toBe(200);
  expect((await fetch(`${exporter.url}/-/ready`)).status).toBe(200);
});

test("a storm of signals and requests ends in the last configuration", async () => {
  const exporter = await start(yaml({ name: "a" }));
  const answers: Promise<Response>[] = [];
  for (let round = 0; round < 30; round += 1) {
    writeFileSync(exporter.configFile, yaml({ name: "a" }, { name: `b-${round}` }));
    process.kill(exporter.program.pid, "SIGHUP");
    answers.push(post(exporter));
  }
  expect((await Promise.all(answers)).map(({ status }) => status)).not.toContain(404);
  await untilTargets(exporter, "a", "b-29");
  expect((await fetch(`${exporter.url}/-/healthy`)).status).toBe(200);
});

test("flags alone can be reloaded: the nodes stay as they are", async () => {
  const exporter = await startExporter({ args: ["--node", `one=wire+${node.url}`] });
  onTestFinished(async () => void (await exporter.stop()));
  expect(existsSync(exporter.configFile)).toBe(false);
  expect(await (await post(exporter)).text()).toContain("0 added, 0 changed, 0 removed, 1 unchanged");
});
