import { startDemoNetwork } from "../../src/demo/demo.ts";
import type { DemoNode } from "../../src/demo/demo-nodes.ts";

/**
 * The nodes of the demo with an hour of stories, in a process of their own. Prints the configuration of an exporter that polls
 * them, as a line of JSON, and runs until it is ended.
 */

const MINUTE = 60;

/** Everything happens once, and the pictures show the last 60 minutes of 66: at their end two nodes are behind. */
const STORIES = {
  wireLag: { period: 120 * MINUTE, stallFrom: 24 * MINUTE, stallFor: 22 * MINUTE, catchUpFor: 40 * MINUTE },
  moneroLag: { period: 120 * MINUTE, stallFrom: 57 * MINUTE, stallFor: 30 * MINUTE, catchUpFor: 5 * MINUTE },
  moneroOutage: { period: 120 * MINUTE, downFrom: 31 * MINUTE, downFor: 9 * MINUTE },
  chainwebLag: { period: 120 * MINUTE, stallFrom: 13 * MINUTE, stallFor: 7 * MINUTE, catchUpFor: 2 * MINUTE },
  bitcoinUpgrade: {
    ...{ period: 120 * MINUTE, startFrom: 40 * MINUTE },
    ...{ warmUpFor: 3 * MINUTE, presyncFor: 2 * MINUTE, syncFor: 15 * MINUTE },
  },
  litecoinFork: { period: 120 * MINUTE, forkFrom: 20 * MINUTE, forkFor: 1 * MINUTE },
};

const network = await startDemoNetwork({ stories: STORIES });
/** An answer that takes some real milliseconds takes many by a fast clock. */
const PATIENT = { timeout: "30s" };

function entry({ name, chain, url, pin, options }: DemoNode): Record<string, unknown> {
  const { probe } = options ?? {};
  const patient = typeof probe === "object" ? { ...options, probe: { ...probe, ...PATIENT } } : options;
  return {
    name,
    chain,
    url,
    labels: { simulated: "true" },
    ...(pin === undefined ? {} : { tls: { pin } }),
    ...(patient === undefined ? {} : { [chain]: patient }),
  };
}

const [first] = network.nodes;
const config = {
  global: { interval: "30s", ...PATIENT },
  nodes: network.nodes.map(entry),
  references:
    first === undefined ? [] : [{ ...entry(first), name: `${first.chain}-reference`, [first.chain]: undefined }],
};
process.stdout.write(`${JSON.stringify(config)}\n`);
