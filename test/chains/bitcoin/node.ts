import type { NodeSession, PollRequest } from "../../../src/chains/adapter.ts";
import type { ChainName } from "../../../src/chains/index.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { openInMemory, poll } from "../sessions.ts";
import { fields, jsonReply, type Reply } from "../support.ts";
import { coreRow } from "./peer-rows.ts";

/** A node in memory, and what is asked of it. */

export const HEAD_HASH = "00000000000000000001ab".padEnd(64, "c");
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
export const HEAD_SECONDS = NOW_MS / 1000 - 100;

/** Of Bitcoin Core 30, as its exported help lists them. */
export const INFO = {
  ...{ chain: "main", blocks: 930_017, headers: 930_017, bestblockhash: HEAD_HASH, time: HEAD_SECONDS },
  ...{ mediantime: HEAD_SECONDS - 3600, verificationprogress: 0.999_99, initialblockdownload: false, pruned: false },
  ...{ size_on_disk: 800_000_000_000, warnings: [] },
};

const NETWORK = {
  ...{ version: 300_100, subversion: "/Satoshi:30.1.0/", protocolversion: 70_016, timeoffset: 0, networkactive: true },
  ...{ connections: 1, connections_in: 0, connections_out: 1, warnings: [] },
  networks: [
    { name: "ipv4", limited: false, reachable: true, proxy: "" },
    { name: "onion", limited: true, reachable: false, proxy: "" },
  ],
  localaddresses: [],
};

const TOTALS = {
  ...{ totalbytesrecv: 5000, totalbytessent: 6000, timemillis: NOW_MS },
  uploadtarget: { target: 5000, bytes_left_in_cycle: 100 },
};

export const EACH_POLL = ["getblockchaininfo", "getpeerinfo", "getnettotals", "uptime"];
export const SELDOM = ["getnetworkinfo", "getchaintips", "listbanned", "getaddrmaninfo", "getaddednodeinfo"];

/** The result of each method. */
export type Results = Readonly<Record<string, unknown>>;

export const CORE_30: Results = {
  getpeerinfo: [coreRow("30")],
  getblockchaininfo: INFO,
  getnettotals: TOTALS,
  uptime: 4000,
  getnetworkinfo: NETWORK,
  getchaintips: [{ height: 930_017, hash: HEAD_HASH, branchlen: 0, status: "active" }],
  listbanned: [{ address: "192.0.2.1/32", ban_created: 1, banned_until: 2 }],
  getaddrmaninfo: { ipv4: { new: 5, tried: 2, total: 7 } },
  getaddednodeinfo: [{ addednode: "node.example", connected: false, addresses: [] }],
  getblockhash: "ab".repeat(32),
  getblockheader: { hash: HEAD_HASH, height: 930_017, time: HEAD_SECONDS },
};

export function rpcResult(result: unknown): Reply {
  return jsonReply({ result, error: null, id: "0" });
}

/** An error of a method as Core sends it up to 27. */
export function rpcError(code: number, message: string, status = 500): Reply {
  return jsonReply({ result: null, error: { code, message }, id: "0" }, status);
}

export const METHOD_NOT_FOUND = rpcError(-32_601, "Method not found", 404);

export function methodOf(body = ""): string {
  const { method } = fields(JSON.parse(body));
  return typeof method === "string" ? method : "";
}

export type MemoryNode = {
  readonly session: NodeSession;
  /** The methods that were called, in order. */
  readonly calls: string[];
  /** What it answers, by method; a `Reply` is sent as it is, `undefined` is an unknown method. */
  readonly answers: Record<string, unknown>;
  poll(request?: PollRequest): Promise<NodeReport>;
};

class RawReply {
  readonly reply: Reply;
  constructor(reply: Reply) {
    this.reply = reply;
  }
}

/** A whole HTTP answer instead of a result. */
export function raw(reply: Reply): unknown {
  return new RawReply(reply);
}

export function openBitcoin(changes: Results = {}, chain: ChainName = "bitcoin", headOnly = false): MemoryNode {
  const answers: Record<string, unknown> = { ...CORE_30, ...changes };
  const calls: string[] = [];
  const session = openInMemory(
    chain,
    ({ body }) => {
      const method = methodOf(body);
      calls.push(method);
      const answer = answers[method];
      if (answer instanceof RawReply) return answer.reply;
      return answer === undefined ? METHOD_NOT_FOUND : rpcResult(answer);
    },
    {},
    headOnly,
  );
  return { session, calls, answers, poll: (request) => poll(session, undefined, request) };
}

/** `name label=value ... number` of the samples of a report whose name begins so, without the prefix of the family. */
export function samplesOf({ chainSamples }: NodeReport, names = ""): readonly string[] {
  return chainSamples
    .map(({ family, labels, value }) =>
      [
        family.name.replace("p2p_bitcoin_", ""),
        ...family.labels.map((label, index) => `${label}=${labels[index]}`),
        value,
      ].join(" "),
    )
    .filter((line) => line.startsWith(names));
}
