import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { BTCD } from "../../tools/btcd/program.ts";
import { findInstalled } from "../../tools/programs.ts";
import { ask } from "./ask.ts";
import { freePort, startProcess, tempFolder, waitFor } from "./servers.ts";

/** Private regtest networks of btcd, with TLS: everything binds to and dials 127.0.0.1 only. */

const HOST = "127.0.0.1";

export const ADMIN = { username: "operator", password: "s3cret-operator" };
/** May call little: not getpeerinfo. */
export const LIMITED = { username: "visitor", password: "s3cret-visitor" };

/** Nodes that mine apart with one address might make the same blocks. Their keys are 20 bytes of zero, and of one. */
const MINING_ADDRESSES = { hub: "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", leaf: "mfcGAzvis9JQAb6avB6WBGiGrgWzLxuGaC" };

export type Btcd = {
  /** With https. */
  readonly rpcUrl: string;
  /** Where a hub listens for peers. */
  readonly address: string;
  /** The certificate that it signed itself. */
  readonly certFile: string;
  rpc(method: string, ...params: readonly unknown[]): Promise<unknown>;
  stop(): Promise<number>;
};

/** The path of btcd; a missing one is named on stderr. Also in CI, which has no Go to build it with. */
export function findBtcd(): string | undefined {
  const path = findInstalled(BTCD);
  if (path === undefined) process.stderr.write("tests that need btcd are skipped: npm run btcd builds it with Go\n");
  return path;
}

const answer = z.object({ result: z.unknown(), error: z.unknown() });

/**
 * Starts one node and waits until its RPC answers.
 * @param role a hub waits for others; a leaf dials by `addnode` alone
 */
export async function startBtcd(path: string, role: "hub" | "leaf"): Promise<Btcd> {
  const [p2pPort, rpcPort, folder] = [await freePort(), await freePort(), tempFolder()];
  const certFile = join(folder, "rpc.cert");
  const program = await startProcess(path, [
    ...["--regtest", `--datadir=${join(folder, "data")}`, `--logdir=${join(folder, "log")}`],
    ...[`--configfile=${join(folder, "btcd.conf")}`, `--rpccert=${certFile}`, `--rpckey=${join(folder, "rpc.key")}`],
    ...[`--rpclisten=${HOST}:${rpcPort}`, `--rpcuser=${ADMIN.username}`, `--rpcpass=${ADMIN.password}`],
    ...[`--rpclimituser=${LIMITED.username}`, `--rpclimitpass=${LIMITED.password}`],
    ...["--nodnsseed", "--nostalldetect", `--miningaddr=${MINING_ADDRESSES[role]}`],
    role === "hub" ? `--listen=${HOST}:${p2pPort}` : "--nolisten",
  ]);
  const rpcUrl = `https://${HOST}:${rpcPort}`;

  async function rpc(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const { text } = await ask(rpcUrl, {
      method: "POST",
      auth: `${ADMIN.username}:${ADMIN.password}`,
      ca: readFileSync(certFile),
      body: JSON.stringify({ jsonrpc: "1.0", id: "0", method, params }),
    });
    const { result, error } = answer.parse(JSON.parse(text));
    if (error !== null) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
    return result;
  }

  await waitFor(async () => (await rpc("getblockcount")) === 0, "btcd's RPC", { timeoutMs: 60_000, program });
  return { rpcUrl, address: `${HOST}:${p2pPort}`, certFile, rpc, stop: program.stop };
}
