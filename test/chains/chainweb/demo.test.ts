import { expect, onTestFinished, test } from "vitest";
import { families, PEER_CUT_HEIGHT, PEER_REACHABLE } from "../../../src/chains/chainweb/families.ts";
import { optionsSchema } from "../../../src/chains/chainweb/index.ts";
import { openSession } from "../../../src/chains/chainweb/session.ts";
import { startDemoNetwork } from "../../../src/demo/demo.ts";
import type { DemoNode } from "../../../src/demo/demo-nodes.ts";
import type { ChainFamily } from "../../../src/model/chain-family.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { createRpcClient } from "../../../src/rpc/client.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { parsePin } from "../../../src/rpc/settings.ts";
import { poll } from "../sessions.ts";
import { valueIn } from "../support.ts";
import { samplesOf } from "./support.ts";

const TIMEOUT_MS = 5000;

async function pollDemo({ name, chain, url, pin, options }: DemoNode): Promise<NodeReport> {
  const own = parseNodeUrl(url);
  const sha256 = pin === undefined ? undefined : parsePin(pin);
  const session = openSession(
    {
      name,
      chain,
      url: own,
      timeoutMs: TIMEOUT_MS,
      connect: (target) =>
        createRpcClient({
          url: target,
          tls: sha256 === undefined || target !== own ? { kind: "ca" } : { kind: "pin", sha256 },
          connectTimeoutMs: TIMEOUT_MS,
        }),
      connectUntrusted: createRpcClient,
    },
    optionsSchema.parse(options),
    // The demo says that it contacts no other host, not even to resolve a name.
    () => Promise.reject(new Error("a name of the demo was looked up")),
  );
  onTestFinished(() => session.close());
  return poll(session);
}

function familiesOf({ chainSamples, peers }: NodeReport): readonly ChainFamily[] {
  const ofRows = valueIn(peers).connections.flatMap(({ info, chainSamples: samples = [] }) => [
    ...(info === undefined ? [] : [info.family]),
    ...samples.map(({ family }) => family),
  ]);
  return [...chainSamples.map(({ family }) => family), ...ofRows];
}

test("the demo shows every family of the chain, and asks only the peers on loopback", async () => {
  const network = await startDemoNetwork();
  onTestFinished(() => network.close());
  const nodes = network.nodes.filter(({ chain }) => chain === "chainweb");
  const reports = await Promise.all(nodes.map(pollDemo));
  for (const { apis } of reports) for (const [name, { ok }] of apis) expect([name, ok]).toEqual([name, true]);
  const shown = new Set(reports.flatMap(familiesOf));
  // Releases that follow the network have no service date.
  const missing = families.filter((family) => !shown.has(family)).map(({ name }) => name);
  expect(missing).toEqual(["p2p_chainweb_service_date_timestamp_seconds"]);

  const [first] = reports;
  if (first === undefined) throw new Error("no chainweb node in the demo");
  expect(samplesOf(first, "probed_peers")).toEqual({ "": 4 });
  // One has another certificate than the list says, and one is behind.
  expect(samplesOf(first, "reachable_peers_by_version")).toEqual({ "3.2": 2, "3.1": 1 });
  const { connections } = valueIn(first.peers);
  expect(samplesOf(first, "probe_refused_peers")).toEqual({ "": connections.length - 4 });
  // With the default connections.max_per_node, their series are on the page.
  const checked = connections
    .slice(0, 100)
    .flatMap(({ chainSamples = [] }) => chainSamples.map(({ family }) => family));
  expect(checked.filter((family) => family === PEER_REACHABLE)).toHaveLength(4);
  expect(checked.filter((family) => family === PEER_CUT_HEIGHT)).toHaveLength(3);
  const own = valueIn(first.head).height;
  const behind = (first.peerHeads ?? []).map(({ height }) => own - height).sort((a, b) => a - b);
  expect(behind.length).toBe(3);
  expect(behind[2]).toBeGreaterThan(60);
  expect(behind[2]).toBeLessThan(100);
});
