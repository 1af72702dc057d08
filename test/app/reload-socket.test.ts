import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openReloadSocket, reloadSocketPath } from "../../src/app/reload-socket.ts";
import { reload } from "../../src/cli/commands/reload.ts";
import { logSink } from "../poll/support.ts";
import { startRawServer } from "../support/fake-node.ts";
import { tempFolder } from "../support/servers.ts";

async function openSocket(folder: string) {
  const { log, lines } = logSink();
  const result = async () => ({ ok: true, summary: "nodes: 0 added", problems: [] }) as const;
  onTestFinished(await openReloadSocket(reloadSocketPath({ RUNTIME_DIRECTORY: folder }), result, log));
  return lines;
}

/** What the command prints and its exit code. */
async function runReload(folder: string, timeoutMs?: number) {
  let text = "";
  const add = (part: string) => {
    text += part;
  };
  const code = await reload({ RUNTIME_DIRECTORY: folder }, { print: add, printError: add }, timeoutMs);
  return { code, text };
}

test("a folder whose socket has too long a path: the system cut it, and made a socket in another folder", async () => {
  const parent = tempFolder();
  const folder = join(parent, "a".repeat(120));
  const lines = await openSocket(folder);
  expect(lines.map(({ msg }) => msg).join()).toMatch(/systemctl reload will fail: .*longer than a path of a socket/);
  expect(readdirSync(parent)).toEqual([]);
  const { code, text } = await runReload(folder);
  expect(code).toBe(1);
  expect(text).toContain("choose a shorter RuntimeDirectory=");
});

test("another file in the place of the socket stays as it is", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "reload.sock"), "mine");
  const lines = await openSocket(folder);
  expect(lines.map(({ msg }) => msg).join()).toContain("(EADDRINUSE)");
  expect((await runReload(folder)).code).toBe(1);
});

test("the command waits for the result", async () => {
  const folder = tempFolder();
  await openSocket(folder);
  expect(await runReload(folder)).toEqual({ code: 0, text: "configuration reloaded: nodes: 0 added\n" });
});

test.each([
  ["never answers", undefined, /no answer on .* within 0.2 seconds/],
  [
    "switches protocols, after which no event came and the command ended as if it had succeeded",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    /expected HTTP status 200, found 101/,
  ],
  ["is cut off", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nconfig", /no answer on .* within 0.2 seconds/],
])("the command fails where the other end %s", async (_, answer, expected) => {
  const folder = tempFolder();
  const server = await startRawServer(
    (socket) => void socket.once("data", () => answer !== undefined && socket.write(answer)),
    { socketPath: join(folder, "reload.sock") },
  );
  onTestFinished(async () => void (await server.close()));
  const { code, text } = await runReload(folder, 200);
  expect(code).toBe(1);
  expect(text).toMatch(expected);
});
