import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { probe } from "../../reliability/observe.ts";
import { type Exporter, logLines, PROGRAM, startExporter } from "../../support/exporter.ts";
import { find, type Page, value } from "../../support/exposition-parser.ts";
import { HURRY } from "../../support/hurry.ts";
import { type Litecoind, type LitecoindOptions, type RpcUser, startLitecoind } from "../../support/litecoind.ts";
import { findServer, run, tempFolder, waitFor } from "../../support/servers.ts";
import { untilReady } from "../../support/waits.ts";
import { peerRows } from "./answers.ts";

const litecoind = findServer("litecoind", "apt-get install litecoind");
const openssl = findServer("openssl", "apt-get install openssl");

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../../docs/getting-started/bitcoin.md"), "utf8");

/** The block of docs/getting-started/bitcoin.md that begins so. */
function documented(kind: string, beginning: string): string {
  const after = DOCUMENT.split(`\`\`\`${kind}\n${beginning}`, 2)[1];
  if (after === undefined) throw new Error(`docs/getting-started/bitcoin.md has no block ${kind} with ${beginning}`);
  return beginning + after.slice(0, after.indexOf("```"));
}

type Monitor = { readonly password: string; readonly settings: readonly string[]; readonly methods: readonly string[] };

/** The user monitor, made by the commands and lines that the document has. */
async function documentedMonitor(): Promise<Monitor> {
  const folder = tempFolder();
  const made = await run("sh", ["-ec", documented("sh", "openssl rand")], { cwd: folder });
  if (made.code !== 0) throw new Error(`the documented commands fail: ${made.output}`);
  const lines = documented("ini", "# bitcoin.conf (")
    .split("\n")
    .filter((line) => /^rpcwhitelist/.test(line));
  const [, list = ""] = lines.find((line) => line.startsWith("rpcwhitelist="))?.split(":") ?? [];
  return {
    password: readFileSync(join(folder, "bitcoin.password"), "utf8").trim(),
    settings: [made.stdout.trim(), ...lines],
    methods: list.split(","),
  };
}

/** Other users, with fewer rights. */
function fewerRights({ methods }: Monitor): readonly RpcUser[] {
  const narrow = methods.filter((method) => method !== "getchaintips");
  const reference = ["getblockchaininfo", "getnetworkinfo", "getblockheader", "getblockhash"];
  return [
    { name: "narrow", password: "canary-narrow", whitelist: `narrow:${narrow.join()}` },
    { name: "reference", password: "canary-reference", whitelist: `reference:${reference.join()}` },
  ];
}

function cookieOf({ cookieFile }: Litecoind): string {
  return readFileSync(cookieFile, "utf8");
}

