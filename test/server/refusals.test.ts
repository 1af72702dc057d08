import { expect, test } from "vitest";
import { createRefusalLog } from "../../src/server/refusals.ts";
import { logSink } from "../poll/support.ts";

test("one line for each kind in a minute, with the number of those in between", () => {
  const { log, lines } = logSink("info");
  let nowMs = 0;
  const refuse = createRefusalLog(log, () => nowMs);
  for (let times = 0; times < 5; times += 1) refuse("a", "::ffff:192.0.2.1", "it is a");
  refuse("b", undefined, "it is b");
  nowMs = 60_000;
  for (let times = 0; times < 3; times += 1) refuse("a", "2001:db8::1", "it is a");
  nowMs = 200_000;
  refuse("b", "192.0.2.2", "it is b");
  const more = "; 4 more of this kind since the last such line";
  expect(lines).toMatchObject([
    { client: "192.0.2.1", reason: "a", more: 0, msg: "refused a TLS client: it is a" },
    { client: "unix socket", reason: "b", more: 0, msg: "refused a TLS client: it is b" },
    { client: "2001:db8::1", reason: "a", more: 4, msg: `refused a TLS client: it is a${more}` },
    { client: "192.0.2.2", reason: "b", more: 0, msg: "refused a TLS client: it is b" },
  ]);
});
