import type { NodeConfig } from "../../src/config/model.ts";
import type { CreateClient } from "../../src/poll/session.ts";
import { HONEST, type FuzzAdapter, LIAR } from "./adapter.ts";
import { bytesOf, type Reply, well } from "./changes.ts";
import { checkFleet, checkLiar, checkLog, checkPage, type Observed } from "./checks.ts";
import type { TestClock } from "./clock.ts";
import { type Tree, token } from "./json-tree.ts";
import { type Answerer, memoryClients } from "./network.ts";
import { PAUSES, type Scenario, type Step } from "./scenario.ts";
import { nextScript, replyOf, type Script, wellScript } from "./script.ts";
import type { Tally } from "./tally.ts";
import { createWorld } from "./world.ts";

export type Stage = {
  readonly adapter: FuzzAdapter;
  /** Answers that fit no call. */
  readonly aliens: readonly Tree[];
  readonly clock: TestClock;
  readonly tally: Tally;
  /** How requests travel; in memory where nothing else is given. */
  readonly clients?: (answer: Answerer) => (node: NodeConfig) => CreateClient;
};

const NOTHING: Reply = { ...well(token("")), status: 404 };

/** Plays one case and checks after each poll what must always hold. */
export async function runScenario(stage: Stage, scenario: Scenario): Promise<void> {
  const { adapter, clock, tally, clients = memoryClients } = stage;
  const variant = adapter.variants[scenario.variant % adapter.variants.length];
  if (variant === undefined) throw new Error("the adapter has no configuration");
  const honest = wellScript(adapter);
  let script: Script = honest;
  let served = new Map<string, Reply>();
  const answer: Answerer = (node, asked, isStranger) => {
    const own = adapter.callOf(asked);
    const call = isStranger && own === "cut" ? "peer_cut" : own;
    const reply = replyOf(node === LIAR ? script : honest, call, asked, NOTHING);
    if (node === LIAR && call !== undefined) served.set(call, reply);
    return reply;
  };
  const world = createWorld(variant, clients(answer));
  let before: Observed | undefined;
  let last: Script | undefined;
  try {
    if (scenario.fleet) for (const name of HONEST) await world.poll(name);
    for (const step of scenario.steps) {
      clock.advance(PAUSES[step.pause]);
      last = nextScript(adapter, stage.aliens, last, step);
      script = last;
      served = new Map();
      const lines = HONEST.map((name) => world.stored(name).lines);
      await world.poll(LIAR);
      HONEST.forEach((name, index) => {
        if (world.stored(name).lines !== lines[index]) throw new Error(`a poll of ${LIAR} changed the lines of ${name}`);
      });
      checkLog(world.log);
      before = checkLiar({ world, variant, before, isRepeated: isRepeated(step, before), rows: rowsServed(adapter, served) });
      tally.polled(world.state(LIAR));
      if (!scenario.fleet) continue;
      for (const name of HONEST) await world.poll(name);
      checkFleet(world);
    }
    checkPage(world, [LIAR, ...HONEST]);
    checkLog(world.log);
  } finally {
    await world.close();
  }
}

/** Nothing moved since the last poll, and whatever is kept for a while was asked anew both times. */
function isRepeated(step: Step, before: Observed | undefined): boolean {
  return before !== undefined && step.from === "same" && PAUSES[step.pause] >= 60;
}

/** The rows of the peer list in the answer as it went over the line, where it is plain JSON. */
function rowsServed({ rows }: FuzzAdapter, served: ReadonlyMap<string, Reply>): number | undefined {
  const reply = rows === undefined ? undefined : served.get(rows.call);
  if (rows === undefined || reply === undefined || reply.failure !== undefined) return undefined;
  try {
    return rows.count(JSON.parse(new TextDecoder().decode(bytesOf(reply))));
  } catch {
    return undefined;
  }
}
