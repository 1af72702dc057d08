import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { type DemoNetwork, startDemoNetwork } from "../../src/demo/demo.ts";
import { textOf } from "../../tools/repository.ts";
import { blocksOf } from "../documentation/markdown.ts";
import { type Exporter, PROGRAM, startExporter } from "../support/exporter.ts";
import {
  findProgram,
  findServer,
  freePort,
  type RunningProgram,
  requireProgram,
  run,
  startProcess,
  tempFolder,
  waitFor,
} from "../support/servers.ts";

/** The commands and configurations of docs/home.md, run: from a node over an agent into a store that evaluates the rules. */

const page = blocksOf("docs/home.md");

function block(language: string, part: string): string {
  const found = page.find((one) => one.language === language && one.text.includes(part));
  if (found === undefined) throw new Error(`docs/home.md has no ${language} block with ${part}`);
  return found.text;
}

/** What the page writes, with what it is in the test. */
type Swap = readonly (readonly [written: string, real: string])[];

function swapped(text: string, swaps: Swap): string {
  for (const [written] of swaps) if (!text.includes(written)) throw new Error(`expected ${written} in\n${text}`);
  return swaps.reduce((now, [written, real]) => now.replaceAll(written, real), text);
}

const series = z.object({
  metric: z.record(z.string(), z.string()),
  values: z.array(z.tuple([z.number(), z.string()])),
});
const queryAnswer = z.object({ data: z.object({ result: z.array(series.partial({ values: true })) }) });
const rangeAnswer = z.object({ data: z.object({ result: z.array(series) }) });
const targets = z.object({ data: z.object({ activeTargets: z.array(z.object({ lastScrape: z.string() })) }) });

const prometheus = findServer("prometheus", "apt-get install prometheus");
const vmagent = findProgram("vmagent");
if (vmagent === undefined) process.stderr.write("vmagent is not tested: apt-get install victoria-metrics\n");

