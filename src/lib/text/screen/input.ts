import { PassThrough } from "node:stream";
import type { Key } from "./keys.ts";

/** Keys of a terminal. */

/** What this program uses of standard input. */
export type ScreenInput = {
  readonly isTTY?: boolean | undefined;
  on(event: string, listener: (data: Buffer) => void): unknown;
  removeListener(event: string, listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  setRawMode?(isRaw: boolean): unknown;
};

type Keyboard = {
  /** Keys come one by one and are not shown, and Ctrl-C is a key. */
  open(): void;
  close(): void;
};

/** An escape sequence arrives in one piece; after this time, a lone escape is the key. */
const ESCAPE_MS = 50;

/**
 * The keys of an input, without escape sequences that are unknown.
 * @param onEnd called when the terminal is gone
 */
export async function openKeyboard(
  input: ScreenInput,
  onKey: (key: Key) => void,
  onEnd: () => void,
): Promise<Keyboard> {
  if (input.isTTY !== true) return { open() {}, close() {} };
  // Loaded late: only a screen needs it.
  const { createInterface, emitKeypressEvents } = await import("node:readline");
  // The waiting time can only be given by an interface, which itself gets no input.
  const timing = createInterface({ input: new PassThrough(), escapeCodeTimeout: ESCAPE_MS });
  const keys = new PassThrough();
  emitKeypressEvents(keys, timing);
  keys.on("keypress", (text: unknown, key: unknown) => {
    const found = keyOf(text, key);
    if (found !== undefined) onKey(found);
  });
  const onData = (data: Buffer) => void keys.write(data);
  // A terminal that is gone may end the input or fail.
  for (const event of ["end", "close", "error"]) input.on(event, () => onEnd());
  return {
    open() {
      input.setRawMode?.(true);
      input.removeListener("data", onData);
      input.on("data", onData);
      input.resume();
    },
    close() {
      input.removeListener("data", onData);
      input.pause();
      try {
        input.setRawMode?.(false);
      } catch {
        // The terminal is gone.
      }
    },
  };
}

/** What node:readline reports, as untyped as it comes. @returns undefined for a key with Alt, which means nothing here */
function keyOf(text: unknown, key: unknown): Key | undefined {
  const field = (name: string): unknown =>
    typeof key === "object" && key !== null ? Reflect.get(key, name) : undefined;
  const [name, isControl] = [field("name"), field("ctrl") === true];
  if (field("meta") === true && name !== "escape") return undefined;
  const isText = typeof text === "string" && !isControl && /^[^\p{Cc}]+$/u.test(text);
  return { name: typeof name === "string" ? name : "", text: isText ? text : undefined, isControl };
}
