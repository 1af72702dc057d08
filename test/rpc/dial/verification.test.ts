import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, isIP, connect as openTcp } from "node:net";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { expect, it } from "vitest";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import type { TlsVerification } from "../../../src/rpc/settings.ts";
import { tempFolder } from "../../support/servers.ts";
import { closeLater, GET, patience, refusal, rpcClient } from "../support.ts";

const DAY_MS = 86_400_000;
const later = (days: number) => new Date(Date.now() + days * DAY_MS);

type Names = readonly string[] | undefined;
type Options = Partial<Parameters<typeof createSelfSignedCertificate>[0]>;

/** Releases of Node.js differ. */
type Judgement = boolean | "differs";

/** The alternative names of a certificate, what is expected, and further properties. */
const CASES: readonly (readonly [altNames: Names, expected: string, judgement: Judgement, options?: Options])[] = [
  [["node.example"], "node.example", true],
  [["other.example", "node.example"], "node.example", true],
  [["NODE.example"], "node.EXAMPLE", true],
  [["node.example"], "node.example.", true],
  [["node.example."], "node.example", true],
  [["other.example"], "node.example", false],
  [["node.example"], "a.node.example", false],
  [["node.example.evil.example"], "node.example", false],
  [["node.example\0.evil.example"], "node.example", false],
  [["x, DNS:node.example"], "node.example", false],
  [["*.example"], "node.example", false],
  [["*.node.example"], "a.node.example", true],
  [["*.node.example"], "node.example", false],
  [["*.node.example"], "a.b.node.example", false],
  [["a*.node.example"], "ab.node.example", true],
  [["a.*.example"], "a.node.example", false],
  [["*"], "node", false],
  [["xn--bcher-kva.example"], "xn--bcher-kva.example", true],
  [["xn--*.example"], "xn--bcher-kva.example", false],
  [["127.0.0.1"], "127.0.0.1", true],
  [["::1"], "0:0:0:0:0:0:0:1", true],
  [["127.0.0.2"], "127.0.0.1", false],
  [["node.example"], "127.0.0.1", false],
  [["*.0.0.1"], "127.0.0.1", false],
  // The common name counts where there is no other name, and is none of an address.
  [undefined, "node.example", true],
  [undefined, "127.0.0.1", false, { commonName: "127.0.0.1" }],
  [["127.0.0.1"], "node.example", true],
  [["other.example"], "node.example", false, { commonName: "node.example" }],
  // Malformed.
  [[], "node.example", "differs"],
  [["node.example"], "node.example", false, { notBefore: later(-3), notAfter: later(-1) }],
  [["node.example"], "node.example", false, { notBefore: later(1) }],
];

const otherCa = join(tempFolder(), "other.pem");
writeFileSync(otherCa, createSelfSignedCertificate({ commonName: "node.example", altNames: ["node.example"] }).cert);

it.each<[Names, string, Judgement, Options]>(
  CASES.map(([altNames, expected, judgement, options = {}]) => [altNames, expected, judgement, options]),
)("a certificate for %j is judged for %s as Node.js judges it: %s", async (altNames, expected, judgement, options) => {
  const names = altNames === undefined ? {} : { altNames };
  const certificate = createSelfSignedCertificate({ commonName: "node.example", ...names, ...options });
  const server = await serverWith(certificate);
  const isAccepted = await isAcceptedByNode(server.port, certificate.cert, expected);
  if (judgement !== "differs") expect(isAccepted).toBe(judgement);

  const caFile = join(tempFolder(), "ca.pem");
  writeFileSync(caFile, certificate.cert);
  const pin = Buffer.from(certificate.peerId, "base64url");
  const own: TlsVerification = { kind: "ca", caFile, serverName: expected };
  const refusing: readonly TlsVerification[] = [
    { kind: "ca", caFile: otherCa, serverName: expected },
    { kind: "pin", sha256: Buffer.from(pin).reverse() },
    ...(isAccepted ? [] : [own]),
  ];
  const accepting: readonly TlsVerification[] = [
    { kind: "pin", sha256: pin },
    { kind: "insecure" },
    ...(isAccepted ? [own] : []),
  ];
  const ask = (tls: TlsVerification) => rpcClient(`https://127.0.0.1:${server.port}`, { tls }).request(GET, patience());
  const refuseAll = async () => {
    for (const tls of refusing) expect((await refusal(ask(tls))).failure.reason).toMatch(/^tls/);
  };
  await refuseAll();
  for (const tls of accepting) expect((await ask(tls)).status).toBe(200);
  // The server offered to resume these sessions.
  await refuseAll();
  await ask({ kind: "insecure" });
  expect(server.requests()).toBe(accepting.length + 1);
});

async function serverWith(certificate: { readonly key: string; readonly cert: string }) {
  let requests = 0;
  const server = createServer(certificate, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      requests += 1;
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeLater({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { port: (server.address() as AddressInfo).port, requests: () => requests };
}

/** By its own check, before anybody gets the connection. */
async function isAcceptedByNode(port: number, ca: string, expected: string): Promise<boolean> {
  const name = isIP(expected) === 0 ? { servername: expected } : {};
  const socket = connect({ socket: openTcp(port, "127.0.0.1"), host: expected, ca, ...name });
  const isAccepted = await once(socket, "secureConnect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isAccepted;
}