describe.skipIf(prometheus === undefined)("docs/home.md", () => {
  const folder = tempFolder();
  let network: DemoNetwork;
  let exporter: Exporter;
  let storePort = "";
  let store: RunningProgram;
  let agent: RunningProgram;
  let agentPort = "";

  /** Runs commands of the page in the folder, where `peer-exporter` is a program. */
  const shell = (script: string) => [requireProgram("bash"), ["-euc", script]] as const;
  const environment = { PATH: `${folder}:${process.env.PATH}` };
  /** A program of the page that goes on. */
  const start = (script: string) => startProcess(...shell(`exec ${script}`), { cwd: folder, env: environment });

  beforeAll(async () => {
    const shim = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
    writeFileSync(join(folder, "peer-exporter"), shim, { mode: 0o755 });
    network = await startDemoNetwork();
    const monero = network.nodes.find(({ name }) => name === "monero-1")?.url ?? "";
    const config = swapped(block("yaml", "http://127.0.0.1:18081"), [["http://127.0.0.1:18081", monero]]);
    const down = "  - {name: dead, chain: monero, url: 'http://127.0.0.1:1'}\n";
    exporter = await startExporter({ config: `global: {interval: 1s}\n${config}${down}` });

    const steps = ["openssl req", "openssl rand", "hash-password"].map((part) => block("sh", part));
    const made = await run(...shell(swapped(steps.join("\n"), [["metrics.example", "localhost"]])), {
      cwd: folder,
      env: environment,
    });
    expect(made.code, made.output).toBe(0);

    storePort = String(await freePort());
    for (const rules of ["rules.yaml", "alerts.yaml"]) {
      writeFileSync(join(folder, rules), textOf(`prometheus/${rules}`).replaceAll(/for: \d+[mh]$/gm, "for: 1s"));
    }
    store = await startStore();

    agentPort = String(await freePort());
    writeFileSync(join(folder, "agent.yml"), ofAgent(block("yaml", "remote_write:"), "home"));
    agent = await start(
      swapped(block("sh", "--enable-feature=agent"), [
        ["prometheus.yml", "agent.yml"],
        ["127.0.0.1:9090", `127.0.0.1:${agentPort}`],
      ]),
    );
  });

  afterAll(async () => {
    // An agent without its store would try for a while to send what it has.
    await agent?.stop();
    await Promise.all([store?.stop(), exporter?.stop(), network?.close()]);
  });

  /** The store, with times that a test can wait for. */
  async function startStore(): Promise<RunningProgram> {
    const text = block("yaml", "rule_files:").replace(/^storage:/m, "global: {evaluation_interval: 1s}\n$&");
    writeFileSync(join(folder, "prometheus.yml"), text);
    const command = swapped(block("sh", "--web.enable-remote-write-receiver"), [[":9090", `127.0.0.1:${storePort}`]]);
    const program = await start(`${command.trim()} --log.level=warn`);
    await waitFor(async () => (await ask("/-/ready")) !== "", "the store", { program });
    return program;
  }

  function ofAgent(text: string, cluster: string): string {
    const swaps: Swap = [
      ["127.0.0.1:10900", exporter.url.replace("http://", "")],
      ["scrape_interval: 15s", "scrape_interval: 1s"],
      ["cluster: home", `cluster: ${cluster}`],
    ];
    return swapped(text, swaps).replace("metrics.example:9090", `localhost:${storePort}`);
  }

  /** By curl, with the password and the certificate of the page. */
  async function ask(path: string): Promise<string> {
    const url = `https://localhost:${storePort}${path}`;
    const command = `curl -fsS --cacert web.crt --user "home:$(cat remote.password)" '${url}'`;
    const { code, stdout, output } = await run(...shell(command), { cwd: folder });
    if (code !== 0) throw new Error(output);
    return stdout;
  }

  async function query(promql: string) {
    return queryAnswer.parse(JSON.parse(await ask(`/api/v1/query?${new URLSearchParams({ query: promql })}`))).data
      .result;
  }

  const firstOf = (promql: string) =>
    waitFor(async () => (await query(promql))[0]?.metric, promql, { timeoutMs: 60_000, program: store });

  test("the series of the node arrive with the labels of the page, and the rules are evaluated", async () => {
    const [up = ""] = block("promql", "p2p_node_up").split("\n");
    expect(await firstOf(`${up} == 1`)).toEqual({
      __name__: "p2p_node_up",
      cluster: "home",
      job: "peer-exporter",
      instance: exporter.url.replace("http://", ""),
      target: "monero-1",
      chain: "monero",
    });
    expect(await firstOf('target:p2p_node_head_age_seconds:current{cluster="home"}')).toMatchObject({
      target: "monero-1",
    });
    expect(await firstOf('ALERTS{alertname="P2PNodeDown", alertstate="firing"}')).toMatchObject({
      cluster: "home",
      target: "dead",
    });
  });

  test("nobody without the password may write", async () => {
    const command = `curl -s -o /dev/null -w '%{http_code}' --cacert web.crt -X POST https://localhost:${storePort}/api/v1/write`;
    expect((await run(...shell(command), { cwd: folder })).stdout).toBe("401");
  });

  test("after an interruption of the line the store gets what it has missed", async () => {
    await store.stop();
    const lastScrape = async () => {
      const response = await fetch(`http://127.0.0.1:${agentPort}/api/v1/targets`);
      const [target] = targets.parse(await response.json()).data.activeTargets;
      return Date.parse(target?.lastScrape ?? "");
    };
    const from = await lastScrape();
    const to = await waitFor(
      async () => {
        const last = await lastScrape();
        return last >= from + 3000 && last;
      },
      "some scrapes without the store",
      { timeoutMs: 60_000, program: agent },
    );
    store = await startStore();
    const missed = async () => {
      const parameters = new URLSearchParams({ query: 'up{cluster="home"}[10m]' });
      const [found] = rangeAnswer.parse(JSON.parse(await ask(`/api/v1/query?${parameters}`))).data.result;
      const times = (found?.values ?? []).map(([seconds]) => seconds * 1000);
      return times.filter((time) => time > from && time < to).length;
    };
    await waitFor(async () => (await missed()) >= 2, "the samples of that time", { timeoutMs: 60_000, program: store });
  });

  test("an absent home is missed after the times of the page", async () => {
    const home = (cluster: string, after: string) =>
      ["up", "p2p_node_up", "peer_exporter_build_info"].map((name) => {
        const node = name === "p2p_node_up" ? 'target="a",chain="monero",' : "";
        return {
          series: `${name}{${node}cluster="${cluster}",job="peer-exporter",instance="127.0.0.1:10900"}`,
          values: `1+0x60 ${after}`,
        };
      });
    // The last sample is that of the 60th minute.
    const [gone, there] = ["_x90", "1+0x90"];
    const alert = (minutes: number, ...severities: readonly string[]) => ({
      eval_time: `${minutes}m`,
      alertname: "PeerExporterAbsent",
      exp_alerts: severities.map((severity) => ({
        exp_labels:
          severity === "critical"
            ? { severity }
            : { severity, cluster: "home", job: "peer-exporter", instance: "127.0.0.1:10900" },
      })),
    });
    const tests = [
      { input_series: home("home", gone), alert_rule_test: [alert(69), alert(71, "critical")] },
      {
        input_series: [...home("home", gone), ...home("other", there)],
        alert_rule_test: [alert(74), alert(76, "warning"), alert(118, "warning"), alert(130)],
      },
    ];
    // Without their texts, which promtool would compare as well.
    const rules = textOf("prometheus/alerts.yaml").replaceAll(/^ {8}annotations:\n(?: {10}.*\n|\n(?= {10}))+/gm, "");
    writeFileSync(join(folder, "bare.yaml"), rules);
    const document = {
      rule_files: ["bare.yaml"],
      evaluation_interval: "1m",
      tests: tests.map((one) => ({ interval: "1m", ...one })),
    };
    writeFileSync(join(folder, "absent.yaml"), JSON.stringify(document));
    const { code, output } = await run(requireProgram("promtool"), ["test", "rules", "absent.yaml"], { cwd: folder });
    expect(code, output).toBe(0);
  });

  test.skipIf(vmagent === undefined)("vmagent", async () => {
    writeFileSync(join(folder, "vmagent.yml"), ofAgent(block("yaml", "# vmagent.yml"), "second-home"));
    const command = swapped(block("sh", "-promscrape.config"), [
      ["127.0.0.1:8429", `127.0.0.1:${await freePort()}`],
      ["metrics.example:9090", `localhost:${storePort}`],
    ]);
    const tried = await run(...shell(`${command.trim()} -dryRun`), { cwd: folder });
    expect(tried.code, tried.output).toBe(0);
    const program = await start(command);
    onTestFinished(async () => void (await program.stop()));
    expect(await firstOf('p2p_node_up{cluster="second-home"} == 1')).toMatchObject({
      job: "peer-exporter",
      target: "monero-1",
    });
  });
});
