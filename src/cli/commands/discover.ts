import { CHAIN_NAMES, type ChainName, chains } from "../../chains/index.ts";
import { harmless } from "../../lib/text/harmless.ts";
import { createProgress } from "../../lib/text/terminal.ts";
import type { Failure, FailureReason } from "../../model/failure.ts";
import { causesOf, groupCauses } from "../../poll/outcomes.ts";
import { type Context, createInterrupt, EXIT_USAGE } from "../context.ts";
import type { DiscoverInvocation } from "../invocation.ts";
import { AccessError, readAccess } from "./discover/access.ts";
import { AddressError, attemptsAt, configText, type Described, nameFor } from "./discover/entry.ts";
import { createAsk, type Found, type PolledEntry, search } from "./discover/search.ts";
import { describePolled } from "./format-node.ts";
import { readPassword } from "./read-password.ts";

/** Finds the nodes at an address and prints their entries. @returns the exit code: 1 if it finds no node */
export async function discover({ address, ...flags }: DiscoverInvocation, context: Context): Promise<number> {
  const { print, printError, redactor } = context;
  const interrupt = createInterrupt(context);
  const progress = createProgress(process.stderr);
  const { signal } = interrupt;
  try {
    const attempts = attemptsAt(address);
    const access = await readAccess(flags, process.env, () => readPassword(process.stdin, printError));
    progress.show(`asking ${new Set(attempts.map(({ url }) => url)).size} addresses …`);
    const ask = createAsk(redactor, signal);
    const { found, failed } = await search(attempts, ask, access);
    progress.end();
    if (signal.aborted) return interrupt.exitCode();
    if (found.length > 0) {
      print(configText(describeFound(found)));
      return 0;
    }
    printError([headline(failed), ...triedLines(failed), ...flagLines(failed), ""].join("\n"));
    return 1;
  } catch (error) {
    if (!(error instanceof AddressError || error instanceof AccessError)) throw error;
    progress.end();
    printError(`error: ${error.message}\n`);
    return EXIT_USAGE;
  } finally {
    progress.end();
  }
}

/** The nodes, with the findings about each as comments of its entry. */
function describeFound(found: readonly Found[]): readonly Described[] {
  return found.map((one) => {
    const { entry } = one.best;
    const name = nameFor(entry, found.length === 1);
    return { entry: { ...entry, name }, comments: comments(one).map(harmless) };
  });
}

function comments({ best, isPinned, others }: Found): readonly string[] {
  const { entry, polled } = best;
  return [
    `Found at ${polled.node.url.label}: ${describePolled(polled)}.`,
    ...causesOf(polled).flatMap(({ api, failure: { message, advice } }) => [
      `The ${api} ${api.includes(", ") ? "APIs fail" : "API fails"}: ${message}:`,
      `${advice}.`,
    ]),
    ...otherNames(entry.chain),
    ...(isPinned
      ? [
          "The certificate is not signed by a known authority, so it is pinned as the server presented it. VERIFY the pin on",
          "the node itself before you trust it: a man in the middle could have presented another certificate.",
        ]
      : []),
    ...(entry.tls?.insecure === true
      ? ["The certificate is not verified at all: another server could answer in place of the node."]
      : []),
    ...others.map(({ polled: other }) => `Also found at ${other.node.url.label}: ${describePolled(other)}.`),
  ];
}

/** Several names of chains may share an adapter. */
function otherNames(chain: ChainName): readonly string[] {
  const names = CHAIN_NAMES.filter((name) => chains[name] === chains[chain]);
  if (names.length === 1 || chains[chain].namesAreChains) return [];
  return [`chain: ${names.join(" or ")}, which have the same API: the name becomes the label \`chain\`.`];
}

/** Reasons that concern the address, and not one API there. */
const OF_ADDRESS: ReadonlySet<FailureReason> = new Set(["dns", "connect", "timeout", "tls", "tls_pin"]);

/** The login that a server of the chain wants, if that is why it failed. */
function wantedScheme({ polled: { report } }: PolledEntry): string | undefined {
  if (report.peers.ok || report.peers.failure.reason !== "unauthorized") return undefined;
  return /wants (?:a login \()?(digest|basic|bearer)/.exec(report.peers.failure.message)?.[1];
}

/** A server that wants a login may well be the node. */
function headline(failed: readonly PolledEntry[]): string {
  const wanted = failed.flatMap((one) => {
    const scheme = wantedScheme(one);
    return scheme === undefined ? [] : [`a server that wants ${scheme} authentication at ${one.polled.node.url.label}`];
  });
  const but = wanted.length === 0 ? "" : `, but ${[...new Set(wanted)].join(", and ")}`;
  return `found no supported node at this address${but}. Tried:`;
}

/**
 * The failed attempts, servers that answer first: an address without any server once, other addresses once for each cause, with
 * the chains.
 */
function triedLines(failed: readonly PolledEntry[]): readonly string[] {
  const byServer = new Map<string, PolledEntry[]>();
  for (const one of failed) {
    const { label } = one.polled.node.url;
    byServer.set(label, [...(byServer.get(label) ?? []), one]);
  }
  const answering: string[] = [];
  const silent = new Map<string, string[]>();
  for (const [server, entries] of byServer) {
    const finding = onlyFinding(entries);
    if (finding === undefined) answering.push(...serverLines(server, entries));
    else silent.set(finding, [...(silent.get(finding) ?? []), server]);
  }
  return [
    ...answering,
    ...[...silent].flatMap(([finding, servers]) =>
      placesOf(servers).map((place) => `  ${place}: ${harmless(finding)}`),
    ),
  ];
}

/** Why no attempt at an address reached a server, if all failed alike and nothing can be advised for this address alone. */
function onlyFinding(entries: readonly PolledEntry[]): string | undefined {
  const findings = entries.map(({ polled: { report } }) => {
    const failure = report.peers.ok ? undefined : report.peers.failure;
    return failure !== undefined && OF_ADDRESS.has(failure.reason) && !isOfTls(failure) ? bare(failure) : undefined;
  });
  return new Set(findings).size === 1 ? findings[0] : undefined;
}

const SERVER = /^(https?):\/\/(\[[^\]]{1,60}\]|[^:[\]]{1,300})(?::(\d{1,5}))?$/;

