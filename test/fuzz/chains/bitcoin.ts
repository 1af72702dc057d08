import { CORE_30, INFO } from "../../chains/bitcoin/answers.ts";
import {
  bcoinRow,
  btcdRow,
  coreRow,
  dashRow,
  dogecoinRow,
  oldZebraRow,
  RELEASES,
  silentRow,
  zcashdRow,
  zebraRow,
} from "../../chains/bitcoin/peer-rows.ts";
import { CANARY, type FuzzAdapter, variant } from "../adapter.ts";
import type { Corpus } from "../corpus.ts";
import { parseTree, type Tree } from "../json-tree.ts";

const URL = "http://192.0.2.10:8332";

/** Answers that differ between releases and programs, in addition to those of Core 30. */
const OTHERS: Readonly<Record<string, readonly unknown[]>> = {
  getpeerinfo: [
    [...RELEASES.map((release, id) => coreRow(release, { id })), silentRow("30", { id: 20 })],
    [dogecoinRow(), dogecoinRow({ id: 9, synced_headers: undefined, inflight: undefined }), dashRow({ id: 10 })],
    [zebraRow(), zebraRow({ connection_state: "failed", addr: "198.51.100.21:8233" }), oldZebraRow({ inbound: true })],
    [btcdRow(), btcdRow({ id: 2, pingtime: 0, pingwait: 9e7 }), bcoinRow(), zcashdRow()],
    [coreRow("30", { inflight: [930_018, 930_019], pingwait: 70, permissions: ["noban"] })],
    [],
  ],
  getblockchaininfo: [
    { ...INFO, time: undefined, warnings: "a warning" },
    { ...INFO, blocks: 106, initialblockdownload: true, pruned: true, pruneheight: 50 },
    { ...INFO, chain: "mainnet", time: undefined, initialblockdownload: undefined, verificationprogress: undefined },
  ],
  getchaintips: [
    [
      { height: 930_017, branchlen: 0, status: "active" },
      { height: 930_015, branchlen: 3, status: "valid-fork" },
      { height: 930_020, branchlen: 1, status: "invalid" },
    ],
  ],
};

export function bitcoinAdapter(corpus: Corpus): FuzzAdapter {
  const captured = (name: string) => corpus.files(new RegExp(`^bitcoin/(?:.*/)?${name}\\.[^/]*\\.http$`));
  const calls = Object.keys(CORE_30);
  return {
    name: "bitcoin",
    calls,
    callOf: ({ body }) => calls.find((call) => body.includes(`"method":"${call}"`)),
    answers: Object.fromEntries(
      calls.map((call) => [call, [CORE_30[call], ...(OTHERS[call] ?? [])].map(treeOf).concat(captured(call))]),
    ),
    variants: [
      variant("bitcoin", { url: URL }, { url: URL }),
      variant(
        "litecoin",
        { url: `http://user:${CANARY}@192.0.2.10/${CANARY}/?key=${CANARY}` },
        { url: URL },
        { max_per_node: 3, max_new_per_hour: 4 },
      ),
      variant(
        "dogecoin",
        { url: `${URL}/wallet/${CANARY}`, auth: { basic: { username: "monitor", password: CANARY } } },
        { url: URL },
        { address: "subnet" },
      ),
      variant("zcash", { url: `${URL}/gateway/${CANARY}` }, { url: URL }, { address: "hashed" }),
      variant(
        "bitcoincash",
        { url: URL, auth: { header: { name: "X-Api-Key", value: CANARY } } },
        { url: URL },
        { address: "none" },
      ),
      variant("dash", { url: URL }, { url: URL }, { max_per_node: 0 }),
    ],
    rows: { call: "getpeerinfo", count: countRows },
  };
}

function treeOf(result: unknown): Tree {
  return parseTree(JSON.stringify({ result, error: null, id: "0" }));
}

/** zebrad's address book has rows that are no connections. */
function countRows(answer: unknown): number | undefined {
  if (typeof answer !== "object" || answer === null || !("result" in answer)) return undefined;
  const { result } = answer;
  if (!Array.isArray(result) || result.some(hasState)) return undefined;
  return result.length;
}

function hasState(row: unknown): boolean {
  return typeof row === "object" && row !== null && "connection_state" in row;
}
