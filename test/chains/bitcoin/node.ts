import type { NodeSession, PollRequest } from "../../../src/chains/adapter.ts";
import type { ChainName } from "../../../src/chains/index.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { openInMemory, poll } from "../sessions.ts";
import { fields, jsonReply, type Reply } from "../support.ts";
import { CORE_30 } from "./answers.ts";

/** A node in memory, and what is asked of it. */

export const EACH_POLL = ["getblockchaininfo", "getpeerinfo", "getnettotals", "uptime"];
export const SELDOM = ["getnetworkinfo", "getchaintips", "listbanned", "getaddrmaninfo", "getaddednodeinfo"];

/** The result of each method. */
export type Results = Readonly<Record<string, unknown>>;

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
