import { expect, test } from "vitest";
import { CHAIN_NAMES } from "../../src/chains/index.ts";
import { openNode, poll, serve } from "./sessions.ts";
import { failureIn } from "./support.ts";

test.each(CHAIN_NAMES.flatMap((chain) => [false, true].map((headOnly) => [chain, headOnly] as const)))(
  "%s (head only: %s): plain HTTP on a port that expects TLS has the advice to use https",
  async (chain, headOnly) => {
    const body = "This server only accepts secure HTTPS connections.";
    const node = await serve(() => ({ status: 426, headers: { upgrade: "TLS/1.0, HTTP/1.1" }, body }));
    const report = await poll(openNode(chain, node.url, { headOnly }));
    for (const outcome of headOnly ? [report.head] : [report.peers, report.head]) {
      expect(failureIn(outcome)).toMatchObject({ reason: "http", advice: "use https:// in the URL" });
    }
  },
);
