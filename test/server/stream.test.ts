import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Body } from "../../src/server/respond.ts";
import { waitFor } from "../support/servers.ts";
import { listen } from "./support.ts";

const CHUNK = 256 * 1024;
const COUNT = 100;
const PLAIN = { headers: { "accept-encoding": "identity" } };

/** As the page is streamed: one chunk whose bytes are overwritten when the next is asked for. */
function streamed() {
  const state = { made: 0, isEnded: false };
  function* chunks() {
    const chunk = Buffer.alloc(CHUNK);
    try {
      for (; state.made < COUNT; ) {
        state.made += 1;
        yield chunk.fill(state.made % 251);
      }
    } finally {
      state.isEnded = true;
    }
  }
  const body: Body = { kind: "streamed", chunks: chunks() };
  return { body, state };
}

test("a streamed page arrives whole and in order, though its chunk is overwritten", async () => {
  const { url } = await listen({ page: () => streamed().body });
  const bytes = Buffer.from(await (await fetch(`${url}/metrics`, PLAIN)).arrayBuffer());
  expect(bytes.length).toBe(CHUNK * COUNT);
  for (let chunk = 0; chunk < COUNT; chunk += 1) {
    const part = bytes.subarray(chunk * CHUNK, (chunk + 1) * CHUNK);
    expect([chunk, part.equals(Buffer.alloc(CHUNK, (chunk + 1) % 251))]).toEqual([chunk, true]);
  }
});

test("only as much is built as a slow reader takes, and nothing for a client that left", async () => {
  const { body, state } = streamed();
  const { port } = await listen({ page: () => body });
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.once("data", () => socket.pause());
  socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  await waitFor(() => state.made > 0, "the first chunk");
  let before = -1;
  await waitFor(() => {
    const stands = before === state.made;
    before = state.made;
    return stands;
  }, "the stream to wait for its reader");
  expect(state.made).toBeLessThan(COUNT);
  socket.destroy();
  await waitFor(() => state.isEnded, "the stream to end");
  expect(state.made).toBeLessThan(COUNT);
});

test("HEAD makes nothing of it", async () => {
  const { body, state } = streamed();
  const { server } = await listen({ page: () => body });
  expect((await server.inject({ url: "/metrics", method: "HEAD" })).statusCode).toBe(200);
  expect(state.made).toBe(0);
});
