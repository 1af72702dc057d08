import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { errorCode } from "../../lib/errno.ts";

/** Longer input without a line end is refused, as devices send data without end. */
const MAX_INPUT_BYTES = 64 * 1024;

/**
 * The first line of the input, which a terminal does not show. Empty when the input is empty.
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
