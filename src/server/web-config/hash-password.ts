import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { hash } from "bcryptjs";
import { errorCode } from "../../lib/errno.ts";

/** What the format's own documentation recommends: about a tenth of a second for each check. */
const COST = 10;

/** Beyond this, bcrypt reads nothing: whatever follows would count for nothing. */
const MAX_BYTES = 72;

/**
 * The line of a web configuration file's `basic_auth_users` that this password makes.
 * @throws Error when it cannot be one
 */
export async function hashPassword(password: string): Promise<string> {
  if (password === "") throw new Error("expected a password on standard input, found nothing");
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw new Error(`expected a password of at most ${MAX_BYTES} bytes, as bcrypt reads no more`);
  }
  return hash(password, COST);
}

/** What comes without the end of a line is no password: a device has no end. */
const MAX_INPUT_BYTES = 64 * 1024;

/**
 * The first line of the input; a terminal does not show it. Empty when there is none.
 * @throws Error when the input cannot be read or its first line has no end
 */
export function readPassword(input: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string> {
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
