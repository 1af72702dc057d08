import type { ChainSample } from "../../../src/model/chain-family.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { type Answer, type FakeNode, type Handler, json, type ReceivedRequest } from "../../support/fake-node.ts";
import { type NodeSettings, openNode, poll, serve } from "../sessions.ts";
import { type Fields, fields, fixture, fixtureResult, list } from "../support.ts";

/** A fake monerod, and what is asked of it. */

export const info = fixtureResult("monero/get_info.json");
export const header = fixtureResult("monero/get_last_block_header.json");

export const METHOD_NOT_FOUND = json({
  error: { code: -32601, message: "Method not found" },
  id: "0",
  jsonrpc: "2.0",
});

/** What a fake monerod answers, by method, or by path outside JSON-RPC. */
export type Answers = Readonly<Record<string, Answer>>;

export function rpc(result: object): Answer {
  return json({ id: "0", jsonrpc: "2.0", result: { status: "OK", untrusted: false, ...result } });
}

/** An answer outside JSON-RPC. */
export function bare(result: object): Answer {
  return json({ status: "OK", untrusted: false, ...result });
}

/** The method, or the path of a call outside JSON-RPC. */
export function callOf({ url, body }: Pick<ReceivedRequest, "url" | "body">): string {
  const { method } = fields(body === "" ? {} : JSON.parse(body));
  return typeof method === "string" ? method : (url.split("?")[0] ?? "");
}

export function callsOf({ requests }: FakeNode, from = 0): readonly string[] {
  return requests.slice(from).map(callOf);
}

export const GENESIS = { height: 0, hash: "418015bb9ae982a1975da7d79277c2705727a56894ba0fb246adaabb1f4632e3" } as const;

const WELL: Answers = {
  get_info: rpc(info),
  get_connections: rpc({}),
  get_last_block_header: rpc(header),
  get_block_header_by_height: rpc({ block_header: GENESIS }),
  "/get_net_stats": json(fixture("monero/get_net_stats.json")),
  get_bans: json(fixture("monero/get_bans.json")),
  "/get_limit": json(fixture("monero/get_limit.json")),
  "/in_peers": json(fixture("monero/in_peers.json")),
  "/out_peers": json(fixture("monero/out_peers.json")),
  sync_info: json(fixture("monero/sync_info.json")),
};

/** A daemon that is well and has no peers, but for what the test says. */
export function daemon(answers: Answers = {}): Handler {
  return (request) => {
    const call = callOf(request);
    return answers[call] ?? WELL[call] ?? (call.startsWith("/") ? { status: 404 } : METHOD_NOT_FOUND);
  };
}

/** What monerod's restricted RPC answers. */
export const RESTRICTED: Answers = {
  get_info: rpc(fixtureResult("monero/get_info.restricted.json")),
  get_connections: METHOD_NOT_FOUND,
  get_bans: METHOD_NOT_FOUND,
  sync_info: METHOD_NOT_FOUND,
  "/get_net_stats": { status: 404 },
  "/in_peers": { status: 404 },
  "/out_peers": { status: 404 },
};

export async function pollDaemon(answers: Answers, settings: NodeSettings = {}): Promise<NodeReport> {
  const { url } = await serve(daemon(answers));
  return poll(openNode("monero", url, settings), settings.timeoutMs);
}

/** A row of get_connections with some values. */
export function row(values: object): Fields {
  return { ...fields(list(fixtureResult("monero/get_connections.json").connections)[0]), ...values };
}

/** The samples as sample lines, without the common start of their names. */
export function sampleLines(samples: readonly ChainSample[] | undefined = []): readonly string[] {
  return samples.map(({ family, labels, value }) => {
    if (labels.length !== family.labels.length) throw new Error(`${family.name} has other labels`);
    const pairs = labels.map((label, index) => `${family.labels[index]}=${label}`);
    return [family.name.replace(/^p2p_monero_/, ""), ...pairs, value].join(" ");
  });
}
