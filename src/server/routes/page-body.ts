import { setImmediate as nextTurn } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import type { Format } from "../../metrics/exposition.ts";
import type { ChunkUse } from "../../metrics/page.ts";
import { type WholeBody, wholeBody } from "../respond.ts";

/**
 * The page at one moment; a new object whenever one of its bytes may differ. Taking a snapshot costs nothing: its bytes are
 * made when its chunks are read.
 */
export type PageSnapshot = {
  /** Approximate size. */
  readonly bytes: number;
  readonly chunks: (format: Format, use: ChunkUse) => Iterable<Uint8Array>;
};

export type PageChunks = Pick<PageSnapshot, "chunks">;

export type Encoding = "identity" | "gzip";

/** Text of this kind shrinks tenfold at the fastest level; higher levels take three times as long for a fifth less. */
const GZIP_LEVEL = 1;

/** How long a page is built before timers and sockets get a turn of the event loop, in milliseconds. */
const SLICE_MS = 4;

/** Builds the whole page. */
export async function buildBody(
  page: PageChunks & Partial<PageSnapshot>,
  format: Format,
  encoding: Encoding,
): Promise<WholeBody> {
  if (encoding === "identity") return wholeBody(await collect(page.chunks(format, "owned")));
  const { bytes = Number.POSITIVE_INFINITY } = page;
  return bytes <= SMALL_PAGE_BYTES ? compressSmall(page, format) : compress(page.chunks(format, "borrowed"));
}

/** A page of this size is compressed in about a millisecond. */
const SMALL_PAGE_BYTES = 192 * 1024;

/** More than such a page has when it is compressed, as a rule. */
const SMALL_COMPRESSED_BYTES = 32 * 1024;

/**
 * Compresses a small page immediately. The way through another thread takes longer, and its buffers wait for the next collection:
 * they were 3 MiB of the memory of a sidecar.
 */
function compressSmall(page: PageChunks, format: Format): WholeBody {
  const whole = joined(page.chunks(format, "borrowed")) ?? Buffer.concat([...page.chunks(format, "owned")]);
  return wholeBody([gzipSync(whole, { level: GZIP_LEVEL, chunkSize: SMALL_COMPRESSED_BYTES })]);
}

/** Where a small page is put together: it is compressed before another one is. A page may be a bit larger than it says. */
const workspace = Buffer.allocUnsafeSlow(SMALL_PAGE_BYTES + 64 * 1024);

/** @returns the chunks in the workspace, which the next page overwrites; undefined when they do not fit */
function joined(chunks: Iterable<Uint8Array>): Uint8Array | undefined {
  let used = 0;
  for (const chunk of chunks) {
    if (used + chunk.length > workspace.length) return undefined;
    workspace.set(chunk, used);
    used += chunk.length;
  }
  return workspace.subarray(0, used);
}

async function collect(chunks: Iterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const collected: Uint8Array[] = [];
  let startedAt = performance.now();
  for (const chunk of chunks) {
    collected.push(chunk);
    if (performance.now() - startedAt < SLICE_MS) continue;
    await nextTurn();
    startedAt = performance.now();
  }
  return collected;
}

/**
 * Bytes that the compressing thread gets at a time. Each round trip waits for the event loop and for a core: on a busy machine,
 * a page in small pieces would not be ready before its scraper gives up.
 */
const BATCH_BYTES = 1024 * 1024;

/** About the maximum size of a compressed batch: each full buffer costs a round trip as well. */
const COMPRESSED_BYTES = 256 * 1024;

/** A copy of this size takes no noticeable time. */
const SMALL_BYTES = 64 * 1024;

/** Compresses outside of the event loop. Each batch is compressed before the next one is made. */
async function compress(chunks: Iterable<Uint8Array>): Promise<WholeBody> {
  const gzip = createGzip({ level: GZIP_LEVEL, chunkSize: COMPRESSED_BYTES });
  const pieces: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    gzip.on("data", (piece: Buffer) => pieces.push(piece));
    gzip.once("end", resolve).once("error", reject);
  });
  for (const batch of batches(chunks)) {
    await new Promise<void>((resolve) => gzip.write(batch, () => resolve()));
  }
  gzip.end();
  await ended;
  const body = wholeBody(joinNeighbours(pieces));
  return body.bytes > SMALL_BYTES ? body : wholeBody([Buffer.concat(body.chunks)]);
}

/**
 * Joins pieces that follow each other in the same memory, as the compressor fills one buffer after another and emits each
 * batch as a piece. Each piece would be a write for every scrape.
 */
function joinNeighbours(pieces: readonly Buffer[]): readonly Buffer[] {
  const joined: Buffer[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length);
    } else joined.push(piece);
  }
  return joined;
}

/** The chunks put together. A batch is overwritten when the next one is requested. */
function* batches(chunks: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const batch = Buffer.allocUnsafe(BATCH_BYTES);
  let used = 0;
  let startedAt = performance.now();
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + BATCH_BYTES - used);
      batch.set(part, used);
      used += part.length;
      from += part.length;
      if (used < BATCH_BYTES && performance.now() - startedAt < SLICE_MS) continue;
      yield batch.subarray(0, used);
      used = 0;
      startedAt = performance.now();
    }
  }
  if (used > 0) yield batch.subarray(0, used);
}
