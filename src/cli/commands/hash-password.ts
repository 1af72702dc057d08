import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { hash } from "bcryptjs";
import { errorCode } from "../../lib/errno.ts";
import type { Context } from "../context.ts";

/** `peer-exporter hash-password`: prints a bcrypt hash for `basic_auth_users` of a web configuration file. */
export async function printHash({ print, printError }: Context): Promise<number> {
  try {
    print(`${await hashPassword(await readPassword(process.stdin, printError))}\n`);
    return 0;
  } catch (error) {
    printError(`peer-exporter: ${error instanceof Error ? error.message : "cannot hash"}\n`);
    return 1;
  }
}

/** The file format's documentation recommends it: about a tenth of a second for each check. */
const COST = 10;

/** bcrypt ignores all bytes of a password after these. */
const MAX_BYTES = 72;

/** @throws Error when the password is empty or too long */
async function hashPassword(password: string): Promise<string> {
  if (password === "") throw new Error("expected a password on standard input, found nothing");
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw new Error(`expected a password of at most ${MAX_BYTES} bytes, the limit of bcrypt`);
  }
  return hash(password, COST);
}

/** Longer input without the end of a line is not a password: devices have no end. */
const MAX_INPUT_BYTES = 64 * 1024;

/**
 * The first line of the input, which a terminal does not show. Empty when the input is empty.
 * @throws Error when the input cannot be read or its first line has no end
 */
function readPassword(input: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (input.isTTY) prompt("Password: ");
  const lines = createInterface({ input, output: unseen, terminal: input.isTTY });
  return new Promise((resolve, reject) => {
    let length = 0;
    input.on("data", (chunk: Buffer | string) => {
      length += chunk.length;
      if (length <= MAX_INPUT_BYTES) return;
      reject(new Error("expected a line with a password on standard input, found no end of the line"));
      lines.close();
    });
    input.once("error", (error) => {
      reject(new Error(`cannot read standard input (${errorCode(error)})`));
      lines.close();
    });
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => {
      if (input.isTTY) prompt("\n");
      resolve("");
    });
  });
}
