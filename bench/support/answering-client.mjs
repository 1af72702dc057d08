// Replaces src/rpc/client.ts: responses of a simulated node from memory, without HTTP. They are made once and returned in
// turn, so that making them costs nothing during a measurement. The port of a node's URL is its number.
import { createFakeBitcoin } from "./fake-bitcoin.mjs";
import { createFakeMonero } from "./fake-monero.mjs";
import { createFakeWire } from "./fake-wire.mjs";

export * from "src:rpc/client.ts";

const VARIANTS = 4;

/** For what the simulated node does not offer. */
const NOT_FOUND = Buffer.from('{"code":404,"message":"Not Found"}');

/** What the polls since `take` were given, for a baseline over the same bytes. */
let given = [];
export function take() {
  const answers = given;
  given = [];
  return answers;
}

export function createRpcClient({ url }) {
  const peers = Number(process.env.BENCH_PEERS);
  const options = { index: Number(new URL(url.origin).port), peers };
  const [monero, wire, bitcoin] = [createFakeMonero, createFakeWire, createFakeBitcoin].map((create) =>
    create(options),
  );
  const rings = new Map();

  function answerOf(path, body) {
    const key = `${path} ${body}`;
    let ring = rings.get(key);
    if (ring === undefined) {
      const node = path === "/" ? bitcoin : path.startsWith("/v1/") ? wire : monero;
      ring = { next: 0, answers: Array.from({ length: VARIANTS }, () => node.answer(path, body)) };
      rings.set(key, ring);
    }
    ring.next += 1;
    return ring.answers[ring.next % VARIANTS];
  }

  return {
    url,
    async request({ path, body = "" }) {
      const answer = answerOf(path, body);
      const now = Date.now();
      if (answer === undefined) {
        return { status: 404, headers: {}, body: new Uint8Array(NOT_FOUND), sentMs: now, receivedMs: now };
      }
      given.push(answer);
      return { status: 200, headers: {}, body: new Uint8Array(answer), sentMs: now, receivedMs: now };
    },
    presented: () => ({ certificateExpirySeconds: undefined, clockSkewSeconds: undefined }),
    close: async () => {},
  };
}
