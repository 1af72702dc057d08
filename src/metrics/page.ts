import type { StoredNode } from "../poll/store.ts";
import { createdInserter, type InsertCreated, type Piece, startOf } from "./created-lines.ts";
import { type FamilyHeader, type Format, renderHeader } from "./exposition.ts";

/** A family whose samples are rendered for each page: those of the exporter itself. */
export type RenderedFamily = FamilyHeader & { readonly samples: (format: Format) => string };

/** Whether the reader owns a chunk, or borrows it: a borrowed one is overwritten when the next one is requested. */
export type ChunkUse = "owned" | "borrowed";

/**
 * The whole page in chunks: each family once, with its header and then the samples of all nodes. A family without samples is
 * left out, including its header. Every chunk except the last has CHUNK_BYTES.
 */
export type RenderPage = (
  nodes: readonly StoredNode[],
  own: readonly RenderedFamily[],
  format: Format,
  use: ChunkUse,
) => Iterable<Buffer>;

/** A chunk takes less than a millisecond, even if it consists of thousands of small pieces. */
const CHUNK_BYTES = 256 * 1024;

export function createPageRenderer(catalogue: readonly FamilyHeader[]): RenderPage {
  const headersOf = (format: Format) => catalogue.map((family) => Buffer.from(renderHeader(family, format)));
  const headers = { text: headersOf("text"), openmetrics: headersOf("openmetrics") };
  const names = catalogue.map(({ name }) => name);
  return (nodes, own, format, use) => {
    const withCreated = format === "openmetrics" ? createdInserter(names) : undefined;
    return inChunks(pieces(headers[format], nodes, Buffer.from(ownPage(own, format)), withCreated), use);
  };
}

function ownPage(own: readonly RenderedFamily[], format: Format): string {
  let page = "";
  for (const family of own) {
    const samples = family.samples(format);
    if (samples !== "") page += renderHeader(family, format) + samples;
  }
  return format === "openmetrics" ? `${page}# EOF\n` : page;
}

function* pieces(
  headers: readonly Buffer[],
  nodes: readonly StoredNode[],
  own: Buffer,
  withCreated: InsertCreated | undefined,
): Iterable<Piece> {
  // The next family of each node, in one compact array. Checking the lines of thousands of nodes for each family, which most nodes
  // do not have, would take longer than making the page, and would block all other work meanwhile.
  const next = Uint16Array.from(nodes, ({ lines }) => nextFamily(lines.ends, 0));
  for (const [family, header] of headers.entries()) {
    let isFirst = true;
    let index = -1;
    for (const node of nodes) {
      index += 1;
      if (next[index] !== family) continue;
      const { bytes, ends, created } = node.lines;
      if (isFirst) yield { source: header, start: 0, end: header.length };
      isFirst = false;
      const piece = { source: bytes, start: startOf(ends, family), end: ends[family] ?? 0 };
      yield created === undefined || withCreated === undefined ? piece : withCreated(piece, family, created);
      next[index] = nextFamily(ends, family + 1);
    }
  }
  yield { source: own, start: 0, end: own.length };
}

/** The first family from this one on that has lines. */
function nextFamily(ends: Uint32Array, from: number): number {
  const start = startOf(ends, from);
  let family = from;
  while (family < ends.length && ends[family] === start) family += 1;
  return family;
}

function* inChunks(all: Iterable<Piece>, use: ChunkUse): Iterable<Buffer> {
  let chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let used = 0;
  for (const { source, start, end } of all) {
    for (let from = start; from < end; ) {
      const copied = source.copy(chunk, used, from, end);
      from += copied;
      used += copied;
      if (used < CHUNK_BYTES) continue;
      yield chunk;
      // New chunks for a hundred megabytes would cause a garbage collection during the scrape.
      if (use === "owned") chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      used = 0;
    }
  }
  // An owned chunk is copied to its exact size: otherwise the rest of the buffer would stay in memory.
  if (used > 0) yield use === "owned" ? Buffer.from(chunk.subarray(0, used)) : chunk.subarray(0, used);
}
