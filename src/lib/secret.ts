import { inspect } from "node:util";
import { describeFile, fileErrorCode } from "./errno.ts";
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

export function inlineSecret(text: string): Secret {
  return { reveal: async () => text, known: () => [text], file: () => undefined, ...PRINTS_AS_MASK };
}

/** A previous secret may still be in use for a moment after a rotation, so it is remembered too. */
const REMEMBERED = 2;

/** The secret in a file of this content: without one trailing line end, as editors and `echo` add one. */
export function secretIn(content: string): string {
  return content.replace(/\r?\n$/, "");
}

/** A secret in a file. */
export function fileSecret(path: string): Secret {
  let known: readonly string[] = [];
  return {
    async reveal() {
      const text = await readSecret(path);
      known = [text, ...known.filter((other) => other !== text)].slice(0, REMEMBERED);
      return text;
    },
    known: () => known,
    file: () => path,
    ...PRINTS_AS_MASK,
  };
}

/** The key of a secret, for people. The path of its file is shown: the operator needs it to find the file. */
export function printSecret(key: string, secret: Secret): Readonly<Record<string, string>> {
  const file = secret.file();
  return file === undefined ? { [key]: MASK } : { [`${key}_file`]: file };
}

const PRINTS_AS_MASK = { toString: () => MASK, toJSON: () => MASK, [inspect.custom]: () => MASK };

async function readSecret(path: string): Promise<string> {
  try {
    return secretIn((await files.read(path, MAX_FILE_BYTES.secret)).toString("utf8"));
  } catch (error) {
    throw new Error(`cannot read ${await describeFile(path, error, "secret file")} (${fileErrorCode(error)})`);
  }
}

/** Characters that neither a header nor basic authentication can contain. A tab is allowed. */
const UNSENDABLE = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Whether HTTP can send this as a password, token or header. */
export function isSendable(secret: string): boolean {
  return !UNSENDABLE.test(secret);
}
