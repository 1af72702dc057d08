import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoNetwork, startDemoNetwork } from "../../src/demo/demo.ts";
import type { DemoNode } from "../../src/demo/demo-nodes.ts";
import { type Block, blocksOf } from "../documentation/markdown.ts";
import { type Exporter, PROGRAM, startExporter } from "../support/exporter.ts";
import { readSample } from "../support/exposition-lines.ts";
import { find, value } from "../support/exposition-parser.ts";
import {
  findProgram,
  findServer,
  freePort,
  type RunningProgram,
  run,
  startProcess,
  tempFolder,
  waitFor,
} from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** The commands and configurations of docs/getting-started, run. Ports and addresses are those of the test. */

type Swap = readonly (readonly [written: string, real: string])[];

function swapped(text: string, swaps: Swap): string {
  for (const [written] of swaps) if (!text.includes(written)) throw new Error(`expected ${written} in\n${text}`);
  return swaps.reduce((now, [written, real]) => now.replaceAll(written, real), text);
}

/** The blocks of a page of one language, in their order. */
function blocks(page: string, language: string): readonly string[] {
  const all: readonly Block[] = blocksOf(`docs/getting-started/${page}.md`);
  return all.filter((block) => block.language === language).map(({ text }) => text);
}

/** Starts the exporter as the page does, and waits for its first poll. */
async function started(config: string, folder: string): Promise<Exporter> {
  const exporter = await startExporter({ config, configFile: join(folder, "config.yaml") });
  await untilReady(exporter);
  return exporter;
}

async function shell(command: string, cwd: string): Promise<string> {
  const { code, stdout, output } = await run("bash", ["-c", command], { cwd });
  if (code !== 0) throw new Error(`${command}: ${output}`);
  return stdout;
}

/** The pin that openssl's answer holds: `sha256 Fingerprint=DB:53:…`. */
const pinIn = (output: string) => /=([0-9A-F:]{95})/.exec(output)?.[1] ?? output;

const WRITTEN_PIN = "DB:53:7A:F3:D0:DC:8C:FF:2E:F7:61:B3:7B:21:8C:D1:84:63:E8:B8:71:DA:06:EA:AA:37:53:18:CE:88:00:04";

/** What `check` says to that file, as the page shows it. */
async function checkPrintsAsShown(page: string, folder: string): Promise<void> {
  const [transcript = ""] = blocks(page, "console");
  const answer = await run(process.execPath, [PROGRAM, "check", "--config.file=config.yaml"], { cwd: folder });
  expect([answer.code, answer.output]).toEqual([0, `${transcript.split("\n")[1]}\n`]);
}

/** Every series that the page shows is there; values and peers are those of its example. */
async function showsAsShown(page: string, exporter: Exporter, without: readonly string[] = []): Promise<void> {
  const shown = blocks(page, "prom").flatMap((text) => text.trim().split("\n").map(readSample));
  const metrics = await exporter.page();
  const missing = shown.filter(({ name, labels }) => {
    const { peer: _, ...others } = Object.fromEntries(labels);
    return !without.includes(name) && find(metrics, name, others).length === 0;
  });
  expect(missing).toEqual([]);
  const target = shown[0]?.labels.get("target") ?? "";
  expect(value(metrics, "p2p_node_up", { target })).toBe(1);
}

/** The poll in words, by the page's own command. */
async function pollAsText(page: string, exporter: Exporter): Promise<string> {
  const command = blocks(page, "sh").find((text) => text.includes("debug=true")) ?? "";
  const output = await shell(swapped(command, [["http://127.0.0.1:10900", exporter.url]]), tempFolder());
  return output.split("# HELP")[0] ?? "";
}

/** The names of the calls in a poll in words. */
function callsIn(words: string): readonly string[] {
  return [...words.matchAll(/(?:GET|POST) (.+) at (?:http|unix)/g)].map(([, call = ""]) => call);
}

const monerod = findServer("monerod", "apt-get install monero");

