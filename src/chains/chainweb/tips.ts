import type { Signal } from "../../lib/abort.ts";
import type { Failure } from "../../model/failure.ts";
import { attempt, failed, type Outcome, succeeded } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { explainStatus } from "./api.ts";
import type { Cut } from "./cut.ts";
import { creationSeconds, fetchHeader } from "./header.ts";

/** Reads when the newest blocks were made: once for each block, as a block never changes. */
type TipReader = (cut: Cut, signal: Signal) => Promise<Tips>;

export type Tips = {
  /** When the newest block of each chain was made, unix seconds; without the chains where that is not known. */
  readonly seconds: ReadonlyMap<string, number>;
  /** Whether every header that was asked for came. */
  readonly outcome: Outcome<unknown>;
};

type Tip = { readonly hash: string; readonly seconds: number };

/**
 * A node's throttle lets through 50 requests a second (Configuration.hs). The largest public network has 20 chains, and
 * about ten of them have a new block at a poll. The chains of a larger network take turns.
 */
const MAX_REQUESTS = 20;

/** Failures of one header. After any other failure, of the connection or the throttle, the poll skips the other headers. */
const OF_ONE_HEADER: readonly Failure["reason"][] = ["bad_shape", "bad_json", "not_found"];

export function createTipReader(client: RpcClient, network: string): TipReader {
  let known: ReadonlyMap<string, Tip> = new Map();
  let lastAsked: string | undefined;

  return async (cut, signal) => {
    const fresh = new Map<string, Tip>();
    const missing: (readonly [chain: string, hash: string])[] = [];
    let failure: Failure | undefined;
    for (const [chain, hash] of cut.tips) {
      const cached = known.get(chain);
      if (hash === undefined) failure ??= noHash(chain, client);
      else if (cached?.hash === hash) fresh.set(chain, cached);
      else missing.push([chain, hash]);
    }
    for (const [chain, hash] of startingAfter(missing, lastAsked).slice(0, MAX_REQUESTS)) {
      lastAsked = chain;
      const answer = await attempt(() => fetchCreationTime(client, network, chain, hash, signal));
      if (answer.ok) fresh.set(chain, { hash, seconds: answer.value });
      else failure ??= answer.failure;
      if (!answer.ok && !OF_ONE_HEADER.includes(answer.failure.reason)) break;
    }
    known = fresh;
    const seconds = new Map([...cut.tips.keys()].flatMap((chain) => secondsOf(chain, fresh)));
    return { seconds, outcome: failure === undefined ? succeeded(undefined) : failed(failure) };
  };
}

/** The head is as old as the oldest tip; undefined while the age of one tip is not known. */
export function oldestTip(cut: Cut, { seconds }: Tips): number | undefined {
  return seconds.size === cut.tips.size ? Math.min(...seconds.values()) : undefined;
}

/** The same list, beginning after the chain that was asked last, so that the limit leaves out every chain in turn. */
function startingAfter<T extends readonly [string, string]>(chains: readonly T[], last: string | undefined): T[] {
  const next = last === undefined ? 0 : chains.findIndex(([chain]) => Number(chain) > Number(last));
  return [...chains.slice(Math.max(0, next)), ...chains.slice(0, Math.max(0, next))];
}

function secondsOf(chain: string, tips: ReadonlyMap<string, Tip>): (readonly [string, number])[] {
  const tip = tips.get(chain);
  return tip === undefined ? [] : [[chain, tip.seconds]];
}

async function fetchCreationTime(
  client: RpcClient,
  network: string,
  chain: string,
  hash: string,
  signal: Signal,
): Promise<number> {
  const header = await fetchHeader(client, { network, chain, hash }, explainStatus("header", network), signal);
  return creationSeconds(header, `chain/${chain}/header at ${client.url.label}`);
}

function noHash(chain: string, client: RpcClient): Failure {
  const message = `cut at ${client.url.label}: expected a hash for chain ${chain}`;
  return { reason: "bad_shape", message, advice: "check that the URL is a chainweb node's API" };
}
