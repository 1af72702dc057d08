import { CHAIN_NAMES, type ChainName, chains } from "../../../chains/index.ts";
import { harmless } from "../../../lib/text/harmless.ts";
import type { Failure, FailureReason } from "../../../model/failure.ts";
import { failuresOf } from "../../../poll/outcomes.ts";
import { describeFacts } from "../format-node.ts";
import type { Answer } from "./ask.ts";
import type { Described } from "./entry.ts";
import { nameFor } from "./entry.ts";
import type { Found } from "./search.ts";

/** The nodes with what was seen of each, as comments of their entries. */
export function describeFound(found: readonly Found[]): readonly Described[] {
  return found.map((one) => {
    const { entry } = one.best;
    const name = nameFor(entry, found.length === 1);
    return { entry: { ...entry, name }, comments: comments(one).map(harmless) };
  });
}

function comments({ best, isPinned, others }: Found): readonly string[] {
  const { entry, polled } = best;
  return [
    `Found at ${polled.node.url.label}: ${describeFacts(polled)}.`,
    ...failuresOf(polled).flatMap(({ api, failure: { message, advice } }) => [
      `The ${api} API fails: ${message}:`,
      `${advice}.`,
    ]),
    ...otherNames(entry.chain),
    ...(isPinned
      ? [
          "No authority known here signed the certificate, so it is pinned as it was presented. VERIFY the pin on the node",
          "itself before you trust it: whoever stands between could have presented another one.",
        ]
      : []),
    ...(entry.tls?.insecure === true ? ["The certificate is not checked at all: anybody could answer instead."] : []),
    ...others.map(({ polled: other }) => `Also answers at ${other.node.url.label}: ${describeFacts(other)}.`),
  ];
}

/** Several names of chains may share an adapter. */
function otherNames(chain: ChainName): readonly string[] {
  const names = CHAIN_NAMES.filter((name) => chains[name] === chains[chain]);
  if (names.length === 1) return [];
  return [`chain: ${names.join(" or ")}, which speak the same API: the word becomes the label \`chain\`.`];
}

/** Reasons that tell of the address and not of one API there. */
const OF_ADDRESS: ReadonlySet<FailureReason> = new Set(["dns", "connect", "timeout", "tls", "tls_pin"]);

/** What was tried and what came of it, each address once where nothing answers there. */
export function triedLines(failed: readonly Answer[]): readonly string[] {
  const told = new Set<string>();
  return failed.flatMap(({ entry, polled: { node, report } }) => {
    const failure = report.peers.ok ? undefined : report.peers.failure;
    if (failure === undefined) return [`  ${node.url.label}: an empty list, which may be anybody's`];
    const isOfAddress = OF_ADDRESS.has(failure.reason);
    const key = isOfAddress
      ? `${node.url.label} ${failure.reason}`
      : JSON.stringify([node.url.label, entry.chain, failure]);
    if (told.has(key)) return [];
    told.add(key);
    return isOfAddress
      ? [`  ${node.url.label}: ${harmless(bare(failure))}`]
      : [`  ${node.url.label} as ${entry.chain}: ${harmless(failure.message)}`, `    → ${harmless(failure.advice)}`];
  });
}

/** Without the call: "/v1/net/connections at http://…: the connection was refused" tells of the whole address. */
function bare({ message }: Failure): string {
  return message.replace(/^.* at \S+: /, "");
}
