import { describeNode } from "../describe.ts";
import { createKnownHeads } from "../lag.ts";
import { createMemory, expectStale, INTERVAL_SECONDS } from "../memory.ts";
import { connectionsBlock, pickMode } from "../names.ts";
import type { MakeModel } from "../run.ts";
import { expectMonero, expectMoneroReference, isInfoAnswered, type MoneroMemory } from "./expect.ts";
import { answerMonero } from "./node.ts";
import { createMoneroWorld, liveMonero, type MoneroLife } from "./world.ts";

const NAMES = ["a", "b", "restricted", "reference"] as const;
export const moneroModel: MakeModel = (random, clock) => {
  const world = createMoneroWorld(random, clock, NAMES);
  const origins = new Map(NAMES.map((name, index) => [name, `http://192.0.2.${index + 1}:18081`] as const));
  const modes = new Map(NAMES.map((name) => [name as string, pickMode(random)] as const));
  const nodes = world.nodes.map(({ node: { name } }) => ({ name, chain: "monero", url: origins.get(name as "a") }));
  const lives = new Map(world.nodes.map((life) => [life.node.name, life] as const));
  const memories = new Map(
    NAMES.map((name): [string, MoneroMemory] => [
      name,
      { ...createMemory(), knownHash: undefined, starts: new Map(), names: new Map() },
    ]),
  );
  const heads = createKnownHeads<number>((name) => name === "reference");

  function lifeOf(target: string): MoneroLife {
    const life = lives.get(target);
    if (life === undefined) throw new Error(`no node ${target}`);
    return life;
  }

  return {
    config: {
      nodes: nodes
        .filter(({ name }) => name !== "reference")
        .map((node) => ({ ...node, ...connectionsBlock(modes.get(node.name)) })),
      references: nodes.filter(({ name }) => name === "reference"),
    },
    servers: new Map(
      world.nodes.map((life) => [
        origins.get(life.node.name as "a") ?? "",
        (request) => answerMonero(life.node, request, clock.nowMs()),
      ]),
    ),
    targets: NAMES,
    live(target) {
      world.ledger.makeBlocks(clock.nowMs());
      liveMonero(lifeOf(target), world, random, clock.nowMs());
    },
    describe(target) {
      const { node, rate } = lifeOf(target);
      return describeNode([node.version, rate === undefined ? "following" : "catching up"], node);
    },
    expectStale(target) {
      const memory = memories.get(target);
      if (memory === undefined) throw new Error(`no memory of ${target}`);
      return expectStale(memory, target === "reference", INTERVAL_SECONDS);
    },
    expect(target, { startedMs, endedMs }) {
      const life = lifeOf(target);
      const memory = memories.get(target);
      if (memory === undefined) throw new Error(`no memory of ${target}`);
      const others = heads.others(target, endedMs);
      const seconds = (endedMs - startedMs) / 1000;
      heads.remember(target, isInfoAnswered(life.node) ? life.node.tip.height + 1 : undefined, endedMs);
      return target === "reference"
        ? expectMoneroReference(life)
        : expectMonero({ life, memory, mode: modes.get(target), endedMs, seconds, ...others });
    },
  };
};
