import { createRpcClient } from "../../../src/rpc/client.ts";
import { dispatch } from "../../../src/rpc/dispatch.ts";
import { type Asked, type FuzzAdapter, LIAR } from "../adapter.ts";
import type { AdapterName } from "../adapters.ts";
import { bytesOf } from "../changes.ts";
import { checkLog, checkOutcomes } from "../checks.ts";
import { stopClocks } from "../clock.ts";
import { type Clients, elsewhere, isUntrusted } from "../network.ts";
import { replyOf } from "../script.ts";
import type { Tally } from "../tally.ts";
import { createWorld } from "../world.ts";
import { bodyOf, targetOf } from "./bodies.ts";
import { chunked, DELIVERIES, whole } from "./deliveries.ts";
import type { PeakMemory } from "./peak-memory.ts";
import type { RawAnswer, RawServer } from "./raw-server.ts";
import { callName, NOTHING, type Setup, type Setups } from "./setups.ts";
import type { ShapeCase } from "./shape-case.ts";
import type { CpuClock } from "./thread-cpu.ts";

/** What one case cost. */
export type Cost = {
  /** CPU milliseconds of the main thread from one request to the next at most, or to the page behind the last. */
  readonly cpu: number;
  /** By how many MiB the process grew at most. */
  readonly growth: number;
  /** How many hostile answers were fetched. */
  readonly answers: number;
};

export type ShapeStage = {
  readonly name: AdapterName;
  readonly adapter: FuzzAdapter;
  readonly setups: Setups;
  readonly server: RawServer;
  readonly cpu: CpuClock;
  readonly memory: PeakMemory;
  readonly tally: Tally;
};

const SECONDS_BETWEEN = 60;

/** Of one call that is made many times in a poll, so many answers are hostile: the others would cost the same again. */
const MAX_HOSTILE = 3;

/** Makes the answers of a case, which must not count; each call plays it once, from the bytes on a socket to the page. */
export function prepareShape(stage: ShapeStage, given: ShapeCase): () => Promise<Cost> {
  const answers = Array.from({ length: given.polls }, (_, poll) =>
    rawAnswer(stage, { ...given, salt: given.salt + poll * SALT_STEP }),
  );
  return () => play(stage, given, answers);
}

async function play(stage: ShapeStage, given: ShapeCase, answers: readonly RawAnswer[]): Promise<Cost> {
  const { adapter, server, cpu, memory, name, tally } = stage;
  const { variant, script } = setupOf(stage, given);
  const { next } = targetOf(name, given.call);
  let [asked, most, since] = [0, 0, 0];
  const mark = () => {
    const now = cpu();
    most = Math.max(most, now - since);
    since = now;
  };
  const isHostile = (call: string | undefined) => call === given.call || (given.paged && call === next);
  const clients: ReturnType<Clients> = (node) => (options) =>
    createRpcClient({ ...options, url: elsewhere(options.url, server.origin) }, async (transport, request, budget) => {
      const { method, path, body = "" } = request;
      const plain = { method, path, body };
      const call = callName(adapter.callOf(plain), isUntrusted(node, options.url.hostname));
      mark();
      if (isHostile(call) && (given.paged || asked < MAX_HOSTILE * given.polls)) {
        const headers = { ...request.headers, ...server.headerOf(asked) };
        asked += 1;
        return dispatch(transport, { ...request, headers }, budget);
      }
      const reply = replyOf(script, call, plain, NOTHING);
      return { status: reply.status, headers: reply.headers, body: bytesOf(reply) };
    });
  const clock = stopClocks();
  const world = createWorld(variant, [LIAR], clients);
  let growth = 0;
  try {
    for (const answer of answers) {
      server.load(answer);
      clock.advance(SECONDS_BETWEEN);
      memory.begin();
      since = cpu();
      await world.poll(LIAR);
      world.page([world.stored(LIAR)], given.salt % 2 === 0 ? "text" : "openmetrics");
      mark();
      growth = Math.max(growth, memory.growth());
    }
    checkLog(world.log);
    checkOutcomes(world);
    tally.polled(world.state(LIAR));
    return { cpu: most, growth, answers: asked };
  } finally {
    clock.restore();
    await world.close();
  }
}

/** Rows of two polls are other ones, or some of the same. */
const SALT_STEP = 500;

/** Answers that depend on the request are those to this one. */
const ASKED: Asked = { method: "GET", path: "", body: "" };

function setupOf({ setups }: Pick<ShapeStage, "setups">, { call, setup }: ShapeCase): Setup {
  const known = setups.get(call) ?? [];
  const found = known[setup % known.length];
  if (found === undefined) throw new Error(`no configuration asks ${call}`);
  return found;
}

function rawAnswer(stage: ShapeStage, given: ShapeCase): RawAnswer {
  const { shape, segment, status, chunk } = given;
  const deliver = DELIVERIES[shape];
  if (deliver !== undefined) {
    const reply = replyOf(setupOf(stage, given).script, given.call, ASKED, NOTHING);
    return { bytes: deliver(bytesOf(reply), given.units), closes: [], segment };
  }
  const { bytes, closes } = bodyOf(stage.name, given);
  const [close = ""] = closes;
  if (closes.length === 1) {
    const body = close === "" ? bytes : Buffer.concat([bytes, Buffer.from(close)]);
    return { bytes: chunk === 0 ? whole(status, body) : chunked(status, body, chunk), closes: [], segment };
  }
  return { bytes: whole(status, bytes, close.length), closes, segment };
}
