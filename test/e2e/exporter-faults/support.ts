import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import { type Page, value } from "../../support/exposition-parser.ts";
import { type FakeNode, type Handler, startFakeNode } from "../../support/fake-node.ts";
import type { RunningProgram } from "../../support/servers.ts";

/** What the tests of the exporter's own faults share; all that is started here ends with its test. */

export async function fakeNode(handler: Handler): Promise<FakeNode> {
  const node = await startFakeNode(handler);
  onTestFinished(node.close);
  return node;
}

/** Often, and with time enough for a busy machine. */
export const OFTEN = { global: { interval: "3s", timeout: "3s" } };

export const polls = (page: Page, target: string) => value(page, "p2p_node_polls_total", { target });
export const up = (page: Page, target: string) => value(page, "p2p_node_up", { target });
export const failures = (page: Page, target: string, reason: string) =>
  value(page, "p2p_node_poll_failures_total", { target, reason });

export async function exitsWith(program: RunningProgram, code: number, milliseconds: number): Promise<void> {
  const began = performance.now();
  expect(await program.exited).toBe(code);
  expect(performance.now() - began).toBeLessThan(milliseconds);
}

/** A connection that says what it is told to, and nothing else. */
export async function idleClient(port: number, sent = ""): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  if (sent !== "") socket.write(sent);
  return socket;
}
