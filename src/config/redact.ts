import { ADAPTERS, CHAIN_NAMES } from "../chains/index.ts";
import { createHide, type Hide } from "../lib/hide.ts";
import type { Redact } from "../lib/safe-error.ts";
import type { Secret } from "../lib/secret.ts";
import { MASK } from "../lib/secret.ts";
import { runToEnd, type Steps } from "../lib/slices.ts";
import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import type { Config, NodeConfig } from "./model.ts";

/**
 * The last line of defence: removes known secrets from texts that the exporter did not write, such as the message of an
 * unexpected error. Its own texts contain no secrets.
 */
export type Redactor = {
  /** Adds the secrets of a configuration. Those of the previous one stay, as they may still be in use. */
  addSecrets(config: Config): void;
  /** As addSecrets, in steps; takes effect with the last one. */
  addSecretsSteps(config: Config): Steps<void>;
  /** The text without the known secrets; undefined before the first configuration. */
  redact: Redact;
};

/** A text with a shorter secret is withheld as a whole, as so short a word may occur by chance. In characters. */
const MIN_REPLACED_LENGTH = 4;

/** Shorter words stay in responses of nodes and in texts about URLs, where they may occur by chance. In bytes. */
export const MIN_HIDDEN_BYTES = 6;

/** How many configurations the redactor keeps the secrets of. */
const MAX_CONFIGS = 2;

export const WITHHELD = "<withheld>";

export function createRedactor(): Redactor {
  let configs: readonly Words[] = [];
  const hideAll = createCachedHide();

  function* addSecretsSteps(config: Config): Steps<void> {
    const words = yield* wordSteps(config, [...config.nodes, ...config.references]);
    configs = [words, ...configs].slice(0, MAX_CONFIGS);
  }

  return {
    addSecrets: (config) => runToEnd(addSecretsSteps(config)),
    addSecretsSteps,
    redact(text) {
      if (configs.length === 0) return undefined;
      // Collected now, as files of secrets are read again at each poll.
      const secrets = configs.flatMap((words) => words.secrets()).filter((secret) => secret !== "");
      if (secrets.some((secret) => secret.length < MIN_REPLACED_LENGTH && text.includes(secret))) return WITHHELD;
      const long = secrets.filter(({ length }) => length >= MIN_REPLACED_LENGTH);
      return hideAll([...long, ...configs.flatMap(({ words }) => words)])(text);
    },
  };
}

/**
 * Removes a node's own credentials from its responses: some servers repeat the request.
 * @returns a function that gives the redaction for one poll, with the current secrets; undefined if the node has none
 */
export function createNodeRedaction(node: NodeConfig): () => Hide | undefined {
  // The key of address hashes is never sent, so it cannot be repeated.
  const { connections: _, ...sent } = node;
  const { secrets, words: otherWords } = runToEnd(wordSteps(sent, [node]));
  const hide = createCachedHide();
  return () => {
    const words = [...secrets().filter(isLong), ...otherWords];
    return words.length === 0 ? undefined : hide(words);
  };
}

/** The words to hide. */
type Words = {
  /** Passwords, tokens and keys that are in memory now, and logins as basic authentication sends them. */
  readonly secrets: () => readonly string[];
  /** User names and parts of URLs that are long and not common words. */
  readonly words: readonly string[];
};

function* wordSteps(value: object, nodes: readonly NodeConfig[]): Steps<Words> {
  // Plain values of a chain's block, such as the network, are shown on /config and occur in URLs too.
  const shown = new Set(nodes.flatMap(({ options }) => Object.values(options.values)));
  const holders: Holder[] = [];
  const words = new Set<string>();
  for (const holder of holdersIn(value)) {
    holders.push(holder);
    for (const word of [...userNamesOf(holder), ...urlPartsOf(holder)])
      if (isLong(word) && !shown.has(word)) words.add(word);
    yield;
  }
  return {
    secrets: () => holders.flatMap((holder) => [...secretsOf(holder), ...loginsOf(holder)]),
    words: [...words],
  };
}

