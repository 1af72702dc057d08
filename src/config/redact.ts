import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import type { Config, NodeConfig } from "./model.ts";
import { MASK, type Secret } from "./secret.ts";

/**
 * The last line of defence: takes known secrets out of texts that somebody else wrote, such as the message of an unexpected
 * error. What the exporter itself writes holds none in the first place.
 */
export type Redactor = {
  /** Takes out the secrets of this configuration and of the one before, which may still be in use. */
  learn(config: Config): void;
  /** The text without the secrets known so far; undefined before any are known. */
  redact: Redact;
};

export type Redact = (text: string) => string | undefined;

/** A text that holds a shorter secret is withheld as a whole: that word may stand there by chance, over and over. */
const SHORTEST_REPLACED = 4;

/** Shorter parts of a URL are words like `/v1` and `json_rpc`. */
const SHORTEST_URL_PART = 8;

/** A node's answer may hold a shorter word by chance. */
const SHORTEST_ECHO = 6;

const SHORTEST_TOKEN = 16;

const KEPT_CONFIGS = 2;

export const WITHHELD = "<withheld>";

export function createRedactor(): Redactor {
  let holders: readonly (readonly Holder[])[] = [];
  const takeOut = createRemover();
  return {
    learn(config) {
      holders = [[...holdersIn(config, new Set())], ...holders].slice(0, KEPT_CONFIGS);
    },
    redact(text) {
      if (holders.length === 0) return undefined;
      // At the moment of use, as files of secrets are read again and again.
      const known = holders.flat();
      const secrets = known.flatMap(secretsOf).filter((secret) => secret !== "");
      if (secrets.some((secret) => secret.length < SHORTEST_REPLACED && text.includes(secret))) return WITHHELD;
      return takeOut([...secrets, ...known.flatMap(urlPartsOf)], text);
    },
  };
}

/** Takes a node's own credentials out of what the node says: some servers repeat what they were asked. */
export function redactEcho(node: NodeConfig): (text: string) => string {
  const holders = [...holdersIn(node, new Set())];
  const takeOut = createRemover();
  // A node may well be on a network whose name stands in its URL; a token is longer.
  const tokens = holders.flatMap(urlPartsOf).filter(({ length }) => length >= SHORTEST_TOKEN);
  return (text) => {
    const secrets = holders.flatMap(secretsOf).filter(({ length }) => length >= SHORTEST_ECHO);
    return takeOut([...tokens, ...secrets], text);
  };
}

/** Takes secrets out of texts. Their forms are kept until other secrets are given. */
function createRemover(): (secrets: readonly string[], text: string) => string {
  let known = "";
  let forms: readonly string[] = [];
  return (secrets, text) => {
    const given = JSON.stringify(secrets);
    if (given !== known) {
      known = given;
      forms = [...new Set(secrets.filter(({ length }) => length >= SHORTEST_REPLACED).flatMap(formsOf))]
        // Long ones first, as one may be a part of another.
        .sort((a, b) => b.length - a.length);
    }
    return forms.reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, MASK) : rest), text);
  };
}

/** What holds secrets, anywhere in a configuration. */
type Holder = Secret | NodeUrl;

function* holdersIn(value: unknown, seen: Set<object>): Iterable<Holder> {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (isSecret(value) || isNodeUrl(value)) yield value;
  const parts = value instanceof Map ? value.values() : Object.values(value);
  for (const part of parts) yield* holdersIn(part, seen);
}

function isSecret(value: object): value is Secret {
  return "reveal" in value && "known" in value;
}

function secretsOf(holder: Holder): readonly string[] {
  return "known" in holder ? holder.known() : [];
}

function urlPartsOf(holder: Holder): readonly string[] {
  if ("known" in holder) return [];
  const { path, query, userinfo } = holder;
  const parts = [path, ...path.split("/"), query, ...[...new URLSearchParams(query)].flat()];
  return [...parts.filter(({ length }) => length >= SHORTEST_URL_PART), userinfo?.username ?? ""];
}

/** The secret as it is and as it stands in URLs, JSON and credentials. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const wellFormed = secret.toWellFormed();
  return [
    secret,
    encodeURI(wellFormed),
    encodeURIComponent(wellFormed),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...[0, 1, 2].flatMap((before) => base64Forms(bytes, before)),
  ];
}

/** In the base64 of a longer text: what stays the same whatever stands before and behind the secret. */
function base64Forms(secret: Buffer, before: number): readonly string[] {
  const padded = Buffer.concat([Buffer.alloc(before), secret]);
  const own = padded.subarray(before === 0 ? 0 : 3, padded.length - (padded.length % 3));
  return own.length < SHORTEST_REPLACED ? [] : [own.toString("base64"), own.toString("base64url")];
}
