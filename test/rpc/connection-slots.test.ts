import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConnectionSlots, NoSlotError } from "../../src/rpc/connection-slots.ts";
import { runs } from "../support/effort.ts";
import type { Handler } from "../support/fake-node.ts";
import { closeLater, fakeNode, GET, patience, refusal, rpcClient } from "./support.ts";

const FOREVER_MS = 2 ** 31 - 1;
const nobodyStops = patience();

describe("slots", () => {
  test("are given immediately while there are some, then to those who wait, in their order", async () => {
    const slots = createConnectionSlots(1);
    const first = await slots.acquire(FOREVER_MS, nobodyStops);
    const order: string[] = [];
    const wait = async (name: string) => {
      const slot = await slots.acquire(FOREVER_MS, nobodyStops);
      order.push(name);
      slot.release();
    };
    const both = [wait("second"), wait("third")];
    expect(order).toEqual([]);
    first.release();
    first.release();
    await Promise.all(both);
    expect(order).toEqual(["second", "third"]);
  });

  test("are taken from the connection that is idle for the longest, never from a busy one", async () => {
    const slots = createConnectionSlots(3);
    const closed: string[] = [];
    const open = async (name: string) => {
      const slot = await slots.acquire(FOREVER_MS, nobodyStops);
      slot.idle(() => {
        closed.push(name);
        slot.release();
      });
      return slot;
    };
    const first = await open("first");
    await open("second");
    await open("third");
    first.busy();
    await slots.acquire(FOREVER_MS, nobodyStops);
    expect(closed).toEqual(["second"]);
  });

  test("a connection that becomes idle while others wait is closed for them", async () => {
    const slots = createConnectionSlots(1);
    const busy = await slots.acquire(FOREVER_MS, nobodyStops);
    const waiting = slots.acquire(FOREVER_MS, nobodyStops);
    busy.idle(() => busy.release());
    await waiting;
  });

  test("a waiter that times out or is aborted leaves the queue", async () => {
    const slots = createConnectionSlots(1);
    const held = await slots.acquire(FOREVER_MS, nobodyStops);
    await expect(slots.acquire(1, nobodyStops)).rejects.toThrow(NoSlotError);
    const controller = new AbortController();
    const ended = slots.acquire(FOREVER_MS, controller.signal);
    controller.abort(new Error("stopped"));
    await expect(ended).rejects.toThrow("stopped");
    const next = slots.acquire(FOREVER_MS, nobodyStops);
    held.release();
    await next;
  });

  test("are never more than their number, and none is lost, whatever happens in which order", async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("acquire", "idle", "busy", "release"), fc.nat(5)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, async (max, actions) => {
        const slots = createConnectionSlots(max);
        const open: Awaited<ReturnType<typeof slots.acquire>>[] = [];
        const drop = (slot: (typeof open)[number]) => {
          const at = open.indexOf(slot);
          if (at >= 0) open.splice(at, 1);
          slot.release();
        };
        let wanted = 0;
        for (const [action, at] of actions) {
          const slot = open[at % Math.max(1, open.length)];
          if (action === "acquire") {
            wanted += 1;
            void slots.acquire(FOREVER_MS, nobodyStops).then((given) => {
              wanted -= 1;
              open.push(given);
            });
          } else if (slot === undefined) continue;
          else if (action === "idle") slot.idle(() => drop(slot));
          else if (action === "busy") slot.busy();
          else drop(slot);
          await Promise.resolve().then(() => {});
          await new Promise(setImmediate);
          expect(open.length).toBeLessThanOrEqual(max);
        }
        while (wanted > 0 || open.length > 0) {
          const [first] = open;
          expect(first).toBeDefined();
          if (first !== undefined) drop(first);
          await new Promise(setImmediate);
        }
      }),
      { numRuns: runs(40) },
    );
  });
});

describe("clients with slots", () => {
  const well: Handler = () => ({ body: "{}" });

  test("take turns when there are fewer slots than nodes", async () => {
    const slots = createConnectionSlots(2);
    const nodes = await Promise.all(Array.from({ length: 6 }, () => fakeNode(well)));
    const clients = nodes.map(({ url }) => rpcClient(url, { slots }));
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(clients.map((client) => client.request(GET, patience())));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    }
  });

  test("give their slot back when the dial fails and when they are closed", async () => {
    const slots = createConnectionSlots(1);
    const gone = await fakeNode(well);
    await gone.close();
    const failing = rpcClient(gone.url, { slots });
    expect((await refusal(failing.request(GET, patience()))).failure.reason).toBe("connect");
    const node = await fakeNode(well);
    const first = rpcClient(node.url, { slots });
    await first.request(GET, patience());
    await first.close();
    await rpcClient(node.url, { slots }).request(GET, patience());
  });

  test("say that no file descriptor is free when all slots stay busy", async () => {
    const slots = createConnectionSlots(1);
    const silent = await fakeNode(() => ({ body: () => {} }));
    const node = await fakeNode(well);
    const controller = new AbortController();
    const held = rpcClient(silent.url, { slots }).request(GET, controller.signal);
    const late = rpcClient(node.url, { slots, connectTimeoutMs: 200 });
    const { failure } = await refusal(late.request(GET, patience()));
    expect(failure).toMatchObject({
      reason: "connect",
      message: expect.stringContaining("no free file descriptor for a connection"),
      advice: "raise the limit of open files of this process",
    });
    controller.abort();
    await refusal(held);
    await closeLater(late).request(GET, patience());
  });
});
