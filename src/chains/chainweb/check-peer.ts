import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import { formatAddress } from "../../model/address.ts";
import { attempt, type Head, type PeerAddress, type PeerConnection } from "../../model/report.ts";
import { type AddressFilter, chooseDestination } from "../../rpc/address-filter.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import { apiPath, parseNodeUrl } from "../../rpc/node-url.ts";
import type { TlsVerification } from "../../rpc/settings.ts";
import type { NodeTarget } from "../adapter.ts";
import { networkPath, readHeaders } from "./api.ts";
import { decodeCut } from "./cut.ts";
import type { PeerIdentity } from "./peer-page.ts";

/** A peer of the list, with what proves who it is. */
export type Candidate = { readonly peer: PeerConnection; readonly identity: PeerIdentity };

export type PeerCheckResult =
  /** The exporter must not dial the address. */
  | { readonly kind: "refused" }
  /** No connection, the wrong certificate, no cut, or the cut of another network. */
  | { readonly kind: "unreachable" }
  | { readonly kind: "reachable"; readonly version: string | undefined; readonly head: Head };

export type PeerCheckSettings = {
  readonly network: string;
  readonly filter: AddressFilter;
  readonly timeoutMs: number;
  readonly connectUntrusted: NodeTarget["connectUntrusted"];
};

export const HTTPS_PORT = 443;

/**
 * Asks one peer for its cut. The address comes from an untrusted node: the exporter dials only the IP address that it has
 * checked, bounds the response in size and time, and sends nothing that belongs to the polled node.
 */
export function checkPeer(candidate: Candidate, settings: PeerCheckSettings, signal: Signal): Promise<PeerCheckResult> {
  return withDeadline(signal, settings.timeoutMs, async (deadline) => {
    const { address } = candidate.peer;
    const destination = await chooseDestination(address.host, settings.filter, deadline);
    if (destination.kind === "forbidden") return { kind: "refused" };
    if (destination.kind === "unresolved") return { kind: "unreachable" };
    return askForCut(candidate, destination.address, settings, deadline);
  });
}

async function askForCut(
  { peer: { address }, identity }: Candidate,
  ip: string,
  { network, timeoutMs, connectUntrusted }: PeerCheckSettings,
  signal: Signal,
): Promise<PeerCheckResult> {
  const isNamed = address.ip === undefined;
  const client = connectUntrusted({
    url: parseNodeUrl(`https://${formatAddress({ host: ip, port: address.port, type: address.type })}`),
    tls: verification(identity, isNamed ? address.host : undefined),
    hostHeader: isNamed ? hostHeader(address) : undefined,
    connectTimeoutMs: timeoutMs,
  });
  try {
    const path = apiPath(client.url, networkPath(network, "cut"));
    const headers = { accept: "application/json" };
    const request = { name: "cut", method: "GET", path, headers, budget: INFO_BUDGET } as const;
    const answer = await attempt(async () => {
      const { value, response } = await callJson(client, request, signal);
      return { cut: decodeCut(value, "cut"), version: readHeaders(response).version };
    });
    if (!answer.ok || answer.value.cut.instance !== network) return { kind: "unreachable" };
    return { kind: "reachable", version: answer.value.version, head: answer.value.cut.head };
  } finally {
    await client.close();
  }
}

/** A certificate of an authority is valid for the peer's name, or for its IP address where it has no name. */
function verification(identity: PeerIdentity, serverName: string | undefined): TlsVerification {
  return identity.kind === "pinned" ? { kind: "pin", sha256: identity.sha256 } : { kind: "ca", serverName };
}

function hostHeader(address: PeerAddress): string {
  return address.port === HTTPS_PORT ? address.host : formatAddress(address);
}
