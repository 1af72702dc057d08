import type { AnswerBudget } from "./budget.ts";

export type RpcRequest = {
  /** How errors name the call: an API path or method name, never anything from the configured URL. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Path and query on the server. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer may hold, where the node has no limits of its own; without it as much as a list of peers. */
  readonly budget?: AnswerBudget | undefined;
};

export type RpcResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  /** What it may hold; without it what its request says. */
  readonly budget?: AnswerBudget | undefined;
  /**
   * When the request was sent and when the whole answer was there, unix milliseconds. Both by our clock as it was at the
   * end: one that is set meanwhile does not make the request longer.
   */
  readonly sentMs: number;
  readonly receivedMs: number;
};
