import { existsSync, readdirSync } from "node:fs";
import * as z from "zod";
import { freePort, requireProgram, startProcess, tempFolder, waitFor } from "./servers.ts";

/** Private Monero regtest networks: everything binds to and dials 127.0.0.1 only. */

const HOST = "127.0.0.1";
/** The address that Monero's own functional tests mine to. */
const MINING_ADDRESS =
  "42ey1afDFnn4886T7196doS9GPMzexD9gXpsZJDwVjeRVdFCSoHnv7KPbBeGpzJBzHRCAs9UxqeoyFQMYbqSWYTfJJQAWDm";

export type MonerodOptions = {
  /** A hub waits for others; a leaf dials its peer. */
  readonly role: "hub" | "leaf";
  /** Whom a leaf dials. */
  readonly peer?: { readonly p2pPort: number };
  readonly extraArgs?: readonly string[];
  /** Of a node that has ended: the new one continues its chain, on its ports. */
  readonly insteadOf?: Pick<Monerod, "dataDir" | "p2pPort" | "rpcPort">;
  /** How far its clock is ahead. Needs libfaketime. */
  readonly clockAheadSeconds?: number;
  /** With a login, rpc() and what is built on it do not work: they know no digest. */
  readonly rpcLogin?: { readonly username: string; readonly password: string };
  /** Also listen for restricted RPC on a port of its own. */
  readonly restrictedPort?: boolean;
};