describe.skipIf(litecoind === undefined || openssl === undefined)(
  "a real litecoind with a cookie and two users, which starts again",
  () => {
    let hub: Litecoind;
    let leaf: Litecoind;
    let again: Litecoind | undefined;
    let access: Pick<LitecoindOptions, "users" | "settings">;
    let exporter: Exporter;

    beforeAll(async () => {
      const monitor = await documentedMonitor();
      access = { users: fewerRights(monitor), settings: monitor.settings };
      [hub, leaf] = await Promise.all([startLitecoind({ listens: true }), startLitecoind(access)]);
      await hub.mine(3);
      await joinHub(leaf);
      await leaf.rpc("setban", "203.0.113.7", "add");
      const node = (name: string, auth: string, chain = "litecoin") =>
        `  - {name: ${name}, chain: ${chain}, url: "${leaf.rpcUrl}"${auth === "" ? "" : `, auth: {${auth}}`}}`;
      const basic = (username: string, password: string) => `basic: {username: ${username}, password: ${password}}`;
      exporter = await startExporter({
        env: { NODE_OPTIONS: HURRY },
        config: `
global: {interval: 30s, timeout: 30s}
nodes:
${node("cookie", `cookie_file: "${leaf.cookieFile}"`)}
${node("monitor", basic("monitor", monitor.password))}
${node("narrow", basic("narrow", "canary-narrow"))}
${node("wrong", basic("monitor", "canary-wrong"))}
${node("none", "")}
${node("mistaken", `cookie_file: "${leaf.cookieFile}"`, "bitcoin")}
references:
${node("trusted", basic("reference", "canary-reference"))}
`,
      });
      await untilReady(exporter);
    });

    afterAll(async () => {
      await exporter?.stop();
      await Promise.all([hub, leaf, again].map((node) => node?.kill()));
    });

    async function joinHub(node: Litecoind): Promise<void> {
      await node.dial(hub.address);
      const isJoined = async () => (await peerRows(node)).some(({ version, pingtime }) => version > 0 && pingtime);
      await waitFor(isJoined, "the node to join the hub", { timeoutMs: 60_000 });
    }

    /** The page of all after one more poll of these. */
    async function pollOf(...targets: readonly string[]): Promise<Page> {
      await Promise.all(targets.map((target) => probe(exporter, target)));
      return exporter.page();
    }

    const saidOf = (target: string) =>
      logLines(exporter.program).flatMap((line) => (line.target === target && line.level === "warn" ? [line.msg] : []));

    const apisOf = (page: Page, target: string) =>
      new Map(find(page, "p2p_node_api_up", { target }).map((sample) => [sample.labels.get("api"), sample.value]));

    test("the documented user is enough for all APIs, as is the cookie", async () => {
      const page = await exporter.page();
      for (const target of ["cookie", "monitor"]) {
        expect(value(page, "p2p_node_up", { target })).toBe(1);
        const apis = apisOf(page, target);
        expect([...apis.values()].every((isUp) => isUp === 1)).toBe(true);
        expect([...apis.keys()]).toEqual(
          expect.arrayContaining(["peers", "head", "last_block", "totals", "uptime", "network", "chain_tips", "bans"]),
        );
        expect(saidOf(target)).toEqual([]);
      }
    });

    test("a reference needs four methods", async () => {
      // At the first poll of the node, the reference may not have been polled.
      const page = await pollOf("monitor");
      expect(value(page, "p2p_reference_up", { target: "trusted" })).toBe(1);
      expect(value(page, "p2p_reference_head_height", { target: "trusted" })).toBe(3);
      expect(value(page, "p2p_node_reference_height", { target: "monitor", reference: "configured" })).toBe(3);
      expect(saidOf("trusted")).toEqual([]);
    });

    test("with another coin as its chain, the node is shown and compared, and the log says what it is", async () => {
      const page = await pollOf("mistaken");
      const labels = { target: "mistaken", chain: "bitcoin" };
      expect(value(page, "p2p_node_up", labels)).toBe(1);
      expect(value(page, "p2p_node_head_height", labels)).toBe(3);
      expect(value(page, "p2p_node_reference_height", { ...labels, reference: "configured" })).toBe(3);
      const failing = [...apisOf(page, "mistaken")].flatMap(([api, isUp]) => (isUp === 1 ? [] : [api]));
      expect(failing).toEqual(["network"]);
      expect(saidOf("mistaken")).toEqual([expect.stringMatching(/one of litecoin; set chain: litecoin/)]);
    });

    test("without a method, only its API fails, and the log says which one to add", async () => {
      const page = await exporter.page();
      expect(value(page, "p2p_node_up", { target: "narrow" })).toBe(1);
      const failing = [...apisOf(page, "narrow")].flatMap(([api, isUp]) => (isUp === 1 ? [] : [api]));
      expect(failing).toEqual(["chain_tips"]);
      expect(value(page, "p2p_node_failure_info", { target: "narrow", api: "chain_tips" })).toBe(1);
      expect(find(page, "p2p_bitcoin_chain_tips", { target: "narrow" })).toEqual([]);
      expect(value(page, "p2p_bitcoin_bans", { target: "narrow", kind: "address" })).toBe(1);
      expect(saidOf("narrow")).toEqual([expect.stringMatching(/getchaintips .*add getchaintips to rpcwhitelist/)]);
    });

    test("discover logs in with the cookie, and its entry works", async () => {
      const found = await run(process.execPath, [
        PROGRAM,
        "discover",
        leaf.rpcUrl,
        "--auth.cookie-file",
        leaf.cookieFile,
      ]);
      expect(found).toMatchObject({
        code: 0,
        output: expect.stringMatching(/: litecoin LitecoinCore:0\.\S+, regtest, head 3 /),
      });
      const file = join(tempFolder(), "config.yaml");
      writeFileSync(file, found.stdout);
      const check = await run(process.execPath, [PROGRAM, "check", "--connect", `--config.file=${file}`]);
      expect(check).toMatchObject({ code: 0 });
      const without = await run(process.execPath, [PROGRAM, "discover", leaf.rpcUrl]);
      expect(without).toMatchObject({
        code: 1,
        output: expect.stringContaining("Run it again with --auth.basic USER"),
      });
    });

    test("a wrong or missing password is unauthorized, and shows no secret", async () => {
      const page = await exporter.page();
      for (const target of ["wrong", "none"]) {
        expect(value(page, "p2p_node_up", { target })).toBe(0);
        expect(value(page, "p2p_node_failure_info", { target, api: "peers", reason: "unauthorized" })).toBe(1);
        expect(find(page, "p2p_node_head_height", { target })).toEqual([]);
      }
      expect(saidOf("wrong")).toEqual([expect.stringMatching(/refused these credentials; .*auth\.basic/)]);
      expect(saidOf("none")).toEqual([expect.stringMatching(/wants a login \(basic\)/)]);
      expect(exporter.program.output()).not.toContain("canary");
    });

    test("started again, the node is busy while it warms up; then it is up with its new cookie and other connections", async () => {
      // Starts within two seconds are not told apart.
      const runsLong = async () => z.number().parse(await leaf.rpc("uptime")) > 4;
      await waitFor(runsLong, "the node to run for some seconds", { timeoutMs: 60_000 });
      const before = await pollOf("cookie", "monitor");
      const oldCookie = cookieOf(leaf);
      await leaf.kill();
      const node = await startLitecoind({ ...access, insteadOf: leaf, staysInWarmup: true });
      again = node;
      expect(cookieOf(node)).not.toBe(oldCookie);
      const target = "cookie";
      const warming = await pollOf(target);
      expect(value(warming, "p2p_node_up", { target })).toBe(0);
      expect(value(warming, "p2p_bitcoin_warming_up", { target })).toBe(1);
      for (const api of ["peers", "head"]) {
        expect(value(warming, "p2p_node_failure_info", { target, api, reason: "busy" })).toBe(1);
      }
      expect(find(warming, "p2p_node_head_height", { target })).toEqual([]);
      expect(saidOf(target)).toEqual([
        expect.stringMatching(/found a node that is starting "Loading banlist\.\.\."; it answers when/),
      ]);

      await node.finishWarmup();
      await joinHub(node);
      const page = await pollOf("cookie", "monitor");
      // The one was polled in between, the other one was not.
      for (const user of ["cookie", "monitor"]) expectRestart(before, page, user);
      expect(saidOf(target)).toHaveLength(1);
    });

    function expectRestart(before: Page, page: Page, target: string): void {
      const now = (name: string) => value(page, name, { target });
      expect(now("p2p_node_up")).toBe(1);
      expect(now("p2p_bitcoin_warming_up")).toBe(0);
      expect(now("p2p_node_head_height")).toBe(3);
      const start = "p2p_bitcoin_start_timestamp_seconds";
      expect(now(start)).toBeGreaterThan(value(before, start, { target }));
      for (const event of ["connects", "disconnects"]) {
        const name = `p2p_node_peer_${event}_total`;
        const gained = (direction: string) =>
          value(page, name, { target, direction }) - value(before, name, { target, direction });
        expect([gained("outbound"), gained("inbound")]).toEqual([1, 0]);
      }
      // Asked for only every five minutes, and others in the new process.
      const bans = (from: Page) => value(from, "p2p_bitcoin_bans", { target, kind: "address" });
      expect([bans(before), bans(page)]).toEqual([1, 0]);
      const versionBytes = (from: Page) =>
        find(from, "p2p_bitcoin_message_receive_bytes_total", { target, message: "version" })[0]?.value ?? 0;
      expect(versionBytes(page)).toBeGreaterThan(versionBytes(before));
    }
  },
);
