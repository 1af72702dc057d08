import { setImmediate as nextTurn } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { Format } from "../metrics/exposition.ts";
import type { ChunkUse } from "../metrics/page.ts";
import { type Body, wholeBody } from "./respond.ts";

/**
 * The page as it is now: another object whenever a byte of it may be another. Taking it costs nothing; its bytes are made
 * when they are asked for.
 */
export type PageView = {
  /** About how large the page is. */
  readonly bytes: number;
  readonly chunks: (format: Format, use: ChunkUse) => Iterable<Uint8Array>;
};

export type Encoding = "identity" | "gzip";

/** Gives the page for a scrape; at once, where it has not changed since it was last asked for. */
export type PageSource = (format: Format, encoding: Encoding) => Body | Promise<Body>;

/** A larger page is never held as a whole, but made again for each scrape that takes it uncompressed. */
const LARGEST_HELD_BYTES = 32 * 1024 * 1024;

/**
 * A larger page is held only when it is asked for again before it changes: most are not, and buffers of megabytes that
 * live for one scrape make the engine collect its whole heap every few scrapes, which takes longer than they do.
 */
const HELD_AT_ONCE_BYTES = 1024 * 1024;

/**
 * Builds each form of the page (format and encoding) at most once for each change, whoever asks: scrapes that come while
 * it is built share it, and those that come for a newer one wait for the next build together. Only a large page that is
 * taken uncompressed is streamed to the first who asks, and held from the second on.
 */
export function createPageSource(view: () => PageView | Promise<PageView>): PageSource {
  const forms = {
    text: formsOf("text"),
    openmetrics: formsOf("openmetrics"),
  };
  /** What was streamed last, by format. */
  const streamed = new Map<Format, PageView>();
  /** Whether this scrape gets the page as a stream; remembers it, as the next one of the same page does not. */
  const streams = (format: Format, page: PageView): boolean => {
    if (page.bytes <= HELD_AT_ONCE_BYTES) return false;
    if (page.bytes > LARGEST_HELD_BYTES) return true;
    const isFirst = streamed.get(format) !== page;
    streamed.set(format, page);
    return isFirst;
  };
  return (format, encoding) => {
    const share = forms[format][encoding];
    const give = (now: PageView): Body | Promise<Body> =>
      encoding === "identity" && streams(format, now)
        ? { kind: "streamed", chunks: now.chunks(format, "passing"), from: { page: now, bytes: now.bytes } }
        : share(now, view);
    const now = view();
    return now instanceof Promise ? now.then(give) : give(now);
  };
}

function formsOf(format: Format): Readonly<Record<Encoding, Form>> {
  return {
    identity: createForm((page) => buildBody(page, format, "identity")),
    gzip: createForm((page) => buildBody(page, format, "gzip")),
  };
}

type Form = (now: PageView, view: () => PageView | Promise<PageView>) => Body | Promise<Body>;

function createForm(build: (page: PageView) => Promise<Body>): Form {
  let held: { readonly page: PageView; readonly body: Body } | undefined;
  let running: { readonly page: PageView; readonly body: Promise<Body> } | undefined;
  let next: Promise<Body> | undefined;

  function start(page: PageView): Promise<Body> {
    const body = build(page)
      .then((built) => {
        held = { page, body: built };
        return built;
      })
      .finally(() => {
        running = undefined;
      });
    running = { page, body };
    return body;
  }

  return (now, view) => {
    if (held?.page === now) return held.body;
    if (running === undefined) return start(now);
    if (running.page === now) return running.body;
    // Whoever waits gets the page of the moment when its build begins, which is newer than the request.
    next ??= running.body
      .catch(() => {})
      .then(async () => {
        const later = await view();
        next = undefined;
        return start(later);
      });
    return next;
  };
}

/** Text of this kind shrinks tenfold at the fastest level; higher ones cost three times as much for a fifth less. */
const GZIP_LEVEL = 1;

/** How long pages may be built at a stretch before timers and sockets have their turn, in milliseconds. */
const STRETCH_MS = 4;

/** The page in one of its forms, made now. */
export async function buildBody(page: Pick<PageView, "chunks">, format: Format, encoding: Encoding): Promise<Body> {
  return encoding === "gzip"
    ? compress(page.chunks(format, "passing"))
    : wholeBody(await collect(page.chunks(format, "kept")));
}

async function collect(chunks: Iterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const out: Uint8Array[] = [];
  let began = performance.now();
  for (const chunk of chunks) {
    out.push(chunk);
    if (performance.now() - began < STRETCH_MS) continue;
    await nextTurn();
    began = performance.now();
  }
  return out;
}

/**
 * What is handed to the compressing thread at once. Each way there and back waits for the event loop and for a core: on a
 * busy machine a page in small pieces would not be done before its scraper gives up.
 */
const BATCH_BYTES = 1024 * 1024;

/** As much as a batch becomes at most, more or less: a full buffer is a way back as well. */
const COMPRESSED_BYTES = 256 * 1024;

/** Copied without anybody noticing. */
const SMALL_BYTES = 64 * 1024;

/** Compresses outside of the event loop. Each batch is done with before the next one is made. */
async function compress(chunks: Iterable<Uint8Array>): Promise<Body> {
  const gzip = createGzip({ level: GZIP_LEVEL, chunkSize: COMPRESSED_BYTES });
  const out: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    gzip.on("data", (chunk: Buffer) => out.push(chunk));
    gzip.once("end", resolve).once("error", reject);
  });
  for (const batch of inBatches(chunks)) {
    await new Promise<void>((resolve) => gzip.write(batch, () => resolve()));
  }
  gzip.end();
  await ended;
  return joined(out);
}

/** The compressor hands out what each batch gave as a piece of its own, each of which would be a write for every scrape. */
function joined(pieces: readonly Buffer[]): Body {
  const body = wholeBody(neighboursAsOne(pieces));
  return body.bytes > SMALL_BYTES ? body : wholeBody([Buffer.concat(body.chunks)]);
}

/** Pieces that lie one behind the other in the same memory, as the compressor fills one buffer after the other. */
function neighboursAsOne(pieces: readonly Buffer[]): readonly Buffer[] {
  const whole: Buffer[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    if (last?.buffer === piece.buffer && last.byteOffset + last.length === piece.byteOffset) {
      whole[whole.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + piece.length);
    } else whole.push(piece);
  }
  return whole;
}

/** The chunks put together; the batch is overwritten when the next one is asked for. */
function* inBatches(chunks: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const batch = Buffer.allocUnsafe(BATCH_BYTES);
  let used = 0;
  let began = performance.now();
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + BATCH_BYTES - used);
      batch.set(part, used);
      used += part.length;
      from += part.length;
      if (used < BATCH_BYTES && performance.now() - began < STRETCH_MS) continue;
      yield batch.subarray(0, used);
      used = 0;
      began = performance.now();
    }
  }
  if (used > 0) yield batch.subarray(0, used);
}
