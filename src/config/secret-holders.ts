import type { Secret } from "../lib/secret.ts";
import { isNodeUrl, type NodeUrl } from "../rpc/node-url.ts";
import { isApiWord } from "./api-words.ts";

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
