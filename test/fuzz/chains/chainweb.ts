import { optionsSchema } from "../../../src/chains/chainweb/index.ts";
import { openSession } from "../../../src/chains/chainweb/session.ts";
import type { NodeConfig } from "../../../src/config/model.ts";
import { CANARY, type FuzzAdapter, LIAR, variant } from "../adapter.ts";
import type { Corpus } from "../corpus.ts";
import { type Tree, token } from "../json-tree.ts";

const URL = "https://192.0.2.10:1789";
const TOKENS = `https://user:${CANARY}@192.0.2.10:1789/${CANARY}?key=${CANARY}`;
const ALL_PARTS = {
  service_url: `http://192.0.2.11:1848/${CANARY}`,
  mempool_peers: true,
  tip_age: true,
  probe: { peers: 6, allow: ["192.0.2.0/24", "198.51.100.0/24", "10.0.0.0/8", "2001:db8::/32"] },
};

const FEWER_PARTS = { ...ALL_PARTS, mempool_peers: false };

export function chainwebAdapter(corpus: Corpus): FuzzAdapter {
  const cuts = corpus.files(/^chainweb\/(?:.*\/)?cut\..*json$/);
  return {
    name: "chainweb",
    calls: ["peers", "more_peers", "cut", "mempool", "header", "info", "peer_cut"],
    callOf({ path }) {
      if (path.includes("/mempool/peer")) return "mempool";
      if (path.includes("/cut/peer")) return path.includes("next=") ? "more_peers" : "peers";
      if (path.includes("/header/")) return "header";
      return path.endsWith("/info") || path.includes("/info?") ? "info" : path.includes("/cut") ? "cut" : undefined;
    },
    answers: {
      peers: corpus.files(/^chainweb\/(?:peers\.page1|.*\/cut_peer\..*page1|docs\/peer_page)\b.*json$/),
      more_peers: corpus.files(/^chainweb\/(?:peers\.page2|.*\/cut_peer\..*page2)\b.*json$/),
      cut: cuts,
      peer_cut: cuts,
      mempool: corpus.files(/^chainweb\/(?:peers\.page2|.*\/mempool_peer\.).*json$/),
      header: [({ path }) => headerFor(/\/header\/([^?]*)/.exec(path)?.[1] ?? "")],
      info: corpus.files(/^chainweb\/info\..*json$/),
    },
    variants: [
      variant("chainweb", { url: URL, chainweb: ALL_PARTS }, { url: URL }, {}, resolving(ALL_PARTS)),
      variant(
        "chainweb",
        { url: TOKENS, chainweb: FEWER_PARTS },
        { url: URL },
        { max_per_node: 3, max_new_per_hour: 4 },
        resolving(FEWER_PARTS),
      ),
      variant("chainweb", { url: URL }, { url: URL }, { address: "subnet" }),
      variant("chainweb", { url: URL, chainweb: { tip_age: true } }, { url: URL }, { address: "hashed" }),
      variant("chainweb", { url: URL, chainweb: { mempool_peers: true } }, { url: URL }, { address: "none" }),
      variant("chainweb", { url: URL }, { url: URL }, { series: false }),
    ],
  };
}

/** A header that ends with the hash of the block that was asked for (src/Chainweb/BlockHeader/Internal.hs). */
function headerFor(hash: string): Tree {
  const bytes = Buffer.alloc(318);
  bytes.writeBigInt64LE(1_767_323_000_000_000n, 8);
  Buffer.from(hash, "base64url").copy(bytes, bytes.length - 32);
  return token(JSON.stringify(bytes.toString("base64url")));
}

/** Names of peers are looked up in no network. */
function resolving(block: object): (node: NodeConfig) => NodeConfig {
  const options = optionsSchema.parse(block);
  return (node) =>
    node.name === LIAR
      ? { ...node, options: { values: options, open: (target) => openSession(target, options, resolve) } }
      : node;
}

async function resolve(name: string): Promise<readonly string[]> {
  return ["198.51.100.7", "10.1.2.3"].slice(0, name.length % 3);
}
