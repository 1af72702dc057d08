import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { hash } from "bcryptjs";

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

/** The first line of the input; a terminal does not show it. Empty when there is none. */
export function readPassword(input: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (input.isTTY) prompt("Password: ");
  const lines = createInterface({ input, output: unseen, terminal: input.isTTY });
  return new Promise((resolve) => {
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
