import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WIRE_LAG } from "../../../src/demo/wire/nodes.ts";
import { queryOf } from "../../documentation/queries.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { type Prometheus, startPrometheus } from "../../support/prometheus.ts";
import { findServer, waitFor } from "../../support/servers.ts";
import { added, answerOf, highest, increases, summed } from "./recorded.ts";

/**
 * The queries of docs/queries.md on a demo that two jobs of a real Prometheus scrape, compared with the demo's stories and with
 * what was on its page at the same moment.
 */

const isInstalled = findServer("prometheus", "apt-get install prometheus") !== undefined;

const NODE = ["chain", "target"] as const;

/** How fast wire-2-lagging catches up, whose chain makes two blocks in a second. */
const CATCH_UP = { blocksPerSecond: (2 * WIRE_LAG.stallFor) / WIRE_LAG.catchUpFor, window: "[15s]" };

/** The demo does in seconds what nodes do in minutes. */
const FAR_SECONDS = 50;
const inSeconds = (query: string) => query.replaceAll("[10m]", CATCH_UP.window).replace(/> 600$/, `> ${FAR_SECONDS}`);

const withoutLast = (key: string) => key.slice(0, key.lastIndexOf(" "));

describe.skipIf(!isInstalled)("the queries on the demo", () => {
  let demo: Exporter;
  let prometheus: Prometheus;
  /** Moments of the demo, in unix seconds: monero-4 is down; it is back; wire-2 catches up; monero-2 is cut off. */
  const moments = { down: 0, back: 0, catchingUp: 0, cutOff: 0 };

  beforeAll(async () => {
    demo = await startExporter({ args: ["demo"] });
    const targets = [new URL(demo.url).host];
    const jobs = ["one", "two"].map((job_name) => ({ job_name, static_configs: [{ targets }] }));
    prometheus = await startPrometheus({ targets: [], scrapeConfigs: jobs });
    const restarted = 'p2p_node_peer_disconnects_total{target="monero-4-restarting"}';
    moments.down = await momentOf(
      'time() - p2p_node_last_success_timestamp_seconds{target="monero-4-restarting"} > 25',
    );
    moments.back = await momentOf(`sum by (job) (increase(${restarted}[45s])) > 8`);
    moments.cutOff = await momentOf('p2p_node_head_lag_blocks{target="monero-2-lagging"} > 6');
    moments.catchingUp = await momentOf('deriv(p2p_node_head_lag_blocks{target="wire-2-lagging"}[15s]) < -5');
  });

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
  });

  /** When both jobs say so: then no scrape is between them and the answer. */
  async function momentOf(condition: string): Promise<number> {
    return await waitFor(
      async () => {
        const seconds = Date.now() / 1000;
        return (await prometheus.query(condition, seconds)).length >= 2 && seconds;
      },
      condition,
      { timeoutMs: 240_000, program: demo.program },
    );
  }

  const ask = (title: string, at: number) => prometheus.query(queryOf(title), at);

  const increase = async (metric: string, range: string, at: number) =>
    increases(await prometheus.recorded(`${metric}[${range}]`, at));

  function expectClose(answer: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>, share = 0.03): void {
    expect([...answer.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, value] of answer) {
      expect([key, value, Math.abs(value - (wanted.get(key) ?? 0)) <= share * Math.abs(value) + 1e-9]).toEqual([
        key,
        value,
        true,
      ]);
    }
  }

  test("the lagging nodes are far behind", async () => {
    const at = moments.cutOff;
    const query = inSeconds(queryOf("Which nodes are more than ten minutes behind?"));
    const answer = answerOf(await prometheus.query(query, at), ...NODE);
    const lags = highest(await prometheus.query("p2p_node_head_lag_blocks", at), ...NODE);
    const intervals = highest(await prometheus.query("p2p_node_block_interval_seconds", at), ...NODE);
    const seconds = [...lags].map(([key, blocks]) => [key, blocks * (intervals.get(key) ?? 0)] as const);
    expectClose(answer, new Map(seconds.filter(([, behind]) => behind > FAR_SECONDS)), 0);
    expect([...answer.keys()]).toEqual(expect.arrayContaining(["monero monero-2-lagging", "wire wire-2-lagging"]));
    // One block of Bitcoin is ten minutes, also of a node that gets it in a moment.
    expect([...answer.keys()].filter((key) => !/lagging|trailing|^bitcoin /.test(key))).toEqual([]);
  });

  test("the peers with the most traffic", async () => {
    const at = moments.catchingUp;
    const answer = await ask("Which peers use the most bandwidth?", at);
    const labels = [...NODE, "direction", "peer"];
    const moved = added(
      await increase("p2p_connection_receive_bytes_total", "5m", at),
      await increase("p2p_connection_transmit_bytes_total", "5m", at),
    );
    const all = highest(moved, ...labels);
    const shown = answerOf(answer, ...labels);
    expect(shown.size).toBe(10);
    expectClose(shown, new Map([...shown.keys()].map((key) => [key, (all.get(key) ?? 0) / 300])), 0.1);
    const least = Math.min(...shown.values());
    expect([...all].filter(([key, value]) => value / 300 > 1.1 * least && !shown.has(key))).toEqual([]);
    expect(answer.map(({ value }) => value)).toEqual([...shown.values()].sort((a, b) => b - a));
  });

  test("the software of inbound peers has shares of all inbound peers", async () => {
    const at = moments.catchingUp;
    const answer = answerOf(await ask("Which software do inbound peers use?", at), "chain", "agent");
    const agents = await prometheus.query('p2p_node_peers_by_agent{direction="inbound"}', at);
    const nodes = highest(agents, "chain", "agent", "target");
    const counts = summed(nodes, withoutLast);
    const chainOf = (key: string) => key.split(" ")[0] ?? "";
    const inbound = summed(nodes, chainOf);
    expect([...inbound.keys()].sort()).toEqual(["bitcoin", "litecoin", "wire"]);
    expectClose(answer, new Map([...counts].map(([key, count]) => [key, count / (inbound.get(chainOf(key)) ?? 0)])), 0);
    for (const share of summed(answer, chainOf).values()) expect(share).toBeCloseTo(1);
  });

  test("the share of the largest subnet", async () => {
    const at = moments.catchingUp;
    const answer = answerOf(await ask("How many peers are in one subnet?", at), ...NODE);
    const peers = highest(await prometheus.query("p2p_node_peers", at), ...NODE, "direction");
    const sums = summed(peers, withoutLast);
    const largest = highest(await prometheus.query("p2p_node_largest_subnet_peers", at), ...NODE);
    expectClose(answer, new Map([...largest].map(([key, count]) => [key, count / (sums.get(key) ?? 0)])), 0);
    expect(answer.get("monero monero-1")).toBeGreaterThan(0.1);
  });

  test("a node that catches up will have done so when the demo says", async () => {
    const at = moments.catchingUp;
    const query = inSeconds(queryOf("When will a node have caught up?"));
    const answer = answerOf(await prometheus.query(query, at), ...NODE);
    const lag =
      highest(await prometheus.query("p2p_node_head_lag_blocks", at), ...NODE).get("wire wire-2-lagging") ?? 0;
    expect(lag).toBeGreaterThan(0);
    const [expected, found] = [lag / CATCH_UP.blocksPerSecond, answer.get("wire wire-2-lagging") ?? Number.NaN];
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(0.4 * expected + 2);
    expect(answer.has("monero monero-2-lagging")).toBe(false);
  });

  test("peers disagree where no group of them has 60 %", async () => {
    const at = moments.catchingUp;
    const range = `p2p_node_peers_by_head{position!="unknown"}${CATCH_UP.window}`;
    const means = (await prometheus.recorded(range, at)).map(({ metric, values }) => ({
      metric,
      value: values.reduce((sum, [, value]) => sum + value, 0) / values.length,
    }));
    const positions = highest(means, ...NODE, "position");
    const sums = summed(positions, withoutLast);
    const most = highest(means, ...NODE);
    const shares = [...most].map(([key, count]) => [key, count / (sums.get(key) ?? 0)] as const);
    const query = inSeconds(queryOf("On which nodes do the peers disagree?"));
    const answer = answerOf(await prometheus.query(query, at), ...NODE);
    expectClose(answer, new Map(shares.filter(([, share]) => share < 0.6)), 1e-9);
    expect(shares.filter(([key]) => key.startsWith("monero ")).length).toBeGreaterThan(1);
  });

  test("one exporter watches all nodes", async () => {
    const answer = answerOf(await ask("Which exporter watches which node?", moments.back), ...NODE, "instance");
    const up = highest(await prometheus.query("p2p_node_up", moments.back), ...NODE, "instance");
    expect([...answer.keys()].sort()).toEqual([...up.keys()].sort());
    expect(answer.size).toBe(12);
    expect([...answer.keys()].every((key) => key.endsWith(` ${new URL(demo.url).host}`))).toBe(true);
  });

  test("each network has the bytes of its nodes", async () => {
    const at = moments.catchingUp;
    const labels = ["chain", "network", "chain_id"];
    const answer = answerOf(await ask("How many bytes does each network cost a day?", at), ...labels);
    const moved = added(
      await increase("p2p_node_receive_bytes_total", "1d", at),
      await increase("p2p_node_transmit_bytes_total", "1d", at),
    );
    const nodes = highest(moved, ...NODE);
    const infos = new Map(
      (await prometheus.recorded("p2p_node_info[1d]", at)).map(({ metric }) => [
        `${metric.chain} ${metric.target}`,
        [metric.chain, metric.network ?? "", metric.chain_id ?? ""].join(" "),
      ]),
    );
    expectClose(
      answer,
      summed(nodes, (key) => infos.get(key) ?? ""),
    );
    expect([...answer.keys()].filter((key) => key.startsWith("monero mainnet"))).toHaveLength(1);
  });

  test("a restart costs a node the peers that have not returned", async () => {
    const answer = answerOf(await ask("How many peers did a deploy cost?", moments.back), ...NODE);
    const went = await increase("p2p_node_peer_disconnects_total", "30m", moments.back);
    const came = await increase("p2p_node_peer_connects_total", "30m", moments.back);
    const byNode = (counts: typeof went) => summed(highest(counts, ...NODE, "direction"), withoutLast);
    const lost = byNode(added(went, came, -1));
    // Prometheus extrapolates each of the two counters: the error is a share of them, also where as many came as went.
    for (const [key, turnover] of byNode(added(went, came))) {
      const difference = Math.abs((answer.get(key) ?? 0) - Math.max(0, lost.get(key) ?? 0));
      expect([key, difference <= 0.1 * turnover + 1e-9, difference, turnover]).toEqual([
        key,
        true,
        difference,
        turnover,
      ]);
    }
    // bitcoin-2 starts again as well.
    const others = [...answer].filter(([key]) => !key.startsWith("bitcoin ")).map(([, value]) => value);
    expect(Math.max(...others)).toBe(answer.get("monero monero-4-restarting"));
  });

  test("the certificate of kadena-1 expires in ten days", async () => {
    const answer = answerOf(await ask("Which certificates expire within 14 days?", moments.back), ...NODE);
    expect([...answer.keys()]).toEqual(["chainweb kadena-1"]);
    expect((answer.get("chainweb kadena-1") ?? 0) / 86_400).toBeCloseTo(10, 1);
  });

  test("polls fail for the reasons that the demo has", async () => {
    const at = moments.catchingUp;
    const answer = answerOf(await ask("Why do polls fail?", at), "chain", "reason");
    const failures = highest(await increase("p2p_node_poll_failures_total", "1h", at), "chain", "reason", "target");
    const polls = summed(highest(await increase("p2p_node_polls_total", "1h", at), ...NODE), withoutLast);
    const counts = [...summed(failures, withoutLast)].filter(([, count]) => count > 0);
    const shares = counts.map(([key, count]) => [key, count / (polls.get(key.split(" ")[0] ?? "") ?? 0)] as const);
    expectClose(answer, new Map(shares));
    // One of four nodes is restricted; another one is down for a quarter of the time.
    expect(answer.get("monero unavailable")).toBeGreaterThan(0.15);
    expect(answer.get("monero connect")).toBeGreaterThan(0.02);
  });

  test("the oldest data is that of the node that is down", async () => {
    const [oldest, ...others] = await ask("Whose data is the oldest?", moments.down);
    expect(oldest?.metric).toEqual({ chain: "monero", target: "monero-4-restarting" });
    expect(oldest?.value).toBeGreaterThan(25);
    expect(others).toHaveLength(4);
    const times = highest(await prometheus.query("p2p_node_last_success_timestamp_seconds", moments.down), ...NODE);
    for (const { metric, value } of others) {
      expect(value).toBeCloseTo(moments.down - (times.get(`${metric.chain} ${metric.target}`) ?? 0), 2);
    }
  });
});
