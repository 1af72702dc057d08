import { isObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import { count, text } from "../decode.ts";

/** What /info of the service API tells; releases before 2.24 tell little of it (src/Chainweb/RestAPI/NodeInfo.hs). */
export type Info = {
  /** The network's name. */
  readonly network: string | undefined;
  /** The package version. */
  readonly version: string | undefined;
  /** Usual seconds between two blocks of a chain. */
  readonly blockSeconds: number | undefined;
  /** When this release stops by itself, unix seconds. */
  readonly serviceDateSeconds: number | undefined;
};

/** As releases write their service date ("2025-10-15T00:00:00Z"). */
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** No network has a slower clock. */
const MAX_BLOCK_SECONDS = 86_400;

/** @throws NodeError bad_shape */
export function decodeInfo(answer: unknown, call: string): Info {
  if (!isObject(answer)) throw nodeError("bad_shape", `${call}: expected an object`, "check chainweb.service_url");
  return {
    // `nodeVersion` is the name of the network; the version is nodePackageVersion, since 2.24.1.
    network: text(answer.nodeVersion),
    version: text(answer.nodePackageVersion),
    blockSeconds: blockSeconds(answer.nodeBlockDelay),
    serviceDateSeconds: dateSeconds(answer.nodeServiceDate),
  };
}

/** Microseconds, although the documentation says seconds. */
function blockSeconds(value: unknown): number | undefined {
  const seconds = (count(value) ?? 0) / 1e6;
  return seconds > 0 && seconds <= MAX_BLOCK_SECONDS ? seconds : undefined;
}

function dateSeconds(value: unknown): number | undefined {
  const milliseconds = typeof value === "string" && DATE.test(value) ? Date.parse(value) : Number.NaN;
  return milliseconds >= 0 ? milliseconds / 1000 : undefined;
}
