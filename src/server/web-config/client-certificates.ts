import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import ipaddr from "ipaddr.js";
import type { Logger } from "../../logging/logger.ts";
import type { ClientAuth } from "./model.ts";

/** Why a client may not come in; undefined when it may. */
export function clientProblem(
  { type, allowedSans }: ClientAuth,
  client: { readonly hasCertificate: boolean; readonly isVerified: boolean; readonly altNames: string | undefined },
): string | undefined {
  const { hasCertificate, isVerified } = client;
  if (!hasCertificate && type.startsWith("Require")) return "it presented no certificate";
  if (hasCertificate && !isVerified && type.includes("Verify")) return "its certificate is of no known authority";
  if (allowedSans === undefined) return undefined;
  const allowed = new Set(allowedSans.map(canonical));
  return altNamesOf(client.altNames ?? "").some((name) => allowed.has(canonical(name)))
    ? undefined
    : "its certificate has none of client_allowed_sans";
}

/** DNS names, addresses, e-mails and URIs in the text that Node makes of them; what it quotes is read as JSON. */
export function altNamesOf(text: string): readonly string[] {
  const names: string[] = [];
  const item = /(DNS|IP Address|email|URI|[\w ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
  while (item.lastIndex < text.length) {
    const [, kind = "", value = ""] = item.exec(text) ?? [];
    // Whatever cannot be read may hide where a name ends.
    if (kind === "") return [];
    if (!["DNS", "IP Address", "email", "URI"].includes(kind)) continue;
    const name = value.startsWith('"') ? unquoted(value) : value;
    if (name === undefined) return [];
    names.push(name);
  }
  return names;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function canonical(name: string): string {
  return isIP(name) === 0 ? name : ipaddr.process(name).toString();
}

/**
 * Ends connections of clients that may not come in. The server's own check cannot be changed while it runs, so this one
 * stands in its place: it comes before the server listens to the connection, and no request of it is answered.
 * @returns told when the rules have changed: connections that were let in by others must come again
 */
export function checkClients(server: Server, rules: () => ClientAuth, log: Logger): () => void {
  let trusted = new WeakSet<object>();
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    const reason = clientProblem(rules(), {
      hasCertificate: certificate !== undefined,
      isVerified: socket.authorized,
      altNames: certificate?.subjectAltName,
    });
    if (reason === undefined) {
      trusted.add(socket);
      return;
    }
    log.debug({ reason }, "a client was turned away");
    socket.destroy();
  });
  for (const event of ["request", "checkContinue", "checkExpectation"]) {
    server.prependListener(event, ({ socket }: IncomingMessage) => {
      // Clients repeat a request on a new connection when the old one ends before an answer.
      if (!trusted.has(socket)) socket.destroy();
    });
  }
  return () => {
    trusted = new WeakSet();
  };
}
