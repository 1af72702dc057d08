import { ADAPTERS, CHAIN_NAMES } from "../chains/index.ts";
import { createHide, type Hide } from "../lib/hide.ts";
import type { Redact } from "../lib/safe-error.ts";
import type { Secret } from "../lib/secret.ts";
import { MASK } from "../lib/secret.ts";
import { atOnce, type Steps } from "../lib/slices.ts";
import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import type { Config, NodeConfig } from "./model.ts";

/**
 * The last line of defence: takes known secrets out of texts that somebody else wrote, such as the message of an unexpected
 * error. What the exporter itself writes holds none in the first place.
 */
export type Redactor = {
  /** Takes out the secrets of this configuration and of the one before, which may still be in use. */
  learn(config: Config): void;
  /** The same in steps; the last one makes it so. */
  learnSteps(config: Config): Steps<void>;
  /** The text without the secrets known so far; undefined before any are known. */
  redact: Redact;
};

/** A text that holds a shorter secret is withheld as a whole: that word may stand there by chance, over and over. */
const SHORTEST_REPLACED = 4;

/** What a node says may hold a shorter word by chance, and so may texts about any URL. */
export const SHORTEST_HIDDEN = 6;

const KEPT_CONFIGS = 2;

export const WITHHELD = "<withheld>";

export function createRedactor(): Redactor {
  let configs: readonly Words[] = [];
  const hideAll = createKeptHide();

  function* learnSteps(config: Config): Steps<void> {
    const words = yield* wordSteps(config, [...config.nodes, ...config.references]);
    configs = [words, ...configs].slice(0, KEPT_CONFIGS);
  }

  return {
    learn: (config) => atOnce(learnSteps(config)),
    learnSteps,
    redact(text) {
      if (configs.length === 0) return undefined;
      // At the moment of use, as files of secrets are read again and again.
      const secrets = configs.flatMap((words) => words.secrets()).filter((secret) => secret !== "");
      if (secrets.some((secret) => secret.length < SHORTEST_REPLACED && text.includes(secret))) return WITHHELD;
      const long = secrets.filter(({ length }) => length >= SHORTEST_REPLACED);
      return hideAll([...long, ...configs.flatMap(({ others }) => others)])(text);
    },
  };
}

/**
 * Takes a node's own credentials out of what the node says: some servers repeat what they were asked.
 * @returns gives what does it for one poll, with the secrets as they are now; undefined where the node has none
 */
export function redactEcho(node: NodeConfig): () => Hide | undefined {
  const { secrets, others } = atOnce(wordSteps(node, [node]));
  const hide = createKeptHide();
  return () => {
    const words = [...secrets().filter(isLong), ...others];
    return words.length === 0 ? undefined : hide(words);
  };
}

/** The words to hide. */
type Words = {
  /** Passwords, tokens and keys, as far as they are in memory now, and logins as basic authentication sends them. */
  readonly secrets: () => readonly string[];
  /** User names and parts of URLs: those that are long and no word that everybody uses. */
  readonly others: readonly string[];
};

function* wordSteps(value: Config | NodeConfig, nodes: readonly NodeConfig[]): Steps<Words> {
  // What a chain's block says in plain words is shown on /config: the network stands in URLs too.
  const shown = new Set(nodes.flatMap(({ options }) => Object.values(options.values)));
  const holders: Holder[] = [];
  const others = new Set<string>();
  for (const holder of holdersIn(value)) {
    holders.push(holder);
    for (const word of [...userNamesOf(holder), ...urlPartsOf(holder)])
      if (isLong(word) && !shown.has(word)) others.add(word);
    yield;
  }
  return {
    secrets: () => holders.flatMap((holder) => [...secretsOf(holder), ...loginsOf(holder)]),
    others: [...others],
  };
}

/** In bytes, as a few letters of other scripts are as many as six of the Latin one. */
function isLong(word: string): boolean {
  return Buffer.byteLength(word) >= SHORTEST_HIDDEN;
}

/** What was prepared is kept until other words are given. */
function createKeptHide(): (words: readonly string[]) => Hide {
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
 * What stands in URLs of nodes and is no secret: names of APIs, of networks and of programs. Anything else in a path or query may be a
 * token, as hosted gateways put theirs there. The list is closed on purpose: a word that is missing costs a `<secret>` in a text of a
 * node, one too many could cost a secret.
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

/** Whether a part of a URL, or a user name, is a word that everybody uses. */
export function isApiWord(text: string): boolean {
  return API_WORDS.has(text.toLowerCase());
}

/** Where secrets stand in a checked configuration, whatever its keys are called. */
export type Holder =
  | { readonly kind: "secret"; readonly secret: Secret }
  | { readonly kind: "login"; readonly username: string; readonly password: Secret }
  | { readonly kind: "url"; readonly url: NodeUrl };

/** Anywhere in a value. Without recursion, as the depth of a value of a chain's own block is its own affair. */
export function* holdersIn(value: unknown): Iterable<Holder> {
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

/** What is in memory now. */
export function secretsOf(holder: Holder): readonly string[] {
  return holder.kind === "secret" ? holder.secret.known() : [];
}

/** `user:password`, as basic authentication encodes it. */
export function loginsOf(holder: Holder): readonly string[] {
  return holder.kind === "login" ? holder.password.known().map((password) => `${holder.username}:${password}`) : [];
}

/** Gateways take a token as the user name, too. */
export function userNamesOf(holder: Holder): readonly string[] {
  return holder.kind === "login" && !isApiWord(holder.username) ? [holder.username] : [];
}

/** Parts of a path and a query that may be a token, as they are sent and as they were meant. */
export function urlPartsOf(holder: Holder): readonly string[] {
  if (holder.kind !== "url") return [];
  const { path, query } = holder.url;
  const parts = [...path.split("/"), ...query.slice(1).split("&")].flatMap((part) => [part, ...part.split(/[=;,:]/)]);
  const unknown = parts.flatMap((part) => [part, decoded(part)]).filter((part) => part !== "" && !isApiWord(part));
  if (unknown.length === 0) return [];
  // Short parts are long together.
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