describe.skipIf(monerod === undefined)("docs/getting-started/monero.md", () => {
  const page = "monero";
  const [besideConf = "", remoteConf = ""] = blocks(page, "ini");
  const [besideConfig = "", remoteConfig = ""] = blocks(page, "yaml");

  async function startNode(conf: string, dataFolder: string): Promise<RunningProgram> {
    writeFileSync(join(dataFolder, "monerod.conf"), conf);
    return startProcess(monerod ?? "", [
      ...["--regtest", "--fixed-difficulty", "1", "--non-interactive", "--log-level", "0", "--data-dir", dataFolder],
      ...["--p2p-bind-ip", "127.0.0.1", "--p2p-bind-port", String(await freePort()), "--no-igd", "--no-zmq"],
      ...["--disable-dns-checkpoints", "--check-updates", "disabled", "--add-exclusive-node", "127.0.0.1:9"],
      ...["--config-file", join(dataFolder, "monerod.conf")],
    ]);
  }

  async function answers(url: string, node: RunningProgram): Promise<void> {
    const command = `curl -sk -o /dev/null ${url}/get_info`;
    await waitFor(async () => (await run("bash", ["-c", command])).code === 0, "monerod's RPC", {
      timeoutMs: 60_000,
      program: node,
    });
  }

  test("on the same machine", async () => {
    const [folder, port] = [tempFolder(), String(await freePort())];
    const node = await startNode(swapped(besideConf, [["18081", port]]), tempFolder());
    try {
      await answers(`http://127.0.0.1:${port}`, node);
      const exporter = await started(swapped(besideConfig, [["18081", port]]), folder);
      try {
        await checkPrintsAsShown(page, folder);
        // Alone it has nobody to be behind of.
        await showsAsShown(page, exporter, ["p2p_node_head_lag_blocks"]);
        const words = await pollAsText(page, exporter);
        expect(words).toContain("peers: success");
        expect(callsIn(words)).toEqual(expect.arrayContaining(["get_info", "get_connections", "/get_net_stats"]));
      } finally {
        await exporter.stop();
      }
    } finally {
      await node.stop();
    }
  });

  test("on another machine: TLS, a login, and the pin that the command prints", async () => {
    const [folder, dataFolder, port] = [tempFolder(), tempFolder(), String(await freePort())];
    const conf = swapped(remoteConf, [
      ["10.0.0.5", "127.0.0.1"],
      ["18081", port],
      ["CHOOSE-A-PASSWORD", "s3cret-of-the-test"],
    ]);
    const node = await startNode(conf, dataFolder);
    try {
      await answers(`https://127.0.0.1:${port}`, node);
      const command = blocks(page, "sh").find((text) => text.startsWith("openssl")) ?? "";
      const config = swapped(remoteConfig, [
        ["10.0.0.5:18081", `127.0.0.1:${port}`],
        [WRITTEN_PIN, pinIn(await shell(command, dataFolder))],
      ]);
      writeFileSync(join(folder, "monerod.password"), "s3cret-of-the-test\n");
      const exporter = await started(config, folder);
      try {
        expect(value(await exporter.page(), "p2p_node_up", { target: "monero-1" })).toBe(1);
        expect(find(await exporter.page(), "p2p_node_tls_certificate_expiry_timestamp_seconds")).toHaveLength(1);
      } finally {
        await exporter.stop();
      }
    } finally {
      await node.stop();
    }
  });

  test("without confirm-external-bind it does not start on another address", async () => {
    const conf = swapped(remoteConf, [
      ["confirm-external-bind=1\n", ""],
      ["10.0.0.5", "0.0.0.0"],
      ["18081", String(await freePort())],
    ]);
    const node = await startNode(conf, tempFolder());
    expect(await node.exited).not.toBe(0);
    expect(node.output()).toContain("confirm-external-bind");
  });

  test("every option of the page is one of this monerod", async () => {
    const { output } = await run(monerod ?? "", ["--help"]);
    const used = blocks(page, "ini").flatMap((text) => [...text.matchAll(/^([a-z-]+)=/gm)].map(([, name]) => name));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !output.includes(`--${name} `))).toEqual([]);
  });
});

