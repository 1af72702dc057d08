import type { RpcResponse } from "./message.ts";

/** A header of an answer; of several with this name, the first. */
export function firstHeader({ headers }: Pick<RpcResponse, "headers">, name: string): string | undefined {
  const found = headers[name];
  return typeof found === "object" ? found[0] : found;
}
