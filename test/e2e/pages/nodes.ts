import { daemon, header, rpc } from "../../chains/monero/daemon.ts";
import { fields, fixture } from "../../chains/support.ts";
import { WELL } from "../../reliability/well-nodes.ts";
import { type FakeNode, type Handler, json, startFakeNode } from "../../support/fake-node.ts";

/** Fake nodes for the tests with a browser: one in each state that the pages know. */

const info = fields(fixture("wire/get_info.spring-1.2.json"));

export const HEAD = 21_000_500;

/** A Wire node that is well, with its head at this height. */
export function wireAt(height: number): Handler {
  const blockTime = () => new Date(Date.now() - (HEAD - height) * BLOCK_MS).toISOString().slice(0, -1);
  return (request) =>
    request.url === "/v1/chain/get_info"
      ? json({ ...info, head_block_num: height, head_block_time: blockTime() })
      : WELL.wire(request);
}

const BLOCK_MS = 500;

const blockHeader = fields(fields(header).block_header);
/** A Monero node that is well, with a block of now. */
const wellMonero = daemon({
  get_connections: json(fixture("monero/get_connections.json")),
  get_last_block_header: rpc({ ...header, block_header: { ...blockHeader, timestamp: Math.floor(Date.now() / 1000) } }),
});

/** Its peers are known, and its head is not. */
const headless: Handler = (request) =>
  request.url === "/v1/chain/get_info" ? { status: 500, body: "no" } : WELL.wire(request);

const silent: Handler = () => new Promise(() => {});

export type States = { readonly config: string; close(): Promise<void> };

/** @param interval of the polls, and their timeout: a short one takes a node for down when the machine stands still for so long */
export async function startStates(interval: string): Promise<States> {
  const [up, behind, degraded, waiting, monero, gone] = await Promise.all([
    startFakeNode(wireAt(HEAD)),
    startFakeNode(wireAt(HEAD - 1000)),
    startFakeNode(headless),
    startFakeNode(silent),
    startFakeNode(wellMonero),
    startFakeNode(silent),
  ]);
  await gone.close();
  const node = (name: string, { url }: FakeNode, chain = "wire", more = {}) => ({ name, chain, url, ...more });
  const config = {
    global: { interval, timeout: interval },
    nodes: [
      node("alpha", up, "wire", { labels: { region: "eu", zone: "a" } }),
      node("bravo", behind, "wire", { labels: { region: "us" } }),
      node("charlie", degraded),
      node("delta", gone, "monero"),
      node("echo", waiting, "wire", { interval: "10m", timeout: "10m" }),
      node("foxtrot", monero, "monero"),
    ],
    references: [node("golf", up)],
  };
  return {
    config: JSON.stringify(config),
    close: async () => {
      await Promise.all([up, behind, degraded, waiting, monero].map((each) => each.close()));
    },
  };
}
