import { mismatch } from "../../schema/fields.ts";

/** A bcrypt hash of the file in the form that the comparison knows. */
export type BcryptHash = {
  /** `$2b$`, the cost, 22 characters of salt and 31 of the hash. */
  readonly hash: string;
  readonly cost: number;
  /** Whether a password can have it. */
  readonly canMatch: boolean;
};

/** Checking a hash of a higher cost takes longer than Prometheus waits for a scrape, and any client can cause it. */
const MAX_COST = 17;

const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Bytes of the shortest hash: `$2$10$` and 53 characters. */
const MIN_LENGTH = 59;

/** No password has it. */
const UNMATCHABLE = ".".repeat(53);

/**
 * Reads a hash as Go's bcrypt does, which exporters of Prometheus use (newFromHash of
 * https://cs.opensource.google/go/x/crypto/+/master:bcrypt/bcrypt.go): it looks at the prefix, the cost and the length. The letter of
 * the version does not matter, as Go computes all of them alike, nor what follows the 31 characters of the hash.
 * @returns the problem, if the text is not a hash: never with the text, which may be a password that was written in place of its hash
 */
export function readBcryptHash(written: unknown): BcryptHash | string {
  if (typeof written !== "string" && written !== null) return mismatch("a bcrypt hash", written);
  const text = written ?? "";
  const [, costText, rest = ""] = /^\$[\x00-2](?:\$|[^$].)(\d\d|\+\d)(.*)$/s.exec(text) ?? [];
  if (costText === undefined || Buffer.byteLength(text) < MIN_LENGTH) {
    return "expected a bcrypt hash like $2y$10$…, as printed by peer-exporter hash-password";
  }
  const cost = Number(costText);
  if (cost < 4) return `expected a bcrypt hash with a cost of at least 4, found ${cost}`;
  if (cost > MAX_COST) {
    return `expected a bcrypt hash with a cost of at most ${MAX_COST}, found ${cost}: each check would take longer than a scrape waits`;
  }
  const [, salt = "", last = "", hash] = /^.([./A-Za-z0-9]{21})([./A-Za-z0-9])([./A-Za-z0-9]{31})/s.exec(rest) ?? [];
  const prefix = `$2b$${String(cost).padStart(2, "0")}$`;
  if (hash === undefined) return { hash: `${prefix}${UNMATCHABLE}`, cost, canMatch: false };
  // Only the two highest bits of the last character are salt. Go ignores the others, bcryptjs does not.
  const canonical = ALPHABET[ALPHABET.indexOf(last) & 0x30] ?? "";
  return { hash: `${prefix}${salt}${canonical}${hash}`, cost, canMatch: true };
}
