/** One case: which call is answered how, in which size. Plain data, to be played again from a file. */
export type ShapeCase = {
  readonly call: string;
  readonly shape: string;
  /** The whole answer is the shape, or what a node answers with the shape in it. */
  readonly place: "whole" | "inside";
  /** How many times what the shape is made of. */
  readonly units: number;
  /** Makes the texts of two cases differ. */
  readonly salt: number;
  readonly status: number;
  /** Bytes of each chunk; 0: not chunked. */
  readonly chunk: number;
  /** Bytes of each write of the server. */
  readonly segment: number;
  /** Polls one after the other; the answers differ. */
  readonly polls: number;
  /** Whether each page of a list has a next one. */
  readonly paged: boolean;
  /** Which configuration, and which answers to the other calls. */
  readonly setup: number;
};

/** Everything at once, as much as is allowed of each. */
export const MIXED = "mixed";