describe("with simulated nodes", () => {
  let network: DemoNetwork;
  const node = (name: string): DemoNode => {
    const found = network.nodes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`the demo has no node ${name}`);
    return found;
  };

  beforeAll(async () => {
    network = await startDemoNetwork();
  });
  afterAll(() => network?.close());

  test("docs/getting-started/wire.md", async () => {
    const folder = tempFolder();
    const { url } = node("wire-1");
    const [first = "", categories = ""] = blocks("wire", "yaml");
    const exporter = await started(swapped(first, [["http://127.0.0.1:8888", url]]), folder);
    try {
      await checkPrintsAsShown("wire", folder);
      await showsAsShown("wire", exporter);
      expect(callsIn(await pollAsText("wire", exporter))).toEqual(["/v1/net/connections", "/v1/chain/get_info"]);
      for (const command of blocks("wire", "sh").filter((text) => text.includes(":8888"))) {
        expect(await shell(swapped(command, [["http://127.0.0.1:8888", url]]), folder)).toContain("head_block_num");
      }
    } finally {
      await exporter.stop();
    }
    const real = [8889, 9101].map((port) => [`http://127.0.0.1:${port}`, url] as const);
    const whole = await started(swapped(categories, real), tempFolder());
    try {
      const apis = find(await whole.page(), "p2p_node_api_up").map(({ labels, value: up }) => [labels.get("api"), up]);
      expect(Object.fromEntries(apis)).toMatchObject({ peers: 1, head: 1, prometheus: 1 });
    } finally {
      await whole.stop();
    }
  });

  test.skipIf(findProgram("openssl") === undefined)("docs/getting-started/chainweb.md", async () => {
    const folder = tempFolder();
    const { url } = node("kadena-1");
    const authority = new URL(url).host;
    const command = blocks("chainweb", "sh").find((text) => text.startsWith("openssl")) ?? "";
    const pin = pinIn(await shell(swapped(command, [["127.0.0.1:1789", authority]]), folder));
    const [pinned = ""] = blocks("chainweb", "yaml");
    const config = swapped(pinned, [
      ["127.0.0.1:1789", authority],
      [WRITTEN_PIN, pin],
    ]);
    const exporter = await started(config, folder);
    try {
      await checkPrintsAsShown("chainweb", folder);
      await showsAsShown("chainweb", exporter);
      const calls = callsIn(await pollAsText("chainweb", exporter));
      expect([...new Set(calls)]).toEqual(["cut/peer", "cut"]);
    } finally {
      await exporter.stop();
    }
  });
});

const litecoind = findServer("litecoind", "apt-get install litecoind");

describe.skipIf(litecoind === undefined || findProgram("openssl") === undefined)(
  "docs/getting-started/bitcoin.md",
  () => {
    const page = "bitcoin";
    const [, , conf = ""] = blocks(page, "ini");
    const [withCookie = "", withUser = ""] = blocks(page, "yaml");

    test("the cookie and a user of few rights", async () => {
      const [folder, data] = [tempFolder(), tempFolder()];
      const [port, rpcPort] = [String(await freePort()), String(await freePort())];
      const [commands = ""] = blocks(page, "sh");
      const line = (await shell(commands, folder)).trim();
      writeFileSync(join(data, "litecoin.conf"), swapped(conf, [["rpcauth=monitor:THE-LINE-ABOVE", line]]));
      const node = await startProcess(litecoind ?? "", [
        ...["-regtest", "-server", `-datadir=${data}`, "-disablewallet", "-printtoconsole=0", "-dbcache=16"],
        ...["-dnsseed=0", "-upnp=0", "-listenonion=0", "-discover=0", "-connect=0"],
        ...[`-port=${port}`, `-bind=127.0.0.1:${port}`, `-rpcport=${rpcPort}`],
      ]);
      try {
        const cookie = join(data, "regtest", ".cookie");
        const asCookie = ["discover", `--auth.cookie-file=${cookie}`, `127.0.0.1:${rpcPort}`];
        const found = () => run(process.execPath, [PROGRAM, ...asCookie], { cwd: folder });
        await waitFor(async () => (await found()).code === 0, "litecoind's RPC", { timeoutMs: 60_000, program: node });
        const [transcript = ""] = blocks(page, "console");
        const written = transcript.split("\n").filter((each) => /^ {2}(?! # )/.test(each) && !each.includes("#"));
        const real = swapped(written.join("\n"), [
          ["19443", rpcPort],
          ["/var/lib/litecoind/regtest/.cookie", cookie],
        ]);
        expect((await found()).stdout).toContain(real.trimEnd());
        // The page has a node of Bitcoin first.
        const asUser = `nodes:${withUser.slice(withUser.indexOf("\n  - name: litecoin-1"))}`;
        writeFileSync(join(folder, "litecoin.password"), await shell("cat bitcoin.password", folder));
        const exporter = await started(swapped(asUser, [["9332", rpcPort]]), folder);
        try {
          // Without peers, no direction and no network of peers but the zeros.
          await showsAsShown(page, exporter);
          const apis = find(await exporter.page(), "p2p_node_api_up").filter(({ value: up }) => up !== 1);
          expect(apis).toEqual([]);
          const calls = callsIn(await pollAsText(page, exporter));
          expect(calls).toEqual(expect.arrayContaining(["getblockchaininfo", "getpeerinfo", "getnettotals"]));
        } finally {
          await exporter.stop();
        }
        const beside = await started(
          swapped(withCookie, [
            ["8332", rpcPort],
            ["/run/bitcoind/cookie", cookie],
            ["chain: bitcoin", "chain: litecoin"],
          ]),
          folder,
        );
        try {
          expect(value(await beside.page(), "p2p_node_up", { target: "bitcoin-1" })).toBe(1);
        } finally {
          await beside.stop();
        }
      } finally {
        await node.stop();
      }
    });
  },
);
