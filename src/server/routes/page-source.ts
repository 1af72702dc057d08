import type { Format } from "../../metrics/exposition.ts";
import type { Body } from "../respond.ts";
import { buildBody, type Encoding, type PageSnapshot } from "./page-body.ts";

/** Gives the page for a scrape; without a promise, if it has not changed since it was last built. */
export type PageSource = (format: Format, encoding: Encoding) => Body | Promise<Body>;

type TakeSnapshot = () => PageSnapshot | Promise<PageSnapshot>;

/** A larger page is never held whole; it is built again for each scrape that takes it uncompressed. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/**
 * A larger page is held only when a second scrape requests it before it changes. Most are not requested again, and with
 * buffers of megabytes that live for one scrape the engine collects its whole heap every few scrapes, which takes longer
 * than building the page.
 */
const MAX_HELD_AT_FIRST_BYTES = 1024 * 1024;

/**
 * Builds each encoding of the page at most once for each change. Scrapes that come while it is built share it; those that
 * come for a newer page wait together for the next build. A large uncompressed page is streamed to the first scrape, and
 * held from the second one on.
 */
export function createPageSource(takeSnapshot: TakeSnapshot): PageSource {
  const cached = {
    text: cachedEncodings("text", takeSnapshot),
    openmetrics: cachedEncodings("openmetrics", takeSnapshot),
  };
  const isStreamed = createStreamRule();
  return (format, encoding) => {
    const give = (page: PageSnapshot): Body | Promise<Body> =>
      encoding === "identity" && isStreamed(format, page)
        ? { kind: "streamed", chunks: page.chunks(format, "borrowed"), source: { page, bytes: page.bytes } }
        : cached[format][encoding](page);
    const page = takeSnapshot();
    return page instanceof Promise ? page.then(give) : give(page);
  };
}

/** Decides whether a scrape gets the page as a stream, and remembers which page that was. */
function createStreamRule(): (format: Format, page: PageSnapshot) => boolean {
  const streamed = new Map<Format, PageSnapshot>();
  return (format, page) => {
    if (page.bytes <= MAX_HELD_AT_FIRST_BYTES) return false;
    if (page.bytes > MAX_HELD_BYTES) return true;
    const isFirst = streamed.get(format) !== page;
    streamed.set(format, page);
    return isFirst;
  };
}

function cachedEncodings(format: Format, takeSnapshot: TakeSnapshot): Readonly<Record<Encoding, CachedEncoding>> {
  const cache = (encoding: Encoding) => createCachedEncoding((page) => buildBody(page, format, encoding), takeSnapshot);
  return { identity: cache("identity"), gzip: cache("gzip") };
}

/** The bytes of a page in one format and encoding. */
type CachedEncoding = (page: PageSnapshot) => Body | Promise<Body>;

type Build = { readonly page: PageSnapshot; readonly body: Promise<Body> };

/** At any moment at most one build runs, and at most one waits for its end. */
function createCachedEncoding(
  build: (page: PageSnapshot) => Promise<Body>,
  takeSnapshot: TakeSnapshot,
): CachedEncoding {
  let held: { readonly page: PageSnapshot; readonly body: Body } | undefined;
  let running: Build | undefined;
  let next: Promise<Body> | undefined;

  function start(page: PageSnapshot): Promise<Body> {
    running = { page, body: run(page) };
    return running.body;
  }

  async function run(page: PageSnapshot): Promise<Body> {
    try {
      const body = await build(page);
      held = { page, body };
      return body;
    } finally {
      running = undefined;
    }
  }

  /** Builds the page of the moment at which the running build ends: newer than all requests that wait for it. */
  async function startAfter({ body }: Build): Promise<Body> {
    await body.catch(() => {});
    try {
      return start(await takeSnapshot());
    } finally {
      next = undefined;
    }
  }

  return (page) => {
    if (held?.page === page) return held.body;
    if (running === undefined) return start(page);
    if (running.page === page) return running.body;
    next ??= startAfter(running);
    return next;
  };
}
