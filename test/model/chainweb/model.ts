import { describeNode } from "../describe.ts";
import type { Server } from "../http.ts";
import { createKnownHeads } from "../lag.ts";
import { createMemory, expectStale, INTERVAL_SECONDS } from "../memory.ts";
import { connectionsBlock, pickMode } from "../names.ts";
import type { MakeModel } from "../run.ts";
import {
  type ChainwebMemory,
  type CutHeights,
  expectChainweb,
  expectChainwebReference,
  isCutAnswered,
} from "./expect.ts";
import { answerChainweb, answerService } from "./node.ts";
import { createChainwebWorld, liveChainweb } from "./world.ts";

const NAMES = ["a", "b", "reference"] as const;

export const chainwebModel: MakeModel = (random, clock) => {
  const world = createChainwebWorld(random, clock, NAMES);
  const heads = createKnownHeads<CutHeights>((name) => name === "reference");
  const servers = new Map<string, Server>();
  const modes = new Map(NAMES.map((name) => [name as string, pickMode(random)] as const));
  const configured = world.lives.map(({ node }, index) => {
    const url = `https://192.0.2.${index + 1}:1789`;
    const serviceUrl = `http://192.0.2.${index + 1}:1848`;
    servers.set(url, (request) => answerChainweb(node, request, clock.nowMs()));
    servers.set(serviceUrl, (request) => answerService(node, request));
    const chainweb = {
      network: node.network,
      tip_age: node.readsTips,
      mempool_peers: node.countsMempools,
      ...(node.hasService ? { service_url: serviceUrl } : {}),
    };
    return { name: node.name, chain: "chainweb", url, tls: { insecure: true }, chainweb };
  });
  const memories = new Map(
    NAMES.map((name): [string, ChainwebMemory] => [
      name,
      { ...createMemory(), headSinceMs: undefined, comparableSinceMs: undefined },
    ]),
  );
  const known = (target: string) => {
    const life = world.lives.find(({ node }) => node.name === target);
    const memory = memories.get(target);
    if (life === undefined || memory === undefined) throw new Error(`nothing is known of ${target}`);
    return { life, memory };
  };

  return {
    config: {
      nodes: configured
        .filter(({ name }) => name !== "reference")
        .map((node) => ({ ...node, ...connectionsBlock(modes.get(node.name)) })),
      references: configured.filter(({ name }) => name === "reference"),
    },
    servers,
    targets: NAMES,
    live(target) {
      for (const ledger of world.ledgers) ledger.makeBlocks(clock.nowMs());
      liveChainweb(known(target).life, world, random, clock.nowMs());
    },
    describe(target) {
      const { node, rate } = known(target).life;
      return describeNode([node.version, rate === undefined ? "following" : "catching up"], node);
    },
    expectStale(target) {
      const { memory } = known(target);
      // What the node gained in a pause, and what the network did, is not told apart.
      memory.headSinceMs = undefined;
      memory.comparableSinceMs = undefined;
      return expectStale(memory, target === "reference", INTERVAL_SECONDS, false);
    },
    expect(target, { startedMs, endedMs }) {
      const { life, memory } = known(target);
      const others = heads.others(target, endedMs);
      const { node } = life;
      heads.remember(target, isCutAnswered(node) ? node.tips.map(({ height }) => height) : undefined, endedMs);
      if (target === "reference") return expectChainwebReference(life);
      const newestHeight = world.ledgers.reduce((sum, { tip }) => sum + tip.height, 0);
      const seconds = (endedMs - startedMs) / 1000;
      return expectChainweb({ life, memory, mode: modes.get(target), endedMs, seconds, newestHeight, ...others });
    },
  };
};
