import { CANARY, type FuzzAdapter, variant } from "../adapter.ts";
import type { Corpus } from "../corpus.ts";
import { parseTree, type Tree } from "../json-tree.ts";

const URL = "http://192.0.2.10:8888";
const TOKENS = `http://user:${CANARY}@192.0.2.10:8888/${CANARY}/base?key=${CANARY}`;
const PLUGIN = { prometheus_url: `http://192.0.2.11:9101/${CANARY}?${CANARY}=1` };

export function wireAdapter(corpus: Corpus): FuzzAdapter {
  return {
    name: "wire",
    calls: ["connections", "get_info", "get_block_info", "prometheus"],
    callOf: ({ path }) =>
      /\/v1\/(?:net|chain|prometheus)\/(connections|get_info|get_block_info|metrics)/
        .exec(path)?.[1]
        ?.replace("metrics", "prometheus"),
    answers: {
      connections: corpus.files(/^wire\/(?:[ls]\d|e1|w\d|.*\/connections\.).*\.json$/),
      get_info: corpus.files(/^wire\/(?:.*\/)?get_info\..*$|^wire\/.*\/get_info\.json$/),
      get_block_info: [({ body }) => blockAt(Number(/"block_num":(\d+)/.exec(body)?.[1]))],
      prometheus: corpus.files(/^wire\/(?:prometheus\.|prometheus\/).*\.txt$/),
    },
    variants: [
      variant("wire", { url: URL, wire: PLUGIN }, { url: URL }),
      variant(
        "wire",
        { url: TOKENS, wire: { ...PLUGIN, chain_url: `https://192.0.2.12/${CANARY}`, host_header: "node:8888" } },
        { url: URL, wire: PLUGIN },
        { max_per_node: 3, max_new_per_hour: 4 },
      ),
      variant("antelope", { url: URL, wire: PLUGIN }, { url: URL }, { address: "subnet" }),
      variant("wire", { url: URL, auth: { bearer: { token: CANARY } } }, { url: URL }, { address: "hashed" }),
      variant("wire", { url: URL, wire: PLUGIN, labels: { region: "eu" } }, { url: URL }, { address: "none" }),
      variant("wire", { url: URL, wire: PLUGIN }, { url: URL }, { series: false }),
    ],
    rows: { call: "connections", count: (answer) => (Array.isArray(answer) ? answer.length : undefined) },
  };
}

/** The block that was asked for. */
function blockAt(block_num: number): Tree {
  return parseTree(JSON.stringify({ block_num, id: block_num.toString(16).padStart(8, "0").padEnd(64, "a") }));
}
