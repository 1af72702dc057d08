import { describeNode } from "../describe.ts";
import type { Server } from "../http.ts";
import { createKnownHeads } from "../lag.ts";
import { createMemory, expectStale, INTERVAL_SECONDS } from "../memory.ts";
import { connectionsBlock, pickMode } from "../names.ts";
import type { MakeModel } from "../run.ts";
import { expectWire, expectWireReference, isInfoAnswered, type WireMemory } from "./expect.ts";
import { createPluginMemory } from "./expect-plugin.ts";
import { answerPlugin, answerWire } from "./node.ts";
import { createWireWorld, liveWire, type WireLife } from "./world.ts";

const NAMES = ["a", "b", "reference"] as const;

export const wireModel: MakeModel = (random, clock) => {
  const world = createWireWorld(random, clock, NAMES);
  const lives = new Map(world.lives.map((life) => [life.node.name, life] as const));
  const memories = new Map(NAMES.map((name) => [name as string, createWireMemory()] as const));
  const heads = createKnownHeads<number>((name) => name === "reference");
  const servers = new Map<string, Server>();
  const modes = new Map(NAMES.map((name) => [name as string, pickMode(random)] as const));
  const nodes = world.lives.map((life, index) => {
    const { node } = life;
    const url = `http://192.0.2.${index + 1}:8888`;
    const pluginUrl = `http://192.0.2.${index + 1}:9101`;
    servers.set(url, (request) => answerWire(node, request));
    servers.set(pluginUrl, (request) => {
      const answer = answerPlugin(node, request);
      const memory = memories.get(node.name);
      const isOk = node.outage === undefined && node.fault?.part !== "plugin";
      if (memory !== undefined) {
        memory.plugin.served = { isOk, copied: node.copied, process: life.process, atMs: clock.nowMs() };
      }
      return answer;
    });
    const wire = node.hasPlugin ? { wire: { prometheus_url: pluginUrl } } : {};
    return { name: node.name, chain: index === 1 ? "antelope" : "wire", url, ...wire };
  });

  return {
    config: {
      nodes: nodes
        .filter(({ name }) => name !== "reference")
        .map((node) => ({ ...node, ...connectionsBlock(modes.get(node.name)) })),
      references: nodes
        .filter(({ name }) => name === "reference")
        .map(({ name, chain, url }) => ({ name, chain, url })),
    },
    servers,
    targets: NAMES,
    live(target) {
      liveWire(of(lives, target), world, random, clock.nowMs());
    },
    describe(target) {
      const { node, mode } = of(lives, target);
      return describeNode([node.dialect.name, mode], node);
    },
    expectStale(target) {
      const memory = of(memories, target);
      memory.headSinceMs = undefined;
      return expectStale(memory, target === "reference", INTERVAL_SECONDS);
    },
    expect(target, { startedMs, endedMs }) {
      const life: WireLife = of(lives, target);
      const memory = of(memories, target);
      const others = heads.others(target, endedMs);
      heads.remember(target, isInfoAnswered(life.node) ? life.node.head : undefined, endedMs);
      return target === "reference"
        ? expectWireReference(life)
        : expectWire({
            life,
            memory,
            mode: modes.get(target),
            endedMs,
            seconds: (endedMs - startedMs) / 1000,
            ...others,
          });
    },
  };
};

function createWireMemory(): WireMemory {
  return {
    ...createMemory(),
    views: [],
    plugin: createPluginMemory(),
    lists: { process: 1, count: 0, isSeen: false },
    ends: new Set(),
    seenOpen: new Set(),
    mayBeForgotten: new Set(),
    headSinceMs: undefined,
  };
}

function of<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined) throw new Error(`nothing is known of ${name}`);
  return found;
}
