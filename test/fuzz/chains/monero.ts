import { CANARY, type FuzzAdapter, variant } from "../adapter.ts";
import type { Corpus } from "../corpus.ts";
import { parseTree, type Tree } from "../json-tree.ts";

const URL = "http://192.0.2.10:18081";

const METHODS = ["get_info", "get_connections", "get_last_block_header", "sync_info", "get_bans"];
const BY_HEIGHT = "get_block_header_by_height";
const ENDPOINTS = ["get_net_stats", "get_limit", "in_peers", "out_peers"];

export function moneroAdapter(corpus: Corpus): FuzzAdapter {
  const named = (name: string) => corpus.files(new RegExp(`^monero/(?:.*/)?${name}(?:\\.[^/]*)?\\.json$`));
  return {
    name: "monero",
    calls: [...METHODS, BY_HEIGHT, ...ENDPOINTS],
    callOf({ path, body }) {
      const [, endpoint] = /^\/(\w+)(?:\?|$)/.exec(path) ?? [];
      if (endpoint !== undefined && ENDPOINTS.includes(endpoint)) return endpoint;
      return /"method":"(\w+)"/.exec(body)?.[1];
    },
    answers: {
      ...Object.fromEntries([...METHODS, ...ENDPOINTS].map((name) => [name, named(name)])),
      [BY_HEIGHT]: [({ body }) => headerAt(Number(/"height":(\d+)/.exec(body)?.[1]))],
    },
    variants: [
      variant("monero", { url: URL }, { url: URL }),
      variant(
        "monero",
        { url: `https://user:${CANARY}@192.0.2.10/${CANARY}/?key=${CANARY}` },
        { url: URL },
        { max_per_node: 3, max_new_per_hour: 4 },
      ),
      variant(
        "monero",
        { url: `${URL}?${CANARY}`, auth: { digest: { username: "monitor", password: CANARY } } },
        { url: URL },
        { address: "subnet" },
      ),
      variant("monero", { url: `${URL}/gateway/${CANARY}` }, { url: URL }, { address: "hashed" }),
      variant(
        "monero",
        { url: URL, auth: { header: { name: "X-Api-Key", value: CANARY } } },
        { url: URL },
        { address: "none" },
      ),
      variant("monero", { url: URL }, { url: URL }, { max_per_node: 0 }),
    ],
    rows: { call: "get_connections", count: countRows },
  };
}

function countRows(answer: unknown): number | undefined {
  if (typeof answer !== "object" || answer === null || !("result" in answer)) return undefined;
  const { result } = answer;
  if (typeof result !== "object" || result === null) return undefined;
  const rows: unknown = "connections" in result ? result.connections : [];
  return Array.isArray(rows) ? rows.length : undefined;
}

/** The header of the block that was asked for. */
function headerAt(height: number): Tree {
  const block_header = { height, hash: height.toString(16).padStart(64, "a") };
  return parseTree(JSON.stringify({ id: "0", jsonrpc: "2.0", result: { status: "OK", block_header } }));
}
