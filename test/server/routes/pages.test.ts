import { existsSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { NodeConfig } from "../../../src/config/model.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, type NodeState, toStored } from "../../../src/poll/store.ts";
import { createRenderer } from "../../metrics/support.ts";
import {
  deadReport,
  failing,
  firstState,
  head,
  NOW,
  nodeConfig,
  peers,
  report,
  row,
  stateAfter,
} from "../../poll/support.ts";
import { setUp } from "../support.ts";

const render = createRenderer();

/** The pages of nodes in these states, each after its one poll. */
function pagesOf(states: readonly NodeState[], telemetryPath = "/metrics") {
  const [store, recentPolls] = [createStore(), createRecentPolls()];
  for (const state of states) {
    store.set({ state: toStored(state), ...render(state) });
    recentPolls.record(state, [
      {
        name: "get_info",
        method: "POST",
        server: state.node.url.label,
        startedMs: 0,
        milliseconds: 12.4,
        outcome: { kind: "answered", status: 200, bytes: 2048 },
      },
    ]);
  }
  const { server } = setUp({ nodes: { store, recentPolls }, telemetryPath });
  return async (url: string) => {
    const { statusCode, headers, body } = await server.inject(url);
    return { statusCode, headers, body, text: plain(body) };
  };
}

/** What a reader sees: without style, script and elements. */
function plain(html: string): string {
  return html
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, " ");
}

const state = (overrides: Partial<NodeConfig>, given = report()) => stateAfter(given, { node: nodeConfig(overrides) });

const UP = state({ name: "good" }, report({ peers: peers(row(), row({ id: "2", direction: "outbound" })) }));
const DEGRADED = state({ name: "half", chain: "wire" }, report({ head: failing("http") }));
const DOWN = state({ name: "bad", labels: { region: "eu" } }, deadReport("dns"));
const REFERENCE = state({ name: "ref", role: "reference" }, report({ peers: failing("unavailable") }));

const names = (html: string) => [...html.matchAll(/<a href="\/nodes\/([^"]*)">/g)].map(([, name]) => name);

