import { randomBytes } from "node:crypto";

/** Secrets that can be found again, in whatever form they come out. */

/** A word that stands nowhere else. Letters and digits only, so that no way of escaping changes it. */
export function canary(): string {
  return `c${randomBytes(60).toString("base64").replace(/\W/g, "").slice(0, 25)}`;
}

/** Part of a secret that is long enough to be one. */
const WINDOW = 10;

/**
 * The first form of the secret that occurs in the text: itself or a large part of it, in hex or base64, with percent,
 * JSON or HTML escapes. Undefined when there is none.
 */
export function leakOf(secret: string, text: string): string | undefined {
  return leaksIn([secret], text)[0]?.form;
}

export type Leak = { readonly secret: string; readonly form: string; readonly around: string };

export function leaksIn(secrets: readonly string[], text: string): readonly Leak[] {
  const windows = new Map(
    secrets.flatMap((secret) => formsOf(secret).map((form) => [form.toLowerCase(), { secret, form }] as const)),
  );
  const mayBegin = new Uint8Array(BEGINNINGS);
  for (const window of windows.keys()) mayBegin[beginning(window, 0)] = 1;
  const found = new Map<string, Leak>();
  for (const reading of new Set([text, unescapePercent(text), unescapeJson(text), unescapeHtml(text)])) {
    const lower = reading.toLowerCase();
    for (let at = 0; at + WINDOW <= lower.length; at += 1) {
      if (mayBegin[beginning(lower, at)] === 0) continue;
      const leak = windows.get(lower.slice(at, at + WINDOW));
      if (leak !== undefined && !found.has(leak.secret))
        found.set(leak.secret, { ...leak, around: reading.slice(Math.max(0, at - 120), at + 120) });
    }
  }
  return [...found.values()];
}

const BEGINNINGS = 2 ** 20;

/** A hash of four characters: few places of a text of megabytes have one that a secret has too, and are looked at further. */
function beginning(text: string, at: number): number {
  let hash = 0;
  for (let offset = 0; offset < 4; offset += 1) hash = (hash * 37 + text.charCodeAt(at + offset)) % BEGINNINGS;
  return hash;
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString("hex"), ...base64FormsOf(bytes)].flatMap((form) => {
    // Its beginning, middle and end tell of any part that is longer than half of it.
    const middle = Math.floor((form.length - WINDOW) / 2);
    const starts = new Set([0, Math.max(0, middle), Math.max(0, form.length - WINDOW)]);
    return [...starts].map((start) => form.slice(start, start + WINDOW));
  });
}

/** Base64 of a text that holds the secret depends on where in its groups of three bytes the secret begins. */
function base64FormsOf(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = padded.subarray(before === 0 ? 0 : 3, padded.length - (padded.length % 3));
    return [whole.toString("base64"), whole.toString("base64url")];
  });
}

function unescapePercent(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function unescapeJson(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&#x([0-9a-f]{1,5});/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
