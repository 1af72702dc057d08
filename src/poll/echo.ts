import type { NodeIdentity, NodeReport, Outcome } from "../chains/chain.ts";
import { type Failure, NodeError } from "../errors.ts";

/**
 * A server may repeat what it was asked, credentials included: in an error text, or in what it says it is. Those texts
 * reach the log and the pages, so the node's own credentials are taken out of them.
 */
export function withoutEcho(report: NodeReport, redact: (text: string) => string): NodeReport {
  const { peers, head, parts, totals, identity } = report;
  const clean = <T>(outcome: Outcome<T>): Outcome<T> =>
    outcome.ok ? outcome : { ok: false, failure: cleanFailure(outcome.failure, redact) };
  return {
    ...report,
    identity: cleanIdentity(identity, redact),
    peers: clean(peers),
    head: clean(head),
    parts: new Map([...parts].map(([name, outcome]) => [name, clean(outcome)])),
    ...(totals === undefined ? {} : { totals: clean(totals) }),
  };
}

/** The error of a whole poll. */
export function errorWithoutEcho(error: unknown, redact: (text: string) => string): unknown {
  if (!(error instanceof NodeError)) return error;
  return new NodeError(cleanFailure(error.failure, redact), { cause: error.cause });
}

function cleanFailure(failure: Failure, redact: (text: string) => string): Failure {
  return { ...failure, message: redact(failure.message) };
}

function cleanIdentity({ version, network, chainId }: NodeIdentity, redact: (text: string) => string): NodeIdentity {
  const clean = (text: string | undefined) => (text === undefined ? undefined : redact(text));
  return { version: clean(version), network: clean(network), chainId: clean(chainId) };
}
