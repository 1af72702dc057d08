import { type FuzzAdapter, HONEST, LIAR } from "./adapter.ts";
import { bytesOf, type Reply, well } from "./changes.ts";
import { checkFleet, checkLiar, checkLog, checkPage, type Observed } from "./checks.ts";
import type { TestClock } from "./clock.ts";
import { type Tree, token } from "./json-tree.ts";
import { type Answerer, type Clients, memoryClients } from "./network.ts";
import { PAUSES, type Scenario } from "./scenario.ts";
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
  readonly clients?: Clients | undefined;
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
  const answer: Answerer = (node, asked, isUntrusted) => {
    const own = adapter.callOf(asked);
    const call = isUntrusted && own === "cut" ? "peer_cut" : own;
    const reply = replyOf(node === LIAR ? script : honest, call, asked, NOTHING);
    if (node === LIAR && call !== undefined) served.set(call, reply);
    return reply;
  };
  // Without a fleet one honest node is enough to see that its lines stay as they are.
  const honestNames = scenario.fleet ? HONEST : HONEST.slice(0, 1);
  const nodes = [LIAR, ...honestNames];
  const world = createWorld(variant, nodes, clients(answer));
  let before: Observed | undefined;
  let last: Script | undefined;
  let isAllAsked = true;
  try {
    if (scenario.fleet) for (const name of honestNames) await world.poll(name);
    for (const step of scenario.steps) {
      clock.advance(PAUSES[step.pause]);
      last = nextScript(adapter, stage.aliens, last, step);
      script = last;
      served = new Map();
      const lines = honestNames.map((name) => world.stored(name).lines);
      await world.poll(LIAR);
      honestNames.forEach((name, index) => {
        if (world.stored(name).lines !== lines[index])
          throw new Error(`a poll of ${LIAR} changed the lines of ${name}`);
      });
      checkLog(world.log);
      // Answers are kept for half a minute: only what was asked anew both times must be the same.
      const asksAll = PAUSES[step.pause] >= 60;
      const isRepeated = step.from === "same" && asksAll && isAllAsked;
      before = checkLiar({ world, variant, before, isRepeated, rows: rowsServed(adapter, served) });
      isAllAsked = asksAll;
      tally.polled(world.state(LIAR));
      if (!scenario.fleet) continue;
      for (const name of honestNames) await world.poll(name);
      checkFleet(world);
    }
    if (isForOpenMetrics(scenario)) checkPage(world, nodes);
    checkLog(world.log);
  } finally {
    await world.close();
  }
}

/** The same lines stand in both formats, so a part of the cases is enough. */
function isForOpenMetrics({ steps: [first] }: Scenario): boolean {
  return first !== undefined && first.choice % 4 === 0;
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
