import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, type NodeState, toStored } from "../../../src/poll/store.ts";
import { failing, head, nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";
import { setUp } from "../support.ts";

const NO_LINES = { bytes: Buffer.alloc(0), ends: new Uint32Array() };

function fleetOf(number: number, of: (index: number) => NodeState) {
  const [store, recentPolls] = [createStore(), createRecentPolls()];
  for (let index = 0; index < number; index += 1) {
    const state = of(index);
    store.set({ state: toStored(state), lines: NO_LINES });
    recentPolls.record(state, []);
  }
  return setUp({ nodes: { store, recentPolls } }).server;
}

const named = (index: number) => `chain-node-${String(index).padStart(5, "0")}.eu-west-1`;

const typical = (index: number) =>
  stateAfter(
    report({
      peers: peers(row(), row({ id: "2", direction: "outbound" })),
      head:
        index % 10 === 0 ? failing("http", { message: "x".repeat(200), advice: "y".repeat(150) }) : head(119_000_000),
    }),
    { node: nodeConfig({ name: named(index), labels: { region: "eu", rack: `r${index}` } }) },
  );

const unhealthy = (index: number) =>
  stateAfter(
    report({
      peers: failing("connect", { message: "x".repeat(200), advice: "y".repeat(150) }),
      head: failing("http", { message: "x".repeat(200), advice: "y".repeat(150) }),
    }),
    { node: nodeConfig({ name: named(index), labels: { region: "eu", rack: `r${index}` } }) },
  );

test.each([
  ["typical", typical],
  ["unhealthy", unhealthy],
])("a page of many %s nodes has less than 1 MB, and is sent compressed", async (_, of) => {
  const server = fleetOf(1000, of);
  const { rawPayload, headers, body } = await server.inject("/");
  expect(rawPayload.length).toBeLessThan(1_000_000);
  expect(headers.vary).toBe("Accept-Encoding");
  expect(body.match(/<th scope="row"><a/g)).toHaveLength(500);
  const small = await server.inject({ url: "/", headers: { "accept-encoding": "gzip" } });
  expect(small.headers["content-encoding"]).toBe("gzip");
  expect(small.rawPayload.length).toBeLessThan(60_000);
  expect(gunzipSync(small.rawPayload).toString()).toContain("of 1\u202f000 nodes");
});

test("all nodes that fit are on one page, without links to others", async () => {
  const { body } = await fleetOf(500, typical).inject("/");
  expect(body.match(/<th scope="row"><a/g)).toHaveLength(500);
  expect(body).not.toContain('class="pages"');
});

test("more are shown 500 at a time, sorted before they are cut", async () => {
  const server = fleetOf(1250, typical);
  const names = async (query: string) =>
    [...(await server.inject(`/${query}`)).body.matchAll(/href="\/nodes\/([^"]*)"/g)].map(([, name]) => name);
  const ofPage = async (page: number) => names(`?sort=name&dir=desc&page=${page}`);
  const [first, last] = [await ofPage(1), await ofPage(3)];
  expect(first).toHaveLength(500);
  expect(first[0]).toBe(named(1249));
  expect((await ofPage(2))[0]).toBe(named(749));
  expect(last).toHaveLength(250);
  expect(await ofPage(9)).toEqual(last);
  for (const page of ["0", "-1", "1.5", "x", "__proto__"]) expect(await names(`?page=${page}`)).toHaveLength(500);
  const { body } = await server.inject("/?state=stale&page=2");
  expect(body).toContain('href="/?state=stale&#38;page=2#nodes" aria-current="page">501 to 1\u202f000<');
  expect(body).toContain('href="/?state=stale&#38;sort=name&#38;dir=asc#nodes"');
});

test.each([
  ["deeper than usual reorganisations", 11, true],
  ["that is usual", 10, false],
])("a node on a fork %s", async (_, depth, isMarked) => {
  const forks = { depths: new Map([["fleet", depth] as const]), reorgDepth: 10 };
  const { body } = await fleetOf(1, (index) => ({
    ...stateAfter(report(), { node: nodeConfig({ name: named(index) }) }),
    forks,
  })).inject("/");
  expect(body.includes(">forked<")).toBe(isMarked);
});

test("a page of 100 nodes, 10 of them failing, has at most 60,000 bytes with its style and script", async () => {
  const labels = (index: number) => ({ region: ["eu-west-1", "us-east-1"][index % 2] ?? "", rack: `r${index % 10}` });
  const { rawPayload, body } = await fleetOf(100, (index) =>
    stateAfter(
      report({
        peers:
          index % 10 === 0
            ? failing("connect", { message: `the call failed, ${index % 30}`, advice: "check that the node runs" })
            : peers(row(), row({ id: "2", direction: "outbound" })),
        head: head(119_000_000),
      }),
      { node: nodeConfig({ name: named(index), labels: labels(index) }) },
    ),
  ).inject("/");
  expect(body).toContain("<title>10 of 100 nodes down: no connection");
  expect(rawPayload.length).toBeLessThanOrEqual(60_000);
});

test("the titles that cells have on a phone are those of the columns", async () => {
  const { body } = await fleetOf(1, typical).inject("/");
  const [style = "", table = ""] = body.split("<table");
  const heads = [...table.matchAll(/<th scope="col"[^>]*><a[^>]*>([^<]*)/g)].map(([, title]) => title?.toLowerCase());
  const places = [...style.matchAll(/\.cards\.nodes td:nth-child\((\d)\):before\{content:"(\w+) "\}/g)];
  expect(places).toHaveLength(4);
  for (const [, place, title = ""] of places) expect(heads[Number(place) - 1]).toContain(title);
});
