import { createHmac } from "node:crypto";
import { createSharedWaits, type OnGone } from "../../lib/queue.ts";
import type { CompareQueue } from "./compare-queue.ts";

export type Credentials = { readonly user: string; readonly password: string };

/** `busy`: too many passwords are waiting to be checked. */
export type Verdict = "known" | "unknown" | "busy";

type Asker = {
  /** As addressGroup returns it. */
  readonly client: string;
  /** Calls the listener when the client no longer waits for the verdict. */
  readonly onGone: OnGone;
};

export type Authenticate = (credentials: Credentials, asker: Asker) => Verdict | Promise<Verdict>;

export type Authenticator = {
  readonly authenticate: Authenticate;
  /**
   * Replaces all users.
   * @param users bcrypt hashes by name
   */
  setUsers(users: ReadonlyMap<string, string>): void;
};

type MemoryLimits = {
  /** Valid pairs of one user. There may be several, as bcrypt reads only 72 bytes of a password. */
  readonly verifiedOfUser: number;
  /** Invalid pairs, of all names together. */
  readonly wrong: number;
};

const MEMORY: MemoryLimits = { verifiedOfUser: 16, wrong: 4096 };

/**
 * Checks pairs of user name and password. The result of a pair is remembered, valid or not, so that it need not be computed
 * again. Pairs are remembered only as a keyed hash: no password stays in memory. Valid pairs have a separate memory,
 * because anyone can make as many invalid ones as they like.
 * @param key random, another one in each process
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

  /** An unknown user is checked for as long as a known one: against the hash of another user, always the same. */
  const anyHash = (user: string): string => hashes[digest(user).readUInt32BE(0) % hashes.length] ?? "";

  function rememberVerified(user: string, pair: string): void {
    const pairs = verified.get(user) ?? new Set();
    verified.set(user, new Set([...pairs, pair].slice(-limits.verifiedOfUser)));
  }

  /** Forgets the pair that was not sent for longest. */
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
    // The file changed meanwhile. The client may try again, with the new hash.
    if (users.get(user) !== own) return "busy";
    rememberVerified(user, pair);
    return "known";
  }

  function authenticate(credentials: Credentials, { client, onGone }: Asker): Verdict | Promise<Verdict> {
    const { user, password } = credentials;
    // An invalid pair may become valid with another hash, or when its user is added.
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