/** Many ports of a host in one line. */
function placesOf(servers: readonly string[]): readonly string[] {
  const byOrigin = new Map<string, { readonly server: string; readonly port: string | undefined }[]>();
  for (const server of servers) {
    const [, scheme, host, port = scheme === "http" ? "80" : "443"] = SERVER.exec(server) ?? [];
    const origin = host === undefined ? server : `${scheme}://${host}`;
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), { server, port }]);
  }
  return [...byOrigin].map(([origin, places]) =>
    places.length === 1
      ? places.map(({ server }) => server).join()
      : `${origin} on ports ${places.map(({ port }) => port).join(", ")}`,
  );
}

function serverLines(server: string, entries: readonly PolledEntry[]): readonly string[] {
  const failures = entries.flatMap(({ entry, polled: { report } }) =>
    report.peers.ok ? [] : [{ api: entry.chain, failure: report.peers.failure }],
  );
  const causes = groupCauses(failures);
  const shown = new Set<string>();
  const lines = causes.flatMap(({ api: names, failure }) => {
    if (!OF_ADDRESS.has(failure.reason)) {
      return [`  ${server} as ${names}: ${harmless(failure.message)}`, `    → ${harmless(failure.advice)}`];
    }
    // A busy monerod resets some of the handshakes: the advice about its certificate must not be lost by that.
    const key = isOfTls(failure) ? bare(failure) : failure.reason;
    if (shown.has(key)) return [];
    shown.add(key);
    return [
      `  ${server}: ${harmless(bare(failure))}`,
      ...(isOfTls(failure) ? [`    → ${harmless(failure.advice)}`] : []),
    ];
  });
  const isEmpty = entries.some(({ polled: { report } }) => report.peers.ok);
  return [...lines, ...(isEmpty ? [`  ${server}: an empty list, which may come from any server`] : [])];
}

function isOfTls({ reason }: Failure): boolean {
  return reason === "tls" || reason === "tls_pin";
}

const LOGINS: Readonly<Record<string, { readonly flag: string; readonly key: string }>> = {
  digest: { flag: "--auth.digest USER", key: "auth: {digest: {username: USER, password_file: FILE}}" },
  basic: { flag: "--auth.basic USER", key: "auth: {basic: {username: USER, password_file: FILE}}" },
  bearer: { flag: "--auth.bearer-file FILE", key: "auth: {bearer: {token_file: FILE}}" },
};

/** The flags to add where a server wants a login, signed its certificate itself, or is behind Tor. */
function flagLines(failed: readonly PolledEntry[]): readonly string[] {
  return [...new Set(failed.flatMap((one) => [...loginLines(one), ...flagLine(one)]))];
}

function loginLines(one: PolledEntry): readonly string[] {
  const scheme = wantedScheme(one);
  const login = scheme === undefined ? undefined : LOGINS[scheme];
  if (login === undefined) return [];
  const { cookieFile } = chains[one.entry.chain].discovery;
  return [
    `Run it again with ${login.flag}, or add to the entry: ${login.key}`,
    ...(scheme === "basic" && cookieFile !== undefined
      ? [`A node without a password has a cookie: run it again with --auth.cookie-file FILE, which is ${cookieFile}`]
      : []),
  ];
}

function flagLine({ polled: { report } }: PolledEntry): readonly string[] {
  if (report.peers.ok) return [];
  const { reason, message, advice } = report.peers.failure;
  const pin = reason === "tls" ? /tls: \{pin: "([0-9A-F:]+)"\}/.exec(advice)?.[1] : undefined;
  if (pin !== undefined) return [`If the node has this certificate, run it again with --tls.pin ${pin}`];
  const isOfTor = reason === "dns" && message.includes("a name of Tor");
  return isOfTor ? ["Run it again with --proxy-url socks5h://127.0.0.1:9050, the address of Tor"] : [];
}

/** Drops the call: "/v1/net/connections at http://…: the connection was refused" concerns the whole address. */
function bare({ message }: Failure): string {
  return message.replace(/^.* at \S+: /, "");
}
