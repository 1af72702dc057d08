import { Worker } from "node:worker_threads";

/** A server of this machine that answers any request with the bytes that it was given. */
export type RawServer = {
  readonly origin: string;
  /** What it answers from now on; the n-th request of a case gets the n-th of the closes behind the bytes. */
  load(answer: RawAnswer): void;
  /** The header of a request that names the answer it wants. */
  headerOf(request: number): Readonly<Record<string, string>>;
  close(): Promise<void>;
};

export type RawAnswer = {
  readonly bytes: Buffer;
  readonly closes: readonly string[];
  /** Bytes of each write. */
  readonly segment: number;
};

/** As much as an answer with all that stands around its bytes may have. */
export const MAX_RAW_BYTES = 48 * 1024 * 1024;

/** What is served must not grow the process, so there is one piece of memory for all of it. */
export async function startRawServer(): Promise<RawServer> {
  const memory = new SharedArrayBuffer(MAX_RAW_BYTES);
  const bytes = Buffer.from(memory);
  // All of it is resident from now on.
  bytes.fill(1);
  const worker = new Worker(new URL("./raw-server.mjs", import.meta.url), { workerData: { memory } });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  let id = 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    load(answer) {
      id += 1;
      const { length } = answer.bytes;
      answer.bytes.copy(bytes);
      let end = length;
      const ranges = answer.closes.map((close) => {
        const from = end;
        end += bytes.write(close, from, "latin1");
        return [[0, length] as const, [from, end] as const];
      });
      if (end > MAX_RAW_BYTES) throw new Error(`an answer of ${end} bytes`);
      worker.postMessage({
        id: String(id),
        ranges: ranges.length === 0 ? [[[0, length]]] : ranges,
        segment: answer.segment,
      });
    },
    headerOf: (request) => ({ "x-answer": `${id}/${request}` }),
    async close() {
      await worker.terminate();
    },
  };
}
