import { createHmac } from "node:crypto";
import type { CompareQueue } from "./compare-queue.ts";
import type { Credentials } from "./credentials.ts";

/** `busy`: too many others ask at this moment. */
export type Verdict = "known" | "unknown" | "busy";

export type Authenticate = (credentials: Credentials) => Verdict | Promise<Verdict>;

/** Scrapers are few; a pair is as large as its key. */
const MAX_VERIFIED = 256;

/**
 * Checks passwords of users. A pair that was found good is not computed again, and pairs are remembered only as a keyed
 * hash: memory holds no password.
 * @param users bcrypt hashes by name, at least one
 * @param key made anew for each process
 */
export function createAuthenticator(
  users: ReadonlyMap<string, string>,
  queue: CompareQueue,
  key: Buffer,
): Authenticate {
  const verified = new Set<string>();
  const running = new Map<string, Promise<Verdict>>();
  const hashes = [...users.values()];

  const digest = (...parts: readonly string[]) => {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest();
  };

  /** An unknown user costs what a known one does: somebody's hash is compared, always the same for one name. */
  const hashOf = (user: string): string =>
    users.get(user) ?? hashes[digest(user).readUInt32BE(0) % hashes.length] ?? "";

  return ({ user, password }) => {
    const pair = digest(user, password).toString("base64");
    if (verified.has(pair)) return "known";
    const same = running.get(pair);
    if (same !== undefined) return same;
    const compared = queue(password, hashOf(user));
    if (compared === undefined) return "busy";
    const verdict = compared
      .then((isEqual): Verdict => {
        if (!isEqual || !users.has(user)) return "unknown";
        if (verified.size >= MAX_VERIFIED) verified.clear();
        verified.add(pair);
        return "known";
      })
      .finally(() => running.delete(pair));
    running.set(pair, verdict);
    return verdict;
  };
}