export type Monerod = {
  /** Base URL, without path. */
  readonly rpcUrl: string;
  readonly rpcPort: number;
  readonly restrictedUrl?: string;
  readonly p2pPort: number;
  readonly dataDir: string;
  readonly pid: number;
  hasEnded(): boolean;
  output(): string;
  /** The result of one JSON-RPC call. */
  rpc(method: string, params?: unknown, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** One call outside JSON-RPC, for instance other("/get_peer_list", {}). */
  other(path: string, body?: unknown, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** Mines and gives the new height. A hub refuses (BUSY) before its first peer has connected. */
  mine(blocks: number): Promise<number>;
  /** Drops the outgoing connections and dials no more, until rejoin. */
  cut(): Promise<void>;
  /** Lets it dial again; it does within a few seconds. */
  rejoin(): Promise<void>;
  stop(): Promise<number>;
};

const rows = z.object({ connections: z.array(z.object({ state: z.string() })).default([]) });
const info = z.object({ height: z.number(), synchronized: z.boolean().default(false) });
const answer = z.object({ result: z.record(z.string(), z.unknown()) });
const mined = z.object({ height: z.number() });

/** Starts one node and waits until its RPC answers. */
export async function startMonerod(options: MonerodOptions): Promise<Monerod> {
  const { role, peer, rpcLogin, insteadOf, clockAheadSeconds = 0 } = options;
  if ((role === "leaf") !== (peer !== undefined)) throw new Error("a leaf needs a peer, a hub dials none");
  const p2pPort = insteadOf?.p2pPort ?? (await freePort());
  const rpcPort = insteadOf?.rpcPort ?? (await freePort());
  const dataDir = insteadOf?.dataDir ?? tempFolder();
  const restrictedPort = options.restrictedPort ? await freePort() : undefined;
  const rpcUrl = `http://${HOST}:${rpcPort}`;
  const args = [
    ...["--regtest", "--fixed-difficulty", "1", "--non-interactive", "--log-level", "0"],
    ...["--p2p-bind-ip", HOST, "--p2p-bind-port", String(p2pPort)],
    // Without TLS it need not make an RSA key first.
    ...["--rpc-bind-ip", HOST, "--rpc-bind-port", String(rpcPort), "--rpc-ssl", "disabled"],
    ...["--no-igd", "--no-zmq", "--allow-local-ip", "--disable-dns-checkpoints", "--check-updates", "disabled"],
    ...["--data-dir", dataDir],
    // An exclusive node, on every node, keeps 0.18.0 from asking DNS for seeds. Nothing listens on the hub's: port 9.
    ...["--add-exclusive-node", `${HOST}:${peer?.p2pPort ?? 9}`],
    // All leaves come from one address, of which monerod would let in only one.
    ...(role === "hub" ? ["--max-connections-per-ip", "20"] : []),
    ...(restrictedPort === undefined ? [] : ["--rpc-restricted-bind-port", String(restrictedPort)]),
    ...(rpcLogin === undefined ? [] : ["--rpc-login", `${rpcLogin.username}:${rpcLogin.password}`]),
    ...(options.extraArgs ?? []),
  ];
  const env = clockAheadSeconds === 0 ? {} : fakeClock(clockAheadSeconds);
  const program = await startProcess(requireProgram("monerod"), args, { env });

  async function other(path: string, body: unknown = {}, timeoutMs = 20_000): Promise<Record<string, unknown>> {
    const response = await post(`${rpcUrl}${path}`, body, timeoutMs);
    const text = await response.text();
    if (!response.ok) throw new Error(`monerod answered ${response.status} to ${path}: ${text}`);
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  }

  async function rpc(method: string, params: unknown = {}, timeoutMs?: number): Promise<Record<string, unknown>> {
    const body = await other("/json_rpc", { jsonrpc: "2.0", id: "0", method, params }, timeoutMs);
    const read = answer.safeParse(body);
    if (!read.success) throw new Error(`${method} failed: ${JSON.stringify(body)}`);
    return read.data.result;
  }

  async function setOutPeers(count: number): Promise<void> {
    const { status } = await other("/out_peers", { set: true, out_peers: count });
    if (status !== "OK") throw new Error(`out_peers was refused: ${String(status)}`);
  }

  const node: Monerod = {
    rpcUrl,
    rpcPort,
    ...(restrictedPort === undefined ? {} : { restrictedUrl: `http://${HOST}:${restrictedPort}` }),
    p2pPort,
    dataDir,
    pid: program.pid,
    hasEnded: () => program.exitCode() !== undefined,
    output: program.output,
    rpc,
    other,
    async mine(blocks) {
      const params = { amount_of_blocks: blocks, wallet_address: MINING_ADDRESS };
      // 35-120 ms a block were seen, after some 2 s for the first: a slow machine gets a second for each.
      const result = await rpc("generateblocks", params, 60_000 + blocks * 1000);
      if (result.status !== "OK") throw new Error(`generateblocks: ${String(result.status)}`);
      return mined.parse(result).height + 1;
    },
    async cut() {
      await setOutPeers(0);
      await waitFor(async () => (await connectionStates(node)).length === 0, "the node to lose its peers", {
        timeoutMs: 30_000,
        program,
      });
    },
    rejoin: () => setOutPeers(8),
    stop: program.stop,
  };
  // With a login 401 is an answer too.
  await waitFor(async () => [200, 401].includes((await post(`${rpcUrl}/get_info`, {}, 5000)).status), "monerod's RPC", {
    timeoutMs: 60_000,
    program,
  });
  return node;
}

/** The library itself: the program faketime would start monerod as a child, which signals do not reach. */
function fakeClock(aheadSeconds: number): Readonly<Record<string, string>> {
  const places = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`);
  const library = places.find((path) => existsSync(path));
  if (library === undefined) throw new Error("libfaketime is not in /usr/lib (apt-get install faketime)");
  // Its timers keep the pace of the machine.
  return { LD_PRELOAD: library, FAKETIME: `+${aheadSeconds}s`, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}

function post(url: string, body: unknown, timeoutMs: number): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

/** The states of the rows of get_connections, which lacks the list where there are none. */
export async function connectionStates(node: Monerod): Promise<string[]> {
  return rows.parse(await node.rpc("get_connections")).connections.map((row) => row.state);
}

export async function height(node: Monerod): Promise<number> {
  return info.parse(await node.rpc("get_info")).height;
}

export type MoneroPair = {
  readonly hub: Monerod;
  readonly leaf: Monerod;
  /** Mines on the hub; the leaf has followed then, unless it is cut off. Gives the hub's height. */
  mine(blocks: number): Promise<number>;
  /** Separates the two, as both see it. */
  cut(): Promise<void>;
  /** Lets the leaf dial the hub again, and returns at once: the leaf then synchronizes. */
  rejoin(): Promise<void>;
  /** Waits until the leaf is connected and has the hub's height. */
  waitForSync(): Promise<void>;
  stop(): Promise<void>;
};

/** A hub and a leaf that dials it, connected: the hub has one inbound peer and accepts mining. */
export async function startMoneroPair(
  options: { readonly hub?: Omit<MonerodOptions, "role">; readonly leaf?: Omit<MonerodOptions, "role" | "peer"> } = {},
): Promise<MoneroPair> {
  const hub = await startMonerod({ role: "hub", ...options.hub });
  const leaf = await startMonerod({ role: "leaf", peer: hub, ...options.leaf });

  async function isConnected(): Promise<boolean> {
    const [hubStates, leafStates] = [await connectionStates(hub), await connectionStates(leaf)];
    return leafStates.includes("normal") && hubStates.includes("normal");
  }
  async function waitForSync(): Promise<void> {
    const isSynced = async () => (await isConnected()) && (await height(hub)) === (await height(leaf));
    await waitFor(isSynced, "the leaf to have the hub's height", { timeoutMs: 120_000 });
  }

  // Only a hub that says "synchronized" accepts mining.
  const isReady = async () => (await isConnected()) && info.parse(await hub.rpc("get_info")).synchronized;
  await waitFor(isReady, "the leaf to connect to the hub", { timeoutMs: 60_000 });
  return {
    hub,
    leaf,
    async mine(blocks) {
      const mined = await hub.mine(blocks);
      if ((await connectionStates(leaf)).length > 0) await waitForSync();
      return mined;
    },
    async cut() {
      await leaf.cut();
      await waitFor(async () => (await connectionStates(hub)).length === 0, "the hub to lose its peer", {
        timeoutMs: 30_000,
      });
    },
    rejoin: leaf.rejoin,
    waitForSync,
    async stop() {
      await Promise.all([leaf.stop(), hub.stop()]);
    },
  };
}
