import type { Socket } from "node:net";
import { type FailureReason, NodeError, nodeError } from "../../model/failure.ts";
import { parseNodeUrl } from "../node-url.ts";
import type { ProxyServer } from "../settings.ts";
import { describeError } from "./error-codes.ts";
import { startTls } from "./handshake.ts";
import { type DialContext, openTcp, type Place } from "./happy-eyeballs.ts";
import { openHttpTunnel } from "./http-tunnel.ts";
import { ProtocolError } from "./read-start.ts";
import { type Route, type Via, wrongProxy } from "./route.ts";
import { openSocksTunnel } from "./socks.ts";

/**
 * Opens a connection to a server through a proxy, or to the proxy alone where it forwards whole requests.
 * @throws NodeError that names the proxy; the signal's reason when it ends first
 */
export async function openThroughProxy(
  place: Place,
  route: Exclude<Route, { readonly kind: "direct" }>,
  context: DialContext,
): Promise<Socket> {
  const { proxy } = route;
  let socket: Socket | undefined;
  try {
    socket = await dialProxy(proxy, context);
    // Its errors are followed by close, which each reader sees.
    socket.on("error", () => {});
    if (route.kind === "forward") return socket;
    const open = proxy.kind === "socks5h" ? openSocksTunnel : openHttpTunnel;
    await open(socket, place, route, context);
    return socket;
  } catch (error) {
    socket?.destroy();
    context.signal.throwIfAborted();
    throw proxyFailure(error, route);
  }
}

async function dialProxy({ kind, label, hostname, port }: ProxyServer, context: DialContext): Promise<Socket> {
  const told: DialContext = {
    ...context,
    waitingFor: (describe) => context.waitingFor(() => `the proxy ${label}: ${describe()}`),
  };
  const socket = await openTcp({ hostname, port }, told);
  if (kind !== "https") return socket;
  told.waitingFor(() => "its TLS handshake has not ended yet");
  const settings = { url: parseNodeUrl(label), verification: { kind: "ca" }, clientCertificate: undefined } as const;
  const secured = await startTls(socket, settings, {}, context.signal);
  return secured.socket;
}

function proxyFailure(error: unknown, via: Via): NodeError {
  const { proxy, setBy } = via;
  // With its own advice.
  if (error instanceof NodeError && error.failure.reason !== "tls") return error;
  if (error instanceof ProtocolError) {
    const message = `the proxy ${proxy.label} ${error.finding}`;
    return nodeError("connect", message, wrongProxy(via));
  }
  const { reason, message } = error instanceof NodeError ? error.failure : describeError(error);
  return nodeError(reason, `the proxy ${proxy.label}: ${message}`, adviceFor(reason, setBy));
}

function adviceFor(reason: FailureReason, setBy: string): string {
  switch (reason) {
    case "dns":
      return `check the host name in ${setBy} and the name servers of this machine`;
    case "tls":
      return (
        `check that the port in ${setBy} speaks TLS with a certificate of a known authority; ` +
        "NODE_EXTRA_CA_CERTS=FILE in the environment adds one"
      );
    default:
      return `check that the proxy runs, and the host and port in ${setBy}`;
  }
}
