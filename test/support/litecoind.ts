import { createHmac } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as z from "zod";
import { freePort, requireProgram, run, startProcess, tempFolder, waitFor } from "./servers.ts";

/** Private Litecoin regtest networks: everything binds to and dials the loopback interface only. */

const HOST = "127.0.0.1";

/** A user with a password, and what it may call; without that: everything, as no user has by default where one has a list. */
export type RpcUser = { readonly name: string; readonly password: string; readonly whitelist?: string };

export type LitecoindOptions = {
  /** Whether it waits for peers, on all its addresses. */
  readonly listens?: boolean;
  readonly users?: readonly RpcUser[];
  /** Of a node that has ended: the new one continues its chain, on its ports. */
  readonly insteadOf?: Pick<Litecoind, "dataDir" | "p2pPort" | "rpcPort">;
  /** Stays in its warmup, where it loads its bans, until `finishWarmup`. */
  readonly staysInWarmup?: boolean;
};

export type Litecoind = {
  readonly rpcUrl: string;
  readonly rpcPort: number;
  readonly p2pPort: number;
  /** `127.0.0.1` and its port for peers. */
  readonly address: string;
  /** Peers on this address count as inbound ones over Tor. */
  readonly onionAddress: string;
  /** Absent where the machine has no IPv6. */
  readonly ipv6Address: string | undefined;
  readonly dataDir: string;
  readonly cookieFile: string;
  readonly pid: number;
  hasEnded(): boolean;
  /** The result of one call, with all rights. */
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
  /** The same by litecoin-cli, which sends texts as they are, and numbers. */
  cli(method: string, ...params: readonly string[]): Promise<unknown>;
  /** Above height 431 it makes no block without a transaction. */
  mine(blocks: number, output?: MinedOutput): Promise<readonly string[]>;
  /** Connects to an address, once: no node dials by itself. */
  dial(address: string): Promise<void>;
  finishWarmup(): Promise<void>;
  /** Without a goodbye: a clean end takes two seconds. */
  kill(): Promise<void>;
};

/** Nodes that mine apart in one second would make the same blocks if they paid to the same one. */
export type MinedOutput = "raw(51)#8lvh9jxk" | "raw(52)#qu92mhx7";

/** Starts one node and waits until its RPC answers, be it only that it starts. */
export async function startLitecoind(options: LitecoindOptions = {}): Promise<Litecoind> {
  const { listens = false, users = [], insteadOf, staysInWarmup = false } = options;
  const p2pPort = insteadOf?.p2pPort ?? (await freePort());
  const rpcPort = insteadOf?.rpcPort ?? (await freePort());
  const dataDir = insteadOf?.dataDir ?? tempFolder();
  const onionAddress = `${HOST}:${await freePort()}`;
  const ipv6Address = (await hasIpv6()) ? `[::1]:${await freePort()}` : undefined;
  const cookieFile = join(dataDir, "regtest/.cookie");
  const banFile = join(dataDir, "regtest/banlist.dat");
  const binds = [`${HOST}:${p2pPort}`, `${onionAddress}=onion`, ...(ipv6Address === undefined ? [] : [ipv6Address])];
  const args = [
    ...["-regtest", `-datadir=${dataDir}`, "-server", `-port=${p2pPort}`, `-rpcport=${rpcPort}`],
    ...["-dnsseed=0", "-upnp=0", "-listenonion=0", "-discover=0"],
    ...["-disablewallet", "-dbcache=16", "-printtoconsole=0"],
    ...["-connect=0", ...(listens ? binds.map((bind) => `-bind=${bind}`) : ["-listen=0"])],
    ...users.map((user) => `-rpcauth=${hashed(user)}`),
    ...users.flatMap(({ whitelist = "" }) => (whitelist === "" ? [] : [`-rpcwhitelist=${whitelist}`])),
    "-rpcwhitelistdefault=0",
  ];
  if (staysInWarmup) await makePipe(banFile);
  const program = await startProcess(requireProgram("litecoind"), args);
  const rpcUrl = `http://${HOST}:${rpcPort}`;

  async function rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const login = Buffer.from(readFileSync(cookieFile, "utf8").trim()).toString("base64");
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { authorization: `Basic ${login}` },
      body: JSON.stringify({ jsonrpc: "1.0", id: "0", method, params }),
      signal: AbortSignal.timeout(30_000),
    });
    const { result, error } = answer.parse(await response.json());
    if (error !== null) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
    return result;
  }

  async function cli(method: string, ...params: readonly string[]): Promise<unknown> {
    const command = ["-regtest", `-datadir=${dataDir}`, `-rpcport=${rpcPort}`, method, ...params];
    const { code, stdout, output } = await run(requireProgram("litecoin-cli"), command);
    if (code !== 0) throw new Error(`litecoin-cli ${method} ended with ${code}: ${output}`);
    return JSON.parse(stdout);
  }

  async function isAnswering(): Promise<boolean> {
    try {
      await rpc("uptime");
      return !staysInWarmup;
    } catch (error) {
      return staysInWarmup && String(error).includes('"code":-28');
    }
  }

  await waitFor(isAnswering, "litecoind's RPC", { timeoutMs: 60_000, program });
  return {
    ...{ rpcUrl, rpcPort, p2pPort, onionAddress, ipv6Address, dataDir, cookieFile },
    address: `${HOST}:${p2pPort}`,
    pid: program.pid,
    hasEnded: () => program.exitCode() !== undefined,
    rpc,
    cli,
    mine: async (blocks, output = "raw(51)#8lvh9jxk") =>
      z.array(z.string()).parse(await rpc("generatetodescriptor", blocks, output)),
    async dial(address) {
      await rpc("addnode", address, "onetry");
    },
    async finishWarmup() {
      // It waits until something writes; nothing is written, so it starts with an empty list, and replaces the file.
      closeSync(openSync(banFile, constants.O_WRONLY | constants.O_NONBLOCK));
      await waitFor(() => rpc("uptime").then(() => true), "litecoind to end its warmup", {
        timeoutMs: 60_000,
        program,
      });
    },
    async kill() {
      if (program.exitCode() === undefined) process.kill(program.pid, "SIGKILL");
      await program.exited;
    },
  };
}

const answer = z.object({ result: z.unknown(), error: z.unknown() });

/** Reading it waits for a writer. */
async function makePipe(path: string): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true });
  rmSync(path, { force: true });
  const { code, output } = await run("mkfifo", [path]);
  if (code !== 0) throw new Error(`cannot make the pipe ${path}: ${output}`);
}

/** As share/rpcauth/rpcauth.py of the software does it. */
function hashed({ name, password }: RpcUser): string {
  const salt = "3a1c5e7f9b2d4f60";
  return `${name}:${salt}$${createHmac("sha256", salt).update(password).digest("hex")}`;
}

function hasIpv6(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(0, "::1", () => server.close(() => resolve(true)));
  });
}
