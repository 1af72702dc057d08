import { describeNode } from "../describe.ts";
import { createKnownHeads } from "../lag.ts";
import { createMemory, expectStale, INTERVAL_SECONDS } from "../memory.ts";
import type { MakeModel } from "../run.ts";
import { type BitcoinMemory, expectBitcoin, expectBitcoinReference, isInfoAnswered } from "./expect.ts";
import { answerBitcoin } from "./node.ts";
import { type BitcoinLife, createBitcoinWorld, liveBitcoin } from "./world.ts";

const NAMES = ["a", "b", "c", "reference"] as const;

export const bitcoinModel: MakeModel = (random, clock) => {
  const world = createBitcoinWorld(random, clock, NAMES);
  const originOf = (target: string) => `http://192.0.2.${NAMES.indexOf(target as "a") + 1}:8332`;
  const lives = new Map(world.nodes.map((life) => [life.node.name, life] as const));
  const memories = new Map(
    NAMES.map((name): [string, BitcoinMemory] => [
      name,
      { ...createMemory(), knownHash: undefined, messages: undefined },
    ]),
  );
  const heads = createKnownHeads<number>((name) => name === "reference");

  function lifeOf(target: string): BitcoinLife {
    const life = lives.get(target);
    if (life === undefined) throw new Error(`no node ${target}`);
    return life;
  }

  function memoryOf(target: string): BitcoinMemory {
    const memory = memories.get(target);
    if (memory === undefined) throw new Error(`no memory of ${target}`);
    return memory;
  }

  const blockOf = (name: string) => ({ name, chain: "bitcoin", url: originOf(name) });
  return {
    config: {
      nodes: NAMES.slice(0, -1).map((name) => ({ ...blockOf(name), connections: { address: "full" } })),
      references: [blockOf("reference")],
    },
    servers: new Map(
      world.nodes.map(({ node }) => [originOf(node.name), (request) => answerBitcoin(node, request, clock.nowMs())]),
    ),
    targets: NAMES,
    live(target) {
      world.ledger.makeBlocks(clock.nowMs());
      liveBitcoin(lifeOf(target), world, random, clock.nowMs());
    },
    describe(target) {
      const { node, rate } = lifeOf(target);
      const state = node.isStarting ? "starting" : rate === undefined ? "following" : "catching up";
      return describeNode([node.release, state], node);
    },
    expectStale: (target) => expectStale(memoryOf(target), target === "reference", INTERVAL_SECONDS),
    expect(target, { startedMs, endedMs }) {
      const life = lifeOf(target);
      const memory = memoryOf(target);
      const others = heads.others(target, endedMs);
      heads.remember(target, isInfoAnswered(life.node) ? life.node.tip.height : undefined, endedMs);
      if (target === "reference") return expectBitcoinReference(life);
      return expectBitcoin({ life, memory, endedMs, seconds: (endedMs - startedMs) / 1000, ...others });
    },
  };
};
