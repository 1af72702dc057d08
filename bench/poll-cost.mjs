// What a poll costs the exporter once the answers are there, against JSON.parse of the same bytes.
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { bundle } from "./support/bundle.mjs";
import { startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, times, whole } from "./support/stats.mjs";

const PEERS = Number(process.env.PEERS ?? 100);
const MOST = 4;
const FLEET = 100;
/** The size of a fleet that runs without the optimizing compiler (src/app/memory-flags.ts). */
const SIDECAR = 1;
const CHAINS = [
  { chain: "monero", name: "Monero" },
  { chain: "wire", name: "Wire" },
  { chain: "bitcoin", name: "Bitcoin" },
];

const title = "A poll";
const method = `The program in one process, with an HTTP client that returns prepared bytes and a schedule that the bench controls.
The bench times a whole poll of one node, from the response bytes of all its calls (get_info, get_connections and byte
totals; connections and info; getpeerinfo, getblockchaininfo, byte totals and uptime) over decoding, report, history and
lag to the finished sample lines, including series of connections. The time of a poll of a node without peers is
subtracted, as it is not the cost of the peer list. The baseline, measured in turn, is only TextDecoder and JSON.parse
over the same bytes. Medians of 600 polls after 2,000 for the compiler. The engine has the flags of a fleet of ${FLEET}
nodes; a fleet of up to five runs without the optimizing compiler, where JSON.parse is as fast and all else is slower:
that is the last figure of each chain.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress("poll-cost: Monero, Wire and Bitcoin");
    const program = await bundle(scope, {
      entry: "poll-entry.mjs",
      replace: { "rpc/client.ts": "answering-client.mjs", "poll/scheduler.ts": "captured-schedule.mjs" },
    });
    const measure = async (chain, peers, fleet = FLEET) => {
      const until = /result (\{.*\})\n/;
      const env = { BENCH_PEERS: String(peers), BENCH_FLEET: String(fleet) };
      const { found } = await startChild(
        scope,
        process.execPath,
        [...(process.env.PROF ?? "").split(" ").filter(Boolean), program, chain],
        { until, env },
      );
      return JSON.parse(found[1]);
    };
    const rows = [];
    const ratios = [];
    for (const { chain, name } of CHAINS) {
      const { poll, parse, bytes } = await measure(chain, PEERS);
      const { poll: empty } = await measure(chain, 0);
      const peers = poll - empty;
      const detail = `${digits(peers)} : ${digits(parse)} µs, ${whole(bytes / 1024)} KiB`;
      rows.push(atMost(`${name}, ${PEERS} peers, against JSON.parse`, peers / parse, MOST, times, detail));
      ratios.push(`${name} ${digits(peers / parse)}`);
      rows.push(figure(`${name}, the whole poll`, `${digits(poll)} µs, without peers ${digits(empty)} µs`));
      const alone = await measure(chain, PEERS, SIDECAR);
      rows.push(figure(`${name}, the whole poll in a fleet of up to five`, `${digits(alone.poll)} µs`));
    }
    return { title, method, rows, headline: `${ratios.join(", ")} x JSON.parse` };
  });
}

await runAlone(import.meta.url, run);
