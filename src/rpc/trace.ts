import type { Signal } from "../lib/abort.ts";
import { type FailureReason, NodeError } from "../model/failure.ts";
import type { RpcRequest, RpcResponse } from "./message.ts";
import type { NodeUrl } from "./node-url.ts";
import { requestFailure } from "./request-failure.ts";

/** One HTTP exchange as it may be shown: no header, no body, and of the URL only scheme, host and port. */
export type RpcCall = {
  /** API path or method name. */
  readonly name: string;
  readonly method: RpcRequest["method"];
  /** Scheme, host and port. */
  readonly server: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly milliseconds: number;
  readonly outcome: CallOutcome;
};

export type CallOutcome =
  /** @property bytes of the body */
  | { readonly kind: "answered"; readonly status: number; readonly bytes: number }
  | { readonly kind: "failed"; readonly reason: FailureReason };

export type ObserveCall = (call: RpcCall) => void;

/** Tells of an exchange when it has ended, well or not. */
export async function traced(
  exchange: () => Promise<RpcResponse>,
  { name, method }: RpcRequest,
  { url, signal, observe }: { readonly url: NodeUrl; readonly signal: Signal; readonly observe: ObserveCall },
): Promise<RpcResponse> {
  const startedMs = Date.now();
  const clock = performance.now();
  const end = (outcome: CallOutcome) =>
    observe({ name, method, server: url.label, startedMs, milliseconds: performance.now() - clock, outcome });
  try {
    const response = await exchange();
    end({ kind: "answered", status: response.status, bytes: response.body.length });
    return response;
  } catch (error) {
    const failure = error instanceof NodeError ? error.failure : requestFailure(error, { url, call: name, signal });
    end({ kind: "failed", reason: failure.reason });
    throw error;
  }
}
