import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../support/servers.ts";

/** A way to a node that passes only the first bytes of what it sends, until it is opened. */
export type Valve = { readonly address: string; isHolding(): boolean; open(): void; close(): void };

export async function startValve(nodePort: number, { firstBytes }: { readonly firstBytes: number }): Promise<Valve> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let leftBytes = firstBytes;
  let release: (() => void) | undefined;

  const server = createServer((client) => {
    const node = connect(nodePort, "127.0.0.1");
    for (const socket of [client, node]) {
      sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    }
    client.on("close", () => node.destroy());
    node.on("close", () => client.destroy());
    client.pipe(node);
    node.on("data", (chunk: Buffer) => {
      const passed = Math.min(leftBytes, chunk.length);
      leftBytes -= passed;
      client.write(chunk.subarray(0, passed));
      if (leftBytes > 0) return;
      node.pause();
      release = () => {
        client.write(chunk.subarray(passed));
        node.resume();
      };
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return {
    address: `127.0.0.1:${port}`,
    isHolding: () => release !== undefined,
    open() {
      leftBytes = Number.POSITIVE_INFINITY;
      release?.();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
