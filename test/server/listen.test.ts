import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listen } from "../../src/server/listen.ts";
import { startProcess, tempFolder, waitFor } from "../support/servers.ts";

function server() {
  const created = createServer((_request, response) => response.writeHead(404).end());
  onTestFinished(() => void created.close());
  return created;
}

test("a socket that a killed process left behind does not block the next start", async () => {
  const path = join(tempFolder(), "exporter.sock");
  const script = `require("node:http").createServer().listen(${JSON.stringify(path)})`;
  const killed = await startProcess(process.execPath, ["-e", script]);
  await waitFor(() => existsSync(path), "the socket", { timeoutMs: 10_000, program: killed });
  process.kill(killed.pid, "SIGKILL");
  await killed.exited;
  expect(existsSync(path)).toBe(true);
  expect(await listen(server(), { kind: "unix", path })).toBe(`unix:${path}`);
});

test("a socket on which a process listens is left alone", async () => {
  const path = join(tempFolder(), "exporter.sock");
  await listen(server(), { kind: "unix", path });
  await expect(listen(server(), { kind: "unix", path })).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(existsSync(path)).toBe(true);
});

test("a file that is not a socket is not removed", async () => {
  const path = join(tempFolder(), "notes.txt");
  writeFileSync(path, "mine");
  await expect(listen(server(), { kind: "unix", path })).rejects.toThrow();
  expect(readFileSync(path, "utf8")).toBe("mine");
});

test("a link is not removed, whatever it leads to", async () => {
  const folder = tempFolder();
  const path = join(folder, "exporter.sock");
  symlinkSync(join(folder, "nowhere.sock"), path);
  await expect(listen(server(), { kind: "unix", path })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a socket is for its user and group, and is gone when the server has closed", async () => {
  const path = join(tempFolder(), "exporter.sock");
  const created = server();
  await listen(created, { kind: "unix", path });
  expect(statSync(path).mode & 0o777).toBe(0o660);
  await new Promise((resolve) => created.close(resolve));
  expect(existsSync(path)).toBe(false);
});

test("without a host, IPv4 and IPv6 clients reach the same port", async () => {
  const url = await listen(server(), { kind: "tcp", host: undefined, port: 0 });
  expect(url).toMatch(/^http:\/\/localhost:\d+$/);
  expect((await fetch(url.replace("localhost", "127.0.0.1"))).status).toBe(404);
});
