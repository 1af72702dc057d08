import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, connect, createConnection, type Socket } from "node:net";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import { freePort, type RunningProgram, startProcess, tempFolder, waitFor } from "./servers.ts";

/** Real proxies on 127.0.0.1, for tests against them. */

export type RunningProxy = { readonly port: number; stop(): Promise<unknown> };

async function started(port: number, program: RunningProgram): Promise<RunningProxy> {
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  await waitFor(isOpen, `${program.name} to listen`, { program });
  return { port, stop: () => program.stop() };
}

type Login = { readonly username: string; readonly password: string };

/** @param path where microsocks is */
export async function startMicrosocks(path: string, login?: Login): Promise<RunningProxy> {
  const port = await freePort();
  const own = login === undefined ? [] : ["-u", login.username, "-P", login.password];
  return started(port, await startProcess(path, ["-i", "127.0.0.1", "-p", String(port), ...own]));
}

/**
 * @param path where tinyproxy is
 * @param connectPort the only port that CONNECT may go to; default: every port
 */
export async function startTinyproxy(path: string, connectPort?: number, login?: Login): Promise<RunningProxy> {
  const port = await freePort();
  const file = join(tempFolder(), "tinyproxy.conf");
  const lines = ["Listen 127.0.0.1", `Port ${port}`, "LogLevel Warning", "Timeout 60", "MaxClients 50"];
  if (connectPort !== undefined) lines.push(`ConnectPort ${connectPort}`);
  if (login !== undefined) lines.push(`BasicAuth ${login.username} ${login.password}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return started(port, await startProcess(path, ["-d", "-c", file]));
}

/** A proxy behind TLS that only knows CONNECT. No program of Debian's is one without a configuration of some pages. */
export async function startHttpsProxy({ key, cert }: Certificate): Promise<RunningProxy> {
  const open = new Set<Socket>();
  const server = createServer({ key, cert }).on("connect", ({ url = "" }, socket: Socket) => {
    const [host, port] = url.split(":");
    const inner = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(inner).pipe(socket);
    });
    inner.on("error", () => socket.destroy());
    socket.on("error", () => inner.destroy());
  });
  server.on("connection", (socket: Socket) => void open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
