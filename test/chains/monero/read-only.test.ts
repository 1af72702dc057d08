import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { monero } from "../../../src/chains/monero/index.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { runs } from "../../support/effort.ts";
import { anyJson, changed, jsonText } from "../hostile.ts";
import { poll } from "../sessions.ts";
import { fields, fixture, memoryClient, type Reply } from "../support.ts";
import { GENESIS } from "./daemon.ts";

/** Whatever a node answers, it is only read. monerod's calls that change it have names next to those that read. */

const METHODS = ["get_info", "get_connections", "get_last_block_header", "sync_info", "get_bans"];
const BY_HEIGHT = "get_block_header_by_height";
const BODIES: Readonly<Record<string, string>> = {
  "/get_net_stats": "{}",
  "/get_limit": "{}",
  // Anything else sets the caps, also an empty object.
  "/in_peers": '{"set":false}',
  "/out_peers": '{"set":false}',
};

const ANSWERS: Readonly<Record<string, unknown>> = {
  get_info: fixture("monero/get_info.json"),
  get_connections: fixture("monero/get_connections.json"),
  get_last_block_header: fixture("monero/get_last_block_header.json"),
  [BY_HEIGHT]: { result: { status: "OK", block_header: GENESIS } },
  sync_info: fixture("monero/sync_info.json"),
  get_bans: fixture("monero/get_bans.json"),
  "/get_net_stats": fixture("monero/get_net_stats.json"),
  "/get_limit": fixture("monero/get_limit.json"),
  "/in_peers": fixture("monero/in_peers.json"),
  "/out_peers": fixture("monero/out_peers.json"),
};

type Asked = { readonly path: string; readonly method: string; readonly body: string | undefined };

/** Polls a node that gives these answers; gives what it was asked. */
async function pollOf(answers: Readonly<Record<string, unknown>>, url = "http://127.0.0.1:18081", headOnly = false) {
  const asked: Asked[] = [];
  function answer({ path, method, body }: Asked): Reply {
    asked.push({ path, method, body });
    const call = path in BODIES ? path : String(fields(JSON.parse(body ?? "{}")).method);
    return { body: jsonText(answers[call]) };
  }
  const session = monero.options.parse({}).open({
    name: "node",
    chain: "monero",
    url: parseNodeUrl(url),
    timeoutMs: 5000,
    headOnly,
    connect: (target) => ({
      ...memoryClient((request) => answer({ body: undefined, ...request })),
      url: target,
    }),
    connectUntrusted: () => {
      throw new Error("no other server is asked");
    },
  });
  return { report: await poll(session), asked };
}

function expectReadOnly({ path, method, body }: Asked): void {
  expect(method).toBe("POST");
  if (path in BODIES) {
    expect(body).toBe(BODIES[path]);
  } else {
    const { method: name, ...rest } = fields(JSON.parse(body ?? ""));
    expect(path).toBe("/json_rpc");
    expect([...METHODS, BY_HEIGHT]).toContain(name);
    expect(rest).toEqual({ jsonrpc: "2.0", id: "0", params: name === BY_HEIGHT ? { height: 0 } : {} });
  }
}

const answersOf = fc.record(
  Object.fromEntries(Object.entries(ANSWERS).map(([call, valid]) => [call, fc.oneof(changed(valid), anyJson)])),
);

test("every call of a poll is made, and each only reads", async () => {
  const { asked } = await pollOf(ANSWERS);
  expect(asked).toHaveLength(Object.keys(ANSWERS).length);
  for (const request of asked) expectReadOnly(request);
});

test("a reference is polled only for its head", async () => {
  const { report, asked } = await pollOf(ANSWERS, undefined, true);
  expect(asked.map(({ body }) => fields(JSON.parse(body ?? "")).method)).toEqual([
    "get_info",
    "get_last_block_header",
    BY_HEIGHT,
  ]);
  expect([report.head.ok, report.peers.ok, report.totals, [...report.apis.keys()]]).toEqual([
    true,
    false,
    undefined,
    ["last_block"],
  ]);
});

test("a hostile node cannot make it change anything, and gets a report that is sound", async () => {
  await fc.assert(
    fc.asyncProperty(answersOf, async (answers) => {
      const { report, asked } = await pollOf(answers);
      for (const request of asked) expectReadOnly(request);
      const rows = report.peers.ok ? report.peers.value.connections : [];
      for (const { family, labels, value } of [
        ...report.chainSamples,
        ...rows.flatMap(({ chainSamples }) => chainSamples ?? []),
      ]) {
        assert(monero.families.includes(family), family.name);
        assert.equal(labels.length, family.labels.length);
        assert(Number.isSafeInteger(value) && value >= 0, `${family.name} ${value}`);
      }
      const series = report.chainSamples.map(({ family, labels }) => [family.name, ...labels].join(" "));
      expect(new Set(series).size).toBe(series.length);
      for (const part of report.apis.values()) if (!part.ok) expect(part.failure.reason).not.toBe("internal");
      if (report.totals?.ok) {
        for (const bytes of Object.values(report.totals.value)) expect(Number.isSafeInteger(bytes)).toBe(true);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("at a gateway only its own URL is asked, whatever it answers", async () => {
  await fc.assert(
    fc.asyncProperty(answersOf, async (answers) => {
      const { asked } = await pollOf(answers, "https://gateway.example/s3cret-token/");
      for (const request of asked) {
        expect(request.path).toBe("/s3cret-token/");
        expectReadOnly({ ...request, path: "/json_rpc" });
      }
    }),
    { numRuns: runs(50) },
  );
});
