import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { inlineSecret } from "../../../src/lib/secret.ts";
import type { RpcClientOptions } from "../../../src/rpc/client.ts";
import { createConnectionSlots } from "../../../src/rpc/connection-slots.ts";
import type { ProxyServer, ProxySettings } from "../../../src/rpc/settings.ts";
import { json } from "../../support/fake-node.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { fakeNode, GET, rawServer, rpcClient } from "../support.ts";

/** What a proxy or server says, one text after each message of the client, and what it does after the last. */
type Script = { readonly says: readonly (string | Buffer)[]; readonly last: "rest" | "end" | "reset" | "pass" };

const OK = "HTTP/1.1 200 OK\r\n\r\n";
const SOCKS = [Buffer.from([5, 0]), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])];
const LOGIN = [Buffer.from([5, 2]), Buffer.from([1, 0])];

const SAYINGS: readonly Script["says"][] = [
  [],
  [""],
  [OK],
  [`${OK}more`],
  ["HTTP/1.1 407 No\r\n\r\n"],
  ["HTTP/1.1 200 OK\r\nX: ".padEnd(40_000, "x")],
  ["H"],
  ["garbage"],
  SOCKS,
  SOCKS.slice(0, 1),
  [...SOCKS.slice(0, 1), Buffer.from([5, 5])],
  [...SOCKS.slice(0, 1), Buffer.from([5, 0, 0, 3, 255])],
  [...LOGIN, ...SOCKS.slice(1)],
  [Buffer.from([5, 2]), Buffer.from([1, 1])],
  // A fatal alert of TLS.
  [Buffer.from([21, 3, 3, 0, 2, 2, 40])],
];

const SCRIPTS: readonly Script[] = [
  ...SAYINGS.map((says): Script => ({ says, last: "rest" })),
  ...[[], [OK], SOCKS].flatMap((says) => (["end", "reset", "pass"] as const).map((last): Script => ({ says, last }))),
];

function play({ says, last }: Script, socket: Socket, behind: number): void {
  let next = 0;
  const go = () => {
    const text = says[next++];
    if (text !== undefined) socket.write(text);
    if (next < says.length || last === "rest") return;
    socket.off("data", go);
    if (last === "end") socket.end();
    if (last === "reset") socket.resetAndDestroy();
    if (last !== "pass") return;
    const inner = connect(behind, "127.0.0.1");
    inner.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.on("close", () => inner.destroy());
    socket.pipe(inner).pipe(socket);
  };
  socket.on("data", go);
}

/** Connections at the same time: fewer than there are requests. */
const MOST = 20;

/** When a request is given up, in turns of the event loop. */
const ENDS = [0, 1, 4, 16, 64, Number.POSITIVE_INFINITY];

it("a dial that fails or is given up at any moment, through any proxy, leaves no connection and no slot", async () => {
  const certificate = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
  const caFile = join(tempFolder(), "ca.pem");
  writeFileSync(caFile, certificate.cert);
  const node = await fakeNode(() => json({}), { tls: certificate });
  let script: Script = { says: [], last: "rest" };
  const open = new Set<Socket>();
  const server = await rawServer((socket) => {
    open.add(socket.on("error", () => {}).once("close", () => open.delete(socket)));
    play(script, socket, node.port);
  });
  const proxyOf = (kind: ProxyServer["kind"], login: ProxyServer["login"]): ProxySettings => {
    const proxy = {
      kind,
      label: `${kind}://127.0.0.1:${server.port}`,
      hostname: "127.0.0.1",
      port: server.port,
      login,
    };
    return { http: proxy, https: proxy, except: [], origin: "proxy_url" };
  };
  const login = { username: "user", password: inlineSecret("password") };
  const ways: readonly Partial<RpcClientOptions>[] = [
    {},
    { proxy: proxyOf("http", undefined) },
    { proxy: proxyOf("https", undefined) },
    { proxy: proxyOf("socks5h", login) },
  ];
  const slots = createConnectionSlots(MOST);
  for (script of SCRIPTS) {
    const requests = ways.flatMap((way) =>
      ENDS.map(async (turns) => {
        const controller = new AbortController();
        const options = { ...way, slots, connectTimeoutMs: 50, tls: { kind: "ca", caFile } } as const;
        const client = rpcClient(`https://127.0.0.1:${server.port}`, options);
        const answer = client.request(GET, controller.signal).then(
          ({ status }) => expect(status).toBe(200),
          ({ failure }) => expect(failure.reason).not.toBe("internal"),
        );
        for (let turn = 0; turn < turns && Number.isFinite(turns); turn += 1) await nextTurn();
        if (Number.isFinite(turns)) controller.abort(new DOMException("late", "TimeoutError"));
        await answer;
        await client.close();
      }),
    );
    await Promise.all(requests);
  }
  await waitFor(() => open.size === 0, "all connections to be closed");
  const free = Array.from({ length: MOST + 1 }, () => slots.takeFree() !== undefined);
  expect(free.filter(Boolean)).toHaveLength(MOST);
});