describe("the status page", () => {
  test("has every node, unhealthy ones first, with state, reason and advice", async () => {
    const { statusCode, headers, body, text } = await pagesOf([UP, DEGRADED, DOWN, REFERENCE])("/");
    expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(names(body)).toEqual(["bad", "half", "good", "ref"]);
    expect(body).toContain("<title>1 of 3 nodes down: name does not resolve \u00b7 peer-exporter</title>");
    expect(text).toContain("Also 1 without peers , 1 degraded");
    expect(text).toContain("1 node down: name does not resolve peers: dns the call failed (dns) change something bad");
    expect(text).toContain("region=eu down monero");
    expect(text).toContain("half no peers , degraded, not polled in time wire 0 / 0");
    expect(text).toMatch(/good data is \S+ old monero 1 \/ 1 100/);
  });

  test("the age of data is in whole seconds, also of a poll that has only just ended", async () => {
    const clock = vi.spyOn(Date, "now").mockReturnValue(NOW + 400);
    const { text } = await pagesOf([UP])("/");
    clock.mockRestore();
    expect(text).toContain(" 0s ");
    expect(text).not.toContain("0ms");
  });

  test("shows the reason of a node that is down only once", async () => {
    const { text } = await pagesOf([DOWN])("/");
    expect(text.match(/the call failed/g)).toHaveLength(1);
  });

  test("has no old number of a node that is down", async () => {
    const [store, recentPolls] = [createStore(), createRecentPolls()];
    const node = nodeConfig({ name: "n" });
    const good = stateAfter(report({ peers: peers(row()), head: head(777) }), { node });
    recentPolls.record(good, []);
    const bad = stateAfter(deadReport(), { node, history: good.history });
    recentPolls.record(bad, []);
    store.set({ state: toStored(bad), ...render(bad) });
    const { server } = setUp({ nodes: { store, recentPolls } });
    expect(plain((await server.inject("/")).body)).not.toContain("777");
  });

  test("selects by chain and state, and reports an empty selection", async () => {
    const page = pagesOf([UP, DEGRADED, DOWN]);
    expect(names((await page("/?chain=wire")).body)).toEqual(["half"]);
    expect(names((await page("/?state=down")).body)).toEqual(["bad"]);
    expect((await page("/?state=down&chain=wire")).text).toContain("No node matches.");
  });

  test("sorts by links", async () => {
    const page = pagesOf([UP, DEGRADED, DOWN]);
    expect(names((await page("/?sort=name")).body)).toEqual(["bad", "good", "half"]);
    expect(names((await page("/?sort=name&dir=desc")).body)).toEqual(["half", "good", "bad"]);
    expect(names((await page("/?sort=peers")).body)[0]).toBe("good");
  });

  test("every link of it leads somewhere", async () => {
    const page = pagesOf([UP]);
    const links = [...(await page("/")).body.matchAll(/href="([^"#]*)[^"]*"/g)].map(([, link]) => link ?? "");
    expect(links.length).toBeGreaterThan(15);
    for (const link of new Set(links)) {
      const [, file] = /^https:\/\/github\.com\/peer-exporter\/peer-exporter\/blob\/main\/(.*)/.exec(link) ?? [];
      if (file !== undefined)
        expect([link, existsSync(new URL(`../../../${file}`, import.meta.url))]).toEqual([link, true]);
      // What /config shows is not part of these pages.
      else if (link !== "/config")
        expect([link, (await page(link.replaceAll("&#38;", "&"))).statusCode]).toEqual([link, 200]);
    }
  });

  test("a node that was not polled yet", async () => {
    const [store, recentPolls] = [createStore(), createRecentPolls()];
    const waiting = firstState();
    store.set({ state: toStored(waiting), ...render(waiting) });
    const { server } = setUp({ nodes: { store, recentPolls } });
    for (const url of ["/", "/nodes/node-1"])
      expect(plain((await server.inject(url)).body)).toContain("not polled yet");
  });

  test("is replaced by the metrics where they are served at /", async () => {
    const page = pagesOf([UP], "/");
    expect((await page("/")).body).toBe("page text\n");
    expect((await page("/nodes/good")).statusCode).toBe(200);
  });
});

describe("the page of a node", () => {
  const busy = state(
    { name: "busy node", chain: "monero" },
    report({
      identity: { version: "0.18.4", network: "mainnet" },
      head: head(100, { timestampSeconds: Date.now() / 1000 - 90 }),
      peers: peers(
        row({ id: "1", receivedBytes: 3000, sentBytes: 10, height: 120, ageSeconds: 60 }),
        row({
          id: "2",
          direction: "outbound",
          address: { host: "198.51.100.7", port: 18080, type: "ipv4" },
          height: 120,
        }),
      ),
    }),
  );
  const url = "/nodes/busy%20node";

  test("has details, heads, peers, polls and the requests of the last one", async () => {
    const { text } = await pagesOf([busy])(url);
    for (const expected of [
      "◐ 20 blocks behind What to do: P2PNodeDataStale P2PNodeHeadLagging monero at",
      "polled every 15s",
      "Version 0.18.4",
      "20 blocks behind the best reference.",
      "own head 100",
      "best head that enough peers support 120 +20",
      "192.0.2.1:9876 inbound connected IPv4 2.9\u202fKiB 10\u202fB 120",
      "198.51.100.7:18080 outbound",
      "success 2 100 20",
      "POST get_info http://192.0.2.10:18081 0\u202fms 12\u202fms HTTP 200 2.0\u202fKiB",
    ])
      expect(text).toContain(expected.replaceAll("\u202f", " "));
  });

  test("the title of the tab says what is worst, so that people find the node among their tabs", async () => {
    const titles = [];
    const page = pagesOf([UP, DEGRADED, DOWN]);
    for (const name of ["bad", "half"]) titles.push(/<title>(.*?)</.exec((await page(`/nodes/${name}`)).body)?.[1]);
    expect(titles).toEqual(["bad: down \u00b7 peer-exporter", "half: no peers \u00b7 peer-exporter"]);
  });

  test("sorts its peers", async () => {
    const page = pagesOf([busy]);
    const order = async (query: string) =>
      [...(await page(`${url}?${query}`)).text.matchAll(/(198\.51\.100\.7|192\.0\.2\.1):\d+ (?:in|out)bound/g)].map(
        ([, ip]) => ip,
      );
    expect(await order("sort=peer")).toEqual(["192.0.2.1", "198.51.100.7"]);
    expect(await order("sort=peer&dir=desc")).toEqual(["198.51.100.7", "192.0.2.1"]);
  });

  test("of a node that is down says why, and shows no peers", async () => {
    const { text } = await pagesOf([DOWN])("/nodes/bad");
    expect(text).toContain("dns the call failed (dns) change something");
    expect(text).toContain("No peer list available.");
    expect(text).toContain("The last poll returned no head.");
    expect(text).toContain("Last polls Ended (UTC)");
    expect(text).not.toContain("Earlier failed polls");
    expect(text).toContain("Requests of the last poll");
    expect(text).not.toContain("Requests of the last failed poll");
  });

  test("of a node that was polled and never gave peers does not say that there was no poll", async () => {
    expect((await pagesOf([DOWN])("/nodes/bad")).text).toContain("Last successful poll no successful poll yet");
    const reference = state({ name: "ref", role: "reference" }, deadReport("dns"));
    expect((await pagesOf([reference])("/nodes/ref")).text).toContain("Last successful poll no successful poll yet");
    const waiting = firstState(nodeConfig({ name: "new" }));
    expect((await pagesOf([waiting])("/nodes/new")).text).toContain("Last successful poll no poll yet");
  });

  test("says of a peer that syncs in which direction the blocks go", async () => {
    const syncing = peers(row({ syncing: "upload" }), row({ id: "2" }));
    const { text } = await pagesOf([state({ name: "n", chain: "wire" }, report({ peers: syncing }))])("/nodes/n");
    expect(text).toMatch(/upload/);
    expect(text).not.toContain("yes");
  });

  test("of a reference has its head, and no peers", async () => {
    const { text } = await pagesOf([REFERENCE])("/nodes/ref");
    expect(text).toContain("reference of chain monero");
    expect(text).toContain("own head 100");
    expect(text).not.toContain("Direction");
  });

  test.each(["unknown", "__proto__", "..%2fbad", ""])("no node has the name %s", async (name) => {
    expect((await pagesOf([UP])(`/nodes/${name}`)).statusCode).toBe(404);
  });
});

test("a node whose new series are withheld says so", async () => {
  const [store, recentPolls] = [createStore(), createRecentPolls()];
  const bytes = Buffer.from('p2p_node_series_withheld{node="good"} 7\n');
  store.set({ state: toStored(UP), lines: { bytes, ends: Uint32Array.of(bytes.length) } });
  const { server } = setUp({ nodes: { store, recentPolls } });
  expect(plain((await server.inject("/nodes/good")).body)).toContain("7 more series are withheld");
});

describe("texts of peers", () => {
  const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;`;
  const states = [
    state(
      { name: "n", labels: { note: HOSTILE } },
      report({
        identity: { version: HOSTILE, network: HOSTILE, chainId: HOSTILE },
        peers: peers(row({ agent: HOSTILE, address: { host: HOSTILE, type: "unknown" } })),
        head: failing("http", { message: HOSTILE, advice: HOSTILE }),
      }),
    ),
  ];

  test.each(["/", "/nodes/n", `/?chain=${encodeURIComponent(HOSTILE)}&state=${encodeURIComponent(HOSTILE)}`])(
    "stay texts on %s",
    async (url) => {
      const { body } = await pagesOf(states)(url);
      const own = body.replaceAll(/<script>\{.*?<\/script>/gs, "");
      expect(own).not.toMatch(/<script|<img|onerror=alert\(2\)>/);
      if (!url.includes("?")) expect(plain(body)).toContain("<script>alert(1)</script>");
    },
  );
});
