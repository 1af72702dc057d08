import { createHmac } from "node:crypto";
import { createSharedWaits, type OnGone } from "../../lib/shared-waits.ts";
import type { CompareQueue } from "./compare-queue.ts";
import type { Credentials } from "./credentials.ts";

/** `busy`: too many others ask at this moment. */
export type Verdict = "known" | "unknown" | "busy";

export type Asker = {
  /** As addressGroup names it. */
  readonly client: string;
  /** Tells when nobody waits for the verdict any more. */
  readonly onGone: OnGone;
};

export type Authenticate = (credentials: Credentials, asker: Asker) => Verdict | Promise<Verdict>;

export type Authenticator = {
  readonly authenticate: Authenticate;
  /**
   * Brings the users that count from now on.
   * @param users bcrypt hashes by name
   */
  setUsers(users: ReadonlyMap<string, string>): void;
};

export type MemoryLimits = {
  /** Pairs of one user that were found good: bcrypt reads 72 bytes, so there is more than one. */
  readonly verifiedOfUser: number;
  /** Pairs that were found wrong, of all names. */
  readonly wrong: number;
};

const MEMORY: MemoryLimits = { verifiedOfUser: 16, wrong: 4096 };

/**
 * Checks passwords of users. No pair is computed twice as long as it is remembered, whether it was good or wrong, and pairs
 * are remembered only as a keyed hash: memory holds no password. Good ones are kept apart from wrong ones, of which
 * strangers can make as many as they like.
 * @param key made anew for each process
 */
export function createAuthenticator(queue: CompareQueue, key: Buffer, limits = MEMORY): Authenticator {
  let users: ReadonlyMap<string, string> = new Map();
  let hashes: readonly string[] = [];
  const verified = new Map<string, ReadonlySet<string>>();
  const wrong = new Set<string>();
  const wait = createSharedWaits<string, Verdict>();

  const digest = (...parts: readonly string[]) => {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest();
  };

  /** An unknown user costs what a known one does: somebody's hash is compared, always the same for one name. */
  const anyHash = (user: string): string => hashes[digest(user).readUInt32BE(0) % hashes.length] ?? "";

  function rememberVerified(user: string, pair: string): void {
    const pairs = verified.get(user) ?? new Set();
    verified.set(user, new Set([...pairs, pair].slice(-limits.verifiedOfUser)));
  }

  /** Those that were asked for last are kept. */
  function rememberWrong(pair: string): void {
    wrong.delete(pair);
    wrong.add(pair);
    const [oldest] = wrong;
    if (wrong.size > limits.wrong && oldest !== undefined) wrong.delete(oldest);
  }

  async function compare({ user, password }: Credentials, pair: string, client: string): Promise<Verdict> {
    const own = users.get(user);
    const isEqual = await queue({ password, hash: own ?? anyHash(user), client, isConfigured: own !== undefined });
    if (isEqual === undefined) return "busy";
    if (!isEqual || own === undefined) {
      rememberWrong(pair);
      return "unknown";
    }
    // The file may have changed meanwhile; whoever asks again is compared with what counts now.
    if (users.get(user) !== own) return "busy";
    rememberVerified(user, pair);
    return "known";
  }

  function authenticate(credentials: Credentials, { client, onGone }: Asker): Verdict | Promise<Verdict> {
    const { user, password } = credentials;
    // A pair that was wrong may be good for another hash, and for a user who was unknown.
    const pair = digest(user, password, users.get(user) ?? "").toString("base64");
    if (verified.get(user)?.has(pair)) return "known";
    if (wrong.has(pair)) {
      rememberWrong(pair);
      return "unknown";
    }
    return wait(pair, () => compare(credentials, pair, client), onGone).then((verdict) => verdict ?? "busy");
  }

  return {
    authenticate,
    setUsers(next) {
      for (const [user, hash] of users) if (next.get(user) !== hash) verified.delete(user);
      users = next;
      hashes = [...next.values()];
    },
  };
}