/** Counts bytes: a few letters of another script are as hard to guess as six Latin ones. */
function isLong(word: string): boolean {
  return Buffer.byteLength(word) >= MIN_HIDDEN_BYTES;
}

/** Reuses the prepared redaction as long as the words stay the same. */
function createCachedHide(): (words: readonly string[]) => Hide {
  let known = "";
  let hide: Hide = (text) => text;
  return (words) => {
    const given = JSON.stringify(words);
    if (given !== known) {
      hide = createHide(words, MASK);
      known = given;
    }
    return hide;
  };
}

/**
 * Words in URLs of nodes that are not secret: names of APIs, networks and programs. Any other part of a path or query may be
 * a token, as hosted gateways put theirs there. The list is closed on purpose: a missing word costs a `<secret>` in a text of
 * a node, a wrong word could expose a secret.
 */
const API_WORDS: ReadonlySet<string> = new Set([
  ...CHAIN_NAMES,
  ...ADAPTERS.flatMap(({ publicWords }) => publicWords),
  ...["json_rpc", "jsonrpc", "rpc", "api", "http", "https", "public", "private", "node", "nodes", "service", "p2p"],
  ...["v1", "v2", "v3", "metrics", "status", "health", "mainnet", "testnet", "devnet", "localnet"],
  ...["localhost", "index.html"],
  // Names of parameters, whose values are the secrets.
  ...["apikey", "api_key", "api-key", "access_token", "access-token", "accesstoken", "auth_token", "token", "key"],
  ...["secret", "password", "username", "project", "projectid", "project_id", "client", "client_id", "format"],
]);

/** Whether a part of a URL, or a user name, is a common word and not a secret. */
export function isApiWord(text: string): boolean {
  return API_WORDS.has(text.toLowerCase());
}

/** A part of a checked configuration that contains secrets, found by its type and not by its key. */
type Holder =
  | { readonly kind: "secret"; readonly secret: Secret }
  | { readonly kind: "login"; readonly username: string; readonly password: Secret }
  | { readonly kind: "url"; readonly url: NodeUrl };

/** All holders in a value. Without recursion, as values of a chain's block may have any depth. */
function* holdersIn(value: unknown): Iterable<Holder> {
  const seen = new Set<object>();
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    yield* holdersOf(next);
    for (const part of next instanceof Map ? next.values() : Object.values(next)) waiting.push(part);
  }
}

function* holdersOf(value: object): Iterable<Holder> {
  if (isSecret(value)) yield { kind: "secret", secret: value };
  if (isNodeUrl(value)) yield { kind: "url", url: value };
  if (!("username" in value && "password" in value)) return;
  const { username, password } = value;
  if (typeof username === "string" && isSecret(password)) yield { kind: "login", username, password };
}

function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && "reveal" in value && "known" in value;
}

/** The secrets that are in memory now. */
function secretsOf(holder: Holder): readonly string[] {
  return holder.kind === "secret" ? holder.secret.known() : [];
}

/** `user:password`, as basic authentication encodes it. */
function loginsOf(holder: Holder): readonly string[] {
  return holder.kind === "login" ? holder.password.known().map((password) => `${holder.username}:${password}`) : [];
}

/** Some gateways take a token as the user name. */
function userNamesOf(holder: Holder): readonly string[] {
  return holder.kind === "login" && !isApiWord(holder.username) ? [holder.username] : [];
}

/** Parts of a path and a query that may be a token, as sent and decoded. */
function urlPartsOf(holder: Holder): readonly string[] {
  if (holder.kind !== "url") return [];
  const { path, query } = holder.url;
  const parts = [...path.split("/"), ...query.slice(1).split("&")].flatMap((part) => [part, ...part.split(/[=;,:]/)]);
  const unknown = parts.flatMap((part) => [part, decoded(part)]).filter((part) => part !== "" && !isApiWord(part));
  if (unknown.length === 0) return [];
  // Short parts may be long together.
  const whole = [path, query].filter((text) => unknown.some((part) => text.includes(part)));
  return [...new Set([...whole, ...unknown])];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    return part;
  }
}
