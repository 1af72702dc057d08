import { MAX_ROWS } from "../../../src/chains/decode.ts";
import { MAX_RESPONSE_BYTES } from "../../../src/rpc/client.ts";
import { DEEPEST, MOST_CONTAINERS } from "../../../src/rpc/json-size.ts";
import type { AdapterName } from "../adapters.ts";

/** What is counted of an answer. */
export type Amounts = {
  readonly bytes: number;
  /** Pieces in which HTTP delivers it. */
  readonly pieces: number;
  /** Bytes of its headers or trailers. */
  readonly headerBytes: number;
  readonly depth: number;
  readonly containers: number;
  readonly keys: number;
  readonly strings: number;
  readonly numbers: number;
  readonly rows: number;
};

export type Dimension = keyof Amounts;

/** How much of each an answer may have. */
export function limitsOf(_adapter: AdapterName, _call: string): Partial<Amounts> {
  return {
    bytes: MAX_RESPONSE_BYTES,
    containers: MOST_CONTAINERS,
    depth: DEEPEST,
    rows: MAX_ROWS,
    headerBytes: HEADER_BYTES,
    pieces: PIECES,
  };
}

/** Node's own (`--max-http-header-size`). */
const HEADER_BYTES = 16 * 1024;

/** Where nothing counts pieces, so many that it shows. */
const PIECES = 300_000;
