import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { errorCode } from "../lib/errno.ts";
import { MAX_FILE_BYTES } from "../lib/files/files.ts";
import {
  type BrokenDocument,
  type ConfigDocument,
  type ConfigProblem,
  documentOf,
  type ReadDocument,
} from "./problems.ts";
import { type FromYamlThread, isFromYamlThread, putBack, type ToYamlThread, type YamlTask } from "./yaml-messages.ts";

/** Shorter texts, in characters, are parsed in less time than a thread takes to start: some milliseconds. */
const MIN_LENGTH_FOR_THREAD = 16 * 1024;

const loadProgram = async () => (await import("./yaml-worker.ts?program")).default;

/**
 * Parses configuration files in a thread of their own, which lives until the document is closed. Short files are parsed here.
 * @param load loads the program of the thread
 */
export function createThreadReader(load = loadProgram): ReadDocument {
  return async (path, env, signal) => {
    const { parseYaml, readText } = await import("./yaml-file.ts");
    const text = await readText(path, MAX_FILE_BYTES.configuration);
    if (typeof text !== "string") return text;
    signal?.throwIfAborted();
    if (text.length < MIN_LENGTH_FOR_THREAD) return documentOf(parseYaml(text, path, env));
    const task: YamlTask = { text, path, env: { ...env } };
    // Preloaded modules are for the program, not for its threads.
    return open(new Worker(await load(), { eval: true, workerData: task, execArgv: [] }), path, signal);
  };
}

async function open(
  thread: Worker,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ConfigDocument | BrokenDocument> {
  const close = () => void thread.terminate();
  const ask = createAsker(thread, signal);
  try {
    const begin = await ask();
    if (begin.kind === "broken") {
      close();
      return { broken: begin.lines };
    }
    if (begin.kind !== "frame") throw unexpected(begin);
    const { frame, isWhole } = begin;
    for (let next = await ask({ kind: "next" }); next.kind !== "end"; next = await ask({ kind: "next" })) {
      if (next.kind !== "batch") throw unexpected(next);
      putBack(frame, next);
    }
    const lines = async (problems: readonly ConfigProblem[]) => {
      const reply = await ask({ kind: "lines", problems });
      if (reply.kind !== "lines") throw unexpected(reply);
      return reply.lines;
    };
    return { raw: frame, isWhole, lines, close };
  } catch (error) {
    close();
    if (errorCode(error) !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
    return {
      broken: [`${path}: not enough memory to parse it: raise the memory limit or use fewer nodes`],
    };
  }
}

type Ask = (message?: ToYamlThread) => Promise<FromYamlThread>;

/** Sends one message after the other and waits for each reply. The thread sends its first message unasked. */
function createAsker(thread: Worker, signal: AbortSignal | undefined): Ask {
  // The caller that waits for a reply gets the error from `once`.
  thread.on("error", () => {});
  const ended = once(thread, "exit").then(() => {
    throw new Error("the thread that parses YAML ended");
  });
  ended.catch(() => {});
  return async (message) => {
    const listening = new AbortController();
    const signals = signal === undefined ? [listening.signal] : [listening.signal, signal];
    try {
      const received = once(thread, "message", { signal: AbortSignal.any(signals) });
      if (message !== undefined) thread.postMessage(message);
      const [reply]: unknown[] = await Promise.race([received, ended]);
      if (!isFromYamlThread(reply)) throw new Error("the thread that parses YAML sent an unknown message");
      return reply;
    } finally {
      listening.abort();
    }
  };
}

function unexpected({ kind }: FromYamlThread): Error {
  return new Error(`the thread that parses YAML sent an unexpected message: ${kind}`);
}
