import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import type { Candidate } from "../../../src/chains/chainweb/check-peer.ts";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { addressOf } from "../../../src/model/address.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { type AddressRange, parseRange } from "../../../src/rpc/address-filter.ts";
import { type Answer, type FakeNode, type Handler, json, startFakeNode } from "../../support/fake-node.ts";

/** A block header as nodes send it: flags, time, …, hash; the rest is zeros (src/Chainweb/BlockHeader/Internal.hs). */
export function header(hash: string, microseconds: bigint, neighbours = 3, height = 0n): string {
  const bytes = Buffer.alloc(210 + neighbours * 36);
  bytes.writeBigInt64LE(microseconds, 8);
  bytes.writeBigUInt64LE(height, bytes.length - 60);
  Buffer.from(hash, "base64url").copy(bytes, bytes.length - 32);
  return bytes.toString("base64url");
}

/** A hash as it could be. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** A cut in which the chains 0, 1, … have these heights. */
export function cutBody(heights: readonly number[], instance = "mainnet01") {
  const hashes = Object.fromEntries(
    heights.map((height, chain) => [chain, { height, hash: hashOf(`${chain} ${height}`) }]),
  );
  return { hashes, height: heights.reduce((sum, height) => sum + height, 0), instance, origin: null };
}

export type TlsPeer = FakeNode & { readonly peerId: string; readonly cert: string };

/** A peer that listens on loopback with a certificate of its own; stopped when the test ends. */
export async function tlsPeer(handler: Handler, altNames?: readonly string[]): Promise<TlsPeer> {
  const certificate = createSelfSignedCertificate({ commonName: "peer", ...(altNames ? { altNames } : {}) });
  const node = await startFakeNode(handler, { tls: certificate });
  onTestFinished(() => node.close());
  return { ...node, peerId: certificate.peerId, cert: certificate.cert };
}

/** A peer that is well. */
export function cutAnswer(heights: readonly number[], version = "3.2"): Answer {
  const { headers, ...answer } = json(cutBody(heights));
  return { ...answer, headers: { ...headers, "x-chainweb-node-version": version } };
}

/** A row of a peer list with its id; null for a certificate of an authority. */
export function candidate(host: string, port: number, peerId: string | null): Candidate {
  return {
    peer: { id: `${host}:${port}`, direction: "unknown", address: addressOf(host, port) },
    identity: peerId === null ? { kind: "ca" } : { kind: "pinned", sha256: Buffer.from(peerId, "base64url") },
  };
}

export function ranges(...texts: readonly string[]): readonly AddressRange[] {
  return texts.map(parseRange).filter((range) => range !== undefined);
}

/** The samples of a family p2p_chainweb_… by their label; "" without one. */
export function samplesOf({ chainSamples }: NodeReport, family: string): Readonly<Record<string, number>> {
  const found = chainSamples.filter((sample) => sample.family.name === `p2p_chainweb_${family}`);
  return Object.fromEntries(found.map(({ labels, value }) => [labels.join(","), value]));
}
