import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/demo/random.ts";
import { createWireNodes } from "../../../src/demo/wire/nodes.ts";
import { request, testClock } from "../../demo/support.ts";
import { openInMemory, poll } from "../sessions.ts";
import { valueIn } from "../support.ts";
import { shown } from "./support.ts";

describe("the simulated nodes", () => {
  test.each(["spring", "wire"] as const)("%s: nearly all connected rows get bytes and a latency", async (name) => {
    const clock = testClock();
    const nodes = createWireNodes(clock, createRandom("plugin"));
    const answer = (path: string) => nodes[name].all(request(path));
    const session = openInMemory(
      "wire",
      ({ path }) => {
        const { status, body } = answer(path);
        return { status, body: body.toString() };
      },
      { prometheus_url: "http://127.0.0.1:8888" },
    );
    const { connections } = valueIn((await poll(session)).peers);
    const connected = connections.filter(({ state }) => state === "connected");
    const joined = connected.filter((row) => row.receivedBytes !== undefined);
    expect(connected.length).toBeGreaterThan(10);
    // A link of the last 30 s is not on the page yet.
    expect(joined.length).toBeGreaterThan(connected.length * 0.8);
    for (const { latencySeconds = 0, startSeconds = 0, sentBytes = 0 } of joined) {
      expect(latencySeconds).toBeGreaterThan(0.001);
      expect(latencySeconds).toBeLessThan(1);
      expect(startSeconds).toBeGreaterThan(clock.startedAt - 7300);
      expect(startSeconds).toBeLessThanOrEqual(clock.now());
      expect(sentBytes).toBeGreaterThan(0);
    }
    expect(connections.filter((row) => row.state !== "connected" && row.receivedBytes !== undefined)).toEqual([]);
  });

  test("the Spring node has a duplicate link", async () => {
    const nodes = createWireNodes(testClock(), createRandom("plugin"));
    const session = openInMemory("wire", ({ path }) => {
      const { status, body } = nodes.spring.all(request(path));
      return { status, body: body.toString() };
    });
    expect(shown((await poll(session)).chainSamples)).toMatchObject({ duplicate_links: 1, wrong_chain_peers: 0 });
  });
});
