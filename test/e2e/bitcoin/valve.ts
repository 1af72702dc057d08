import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../support/servers.ts";

/** A way to a node that passes only the first bytes of what it sends, until it is opened. */
export type Valve = { readonly address: string; open(): void; close(): void };

export async function startValve(nodePort: number, { firstBytes }: { readonly firstBytes: number }): Promise<Valve> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let openAll = () => {};
  const server = createServer((client) => {
    const node = connect(nodePort, "127.0.0.1");
    for (const socket of [client, node]) {
      sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    }
    client.on("close", () => node.destroy());
    node.on("close", () => client.destroy());
    client.pipe(node);
    let leftBytes = firstBytes;
    const pass = (chunk: Buffer) => {
      client.write(chunk.subarray(0, leftBytes));
      const held = chunk.subarray(leftBytes);
      leftBytes = Math.max(0, leftBytes - chunk.length);
      if (leftBytes > 0) return;
      node.off("data", pass).pause();
      openAll = () => {
        client.write(held);
        node.pipe(client);
      };
    };
    node.on("data", pass);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return {
    address: `127.0.0.1:${port}`,
    open: () => openAll(),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
