import type { ResponseBudget } from "../../../src/rpc/budget.ts";
import type { AdapterName } from "../adapters.ts";
import { BITCOIN_TARGETS } from "./bitcoin.ts";
import { CHAINWEB_TARGETS } from "./chainweb.ts";
import { MONERO_TARGETS } from "./monero.ts";
import { WIRE_TARGETS } from "./wire.ts";

/** How an answer to one call is framed, and what its rows are. */
export type Target = {
  readonly format: "json" | "text";
  /** What it may hold. */
  readonly budget: ResponseBudget;
  /** What stands around a value where the answer has its list or text; without it the whole answer is the value. */
  readonly frame?: readonly [open: string, close: string];
  /** What stands around its rows; a list where nothing is given. */
  readonly brackets?: readonly [open: string, close: string];
  /** Rows that a node of the chain may send: as it does, and as a hostile one does. */
  readonly rows?: Readonly<Record<string, Row>>;
  /** What closes an answer by the number of the request for it, all of one length: each page of a list names the next one. */
  readonly closes?: readonly string[];
  /** The call for a further page, which is hostile with it. */
  readonly next?: string;
};

/** The text of a row, of JSON in UTF-8. */
export type Row = (index: number, salt: number) => string;

/** By the calls of the adapter; it must have all of them. */
export type Targets = Readonly<Record<string, Target>>;

export const TARGETS: Readonly<Record<AdapterName, Targets>> = {
  wire: WIRE_TARGETS,
  monero: MONERO_TARGETS,
  chainweb: CHAINWEB_TARGETS,
  bitcoin: BITCOIN_TARGETS,
};
