import { inspect } from "node:util";
import { describeFile, errorCode, FileError, fileErrorCode } from "./errno.ts";
import { files, MAX_FILE_BYTES } from "./files/files.ts";

/** How a secret looks wherever it could be printed. */
export const MASK = "<secret>";

/** A password or token. Prints as `<secret>`; only `reveal` gives the text. */
export type Secret = {
  /**
   * The text, read from its file each time, so that the next poll uses a rotated secret.
   * @throws Error naming the file when it cannot be read.
   */
  reveal(): Promise<string>;
  /** The texts in memory that `reveal` has returned or would return, to find them where they must not appear. */
  known(): readonly string[];
  /** The path of its file; undefined for a secret without one. */
  file(): string | undefined;
  toString(): string;
  toJSON(): string;
  [inspect.custom](): string;
};

/** Makes logs, JSON and `inspect` show `text` instead of the properties of the object. */
export function printsAs<T extends object>(text: string, value: T): T {
  const print = { value: () => text, enumerable: false };
  return Object.defineProperties(value, { toJSON: print, [inspect.custom]: print });
}

export function inlineSecret(given: string): Secret {
  const text = secretIn(given);
  return { reveal: async () => text, known: () => [text], file: () => undefined, ...PRINTS_AS_MASK };
}

/** A previous secret may still be in use for a moment after a rotation, so it is remembered too. */
const REMEMBERED = 2;

/**
 * The secret in a text from a file, a variable or the configuration: without the line ends after it, as editors, `echo` and
 * Kubernetes Secrets that were made with them have, and without a byte order mark.
 */
export function secretIn(content: string): string {
  return content.replace(/^\ufeff/, "").replace(/(?<![\r\n])[\r\n]+$/, "");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The password or token in a file of these bytes.
 * @throws FileError when it is not UTF-8
 */
export function secretInFile(bytes: Uint8Array): string {
  refuseUtf16(bytes);
  try {
    return secretIn(utf8.decode(bytes));
  } catch {
    throw new FileError("it is not UTF-8, expected UTF-8 text");
  }
}

/**
 * The key in a file of these bytes, which may be any.
 * @throws FileError for UTF-16, which would be another key than the same text elsewhere
 */
export function keyInFile(bytes: Uint8Array): string {
  refuseUtf16(bytes);
  return secretIn(Buffer.from(bytes).toString("utf8"));
}

function refuseUtf16([first, second]: Uint8Array): void {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16) throw new FileError("it is UTF-16, expected UTF-8 text");
}

/** A secret in a file. */
export function fileSecret(path: string, decode: (bytes: Uint8Array) => string = secretInFile): Secret {
  let known: readonly string[] = [];
  return {
    async reveal() {
      const text = await readSecret(path, decode);
      known = [text, ...known.filter((other) => other !== text)].slice(0, REMEMBERED);
      return text;
    },
    known: () => known,
    file: () => path,
    ...PRINTS_AS_MASK,
  };
}

/**
 * A file with `user:password`, as bitcoind writes one. Its password alone is a secret too.
 * @throws what `reveal` of any file throws, and when there is no colon
 */
export function cookieSecret(path: string): Secret {
  const file = fileSecret(path);
  return {
    ...file,
    async reveal() {
      const pair = await file.reveal();
      if (!isLoginPair(pair)) throw new Error(`expected user:password in the secret file ${path}`);
      return pair;
    },
    known: () => file.known().flatMap((pair) => [pair, pair.slice(pair.indexOf(":") + 1)]),
  };
}

/** Whether this may be the content of a cookie file. */
export function isLoginPair(text: string): boolean {
  return /^[^:]+:./s.test(text);
}

/** The key of a secret, for people. The path of its file is shown: the operator needs it to find the file. */
export function printSecret(key: string, secret: Secret): Readonly<Record<string, string>> {
  const file = secret.file();
  return file === undefined ? { [key]: MASK } : { [`${key}_file`]: file };
}

const PRINTS_AS_MASK = { toString: () => MASK, toJSON: () => MASK, [inspect.custom]: () => MASK };

/** There is no such file. The message shows of its path what may be shown. */
export class MissingSecretError extends Error {}

async function readSecret(path: string, decode: (bytes: Uint8Array) => string): Promise<string> {
  try {
    return decode(await files.read(path, MAX_FILE_BYTES.secret));
  } catch (error) {
    const problem = `cannot read ${await describeFile(path, error, "secret file")} (${fileErrorCode(error)})`;
    throw errorCode(error) === "ENOENT" ? new MissingSecretError(problem) : new Error(problem);
  }
}

/** Characters that neither a header nor basic authentication can contain. A tab is allowed. */
const UNSENDABLE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Whether HTTP can send this as a password, token or header. */
export function isSendable(secret: string): boolean {
  return !UNSENDABLE.test(secret);
}
