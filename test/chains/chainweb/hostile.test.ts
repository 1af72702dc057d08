import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, test } from "vitest";
import { families } from "../../../src/chains/chainweb/families.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { runs } from "../../support/effort.ts";
import { anyJson, changed, jsonText } from "../hostile.ts";
import { openInMemory, poll } from "../sessions.ts";
import { fields, fixture } from "../support.ts";
import { hashOf, header } from "./support.ts";

/** All parts are on, and the peers of the fixtures may be asked. */
const OPTIONS = {
  service_url: "http://127.0.0.1:1848",
  mempool_peers: true,
  tip_age: true,
  probe: { peers: 10, allow: ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"] },
};

const VALID = {
  "mempool/peer": fixture("chainweb/peers.page1.json"),
  "cut/peer": fixture("chainweb/peers.page2.json"),
  header: header(hashOf("tip"), 1_800_000_000_000_000n),
  cut: fixture("chainweb/cut.10chains.json"),
  info: { ...fields(fixture("chainweb/info.3.2.json")), nodeServiceDate: "2025-10-15T00:00:00Z" },
};

type Answers = Readonly<Record<string, unknown>>;

function pollHostile(answers: Answers, version: string): Promise<NodeReport> {
  const session = openInMemory(
    "chainweb",
    ({ path }) => {
      const key = Object.keys(answers).find((part) => path.includes(part));
      return {
        body: key === undefined ? "{}" : jsonText(answers[key]),
        headers: { "x-chainweb-node-version": version },
      };
    },
    OPTIONS,
  );
  return poll(session);
}

function expectSound({ chainSamples, apis, head, peerHeads = [] }: NodeReport): void {
  for (const [, outcome] of apis) if (!outcome.ok) expect(outcome.failure.reason).not.toBe("internal");
  for (const { family, labels, value } of chainSamples) {
    assert(families.includes(family), family.name);
    assert.equal(labels.length, family.labels.length);
    assert(Number.isFinite(value) && value >= 0, `${family.name} ${value}`);
  }
  const series = chainSamples.map(({ family, labels }) => `${family.name} ${labels.join()}`);
  expect(new Set(series).size).toBe(series.length);
  for (const { height } of peerHeads) expect(Number.isSafeInteger(height)).toBe(true);
  if (head.ok && head.value.timestampSeconds !== undefined) expect(head.value.timestampSeconds).toBeGreaterThan(0);
}

test("whatever a node and its peers answer gives a report", async () => {
  const valid = await pollHostile(VALID, "3.2");
  expectSound(valid);
  expect([valid.peers.ok, valid.head.ok, valid.peerHeads?.length]).toEqual([true, true, 3]);
  const answers = fc.record(
    Object.fromEntries(
      Object.entries(VALID).map(([part, document]) => [
        part,
        fc.oneof(fc.constant(document), changed(document), anyJson),
      ]),
    ),
  );
  await fc.assert(
    fc.asyncProperty(answers, fc.string(), async (all, version) => expectSound(await pollHostile(all, version))),
    { numRuns: runs(200) },
  );
});
