import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { errorCode } from "../lib/errno.ts";
import { MAX_FILE_BYTES } from "../lib/files/files.ts";
import {
  type BrokenDocument,
  type ConfigDocument,
  documentOf,
  type PlacedProblem,
  type ReadDocument,
} from "./problems.ts";
import { type FromYamlThread, isFromYamlThread, putBack, type ToYamlThread, type YamlTask } from "./yaml-messages.ts";

/** What is shorter, in characters, is parsed in less time than a thread takes to start: some milliseconds. */
const SHORT = 16 * 1024;

const loadProgram = async () => (await import("./yaml-worker.ts?program")).default;

/**
 * Reads configuration files in a thread of its own, which lives as long as its document is open.
 * @param load gives the program of the thread
 */
export function createThreadReader(load = loadProgram): ReadDocument {
  return async (path, env, signal) => {
    const { readYamlText, readText } = await import("./yaml-file.ts");
    const text = await readText(path, MAX_FILE_BYTES.configuration);
    if (typeof text !== "string") return text;
    signal?.throwIfAborted();
    if (text.length < SHORT) return documentOf(readYamlText(text, path, env));
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
    const lines = async (problems: readonly PlacedProblem[]) => {
      const answer = await ask({ kind: "lines", problems });
      if (answer.kind !== "lines") throw unexpected(answer);
      return answer.lines;
    };
    return { raw: frame, isWhole, lines, close };
  } catch (error) {
    close();
    if (errorCode(error) !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
    return {
      broken: [`${path}: parsing it takes more memory than there is: raise the memory limit, or use fewer nodes`],
    };
  }
}

type Ask = (message?: ToYamlThread) => Promise<FromYamlThread>;

/** One question after the other; the thread speaks first by itself. */
function createAsker(thread: Worker, signal: AbortSignal | undefined): Ask {
  // Whoever waits for an answer hears of it.
  thread.on("error", () => {});
  const ended = once(thread, "exit").then(() => {
    throw new Error("the thread that parses YAML ended");
  });
  ended.catch(() => {});
  return async (message) => {
    const listening = new AbortController();
    const signals = signal === undefined ? [listening.signal] : [listening.signal, signal];
    try {
      const answered = once(thread, "message", { signal: AbortSignal.any(signals) });
      if (message !== undefined) thread.postMessage(message);
      const [answer]: unknown[] = await Promise.race([answered, ended]);
      if (!isFromYamlThread(answer)) throw new Error("the thread that parses YAML gave no answer that is known");
      return answer;
    } finally {
      listening.abort();
    }
  };
}

function unexpected({ kind }: FromYamlThread): Error {
  return new Error(`the thread that parses YAML gave an answer out of turn: ${kind}`);
}
