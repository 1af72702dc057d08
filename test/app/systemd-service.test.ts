import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openSystemdService } from "../../src/app/systemd-service.ts";
import type { NodeCounts } from "../../src/server/routes/operator.ts";
import { logSink } from "../poll/support.ts";

const COUNTS: NodeCounts = { nodes: 3, up: 2, all: 4, polled: 4 };

function service(send: (lines: readonly string[]) => Promise<void>, env: NodeJS.ProcessEnv = {}) {
  const { log, lines } = logSink();
  return { service: openSystemdService({ NOTIFY_SOCKET: "/run/a", ...env }, log, () => send), lines };
}

const messages = (lines: readonly { readonly msg: string }[]) => lines.map(({ msg }) => msg);

/** The status after some reloads. */
async function statusOf(counts: NodeCounts, ...reloads: readonly boolean[]): Promise<string | undefined> {
  const sent: string[] = [];
  const { service: systemd } = service(async (lines) => void sent.push(...lines));
  systemd.ready(() => counts);
  for (const ok of reloads) {
    systemd.onReload(undefined);
    systemd.onReload(ok ? { ok, summary: "" } : { ok, problems: ["/etc/secret: wrong"] });
  }
  await systemd.stopping();
  return sent.findLast((line) => line.startsWith("STATUS="));
}

describe("the status", () => {
  test.each<[string, NodeCounts, readonly boolean[]]>([
    ["2 of 3 nodes up", COUNTS, []],
    ["0 of 1 node up, 1 not polled yet", { nodes: 1, up: 0, all: 1, polled: 0 }, []],
    ["2 of 3 nodes up, last reload failed, see the journal", COUNTS, [true, false]],
    ["2 of 3 nodes up", COUNTS, [false, true]],
  ])("%s", async (expected, counts, reloads) => {
    expect(await statusOf(counts, ...reloads)).toBe(`STATUS=${expected}`);
  });
});

describe("systemd that has no message", () => {
  const failing = async () => {
    throw new Error("systemd-notify is not installed");
  };

  test("of the start ends the service: the log says why, once", async () => {
    const { service: systemd, lines } = service(failing);
    systemd.ready(() => COUNTS);
    await nextTurn();
    await systemd.stopping();
    expect(messages(lines)).toEqual([
      "cannot send READY=1 to systemd: systemd-notify is not installed; systemd ends the service after TimeoutStartSec: " +
        "install the package systemd, or set Type=exec and WatchdogSec=0 in the unit",
    ]);
  });

  test("of a reload: the log names the message without its time", async () => {
    let isFailing = false;
    const { service: systemd, lines } = service(async () => {
      if (isFailing) await failing();
    });
    systemd.ready(() => COUNTS);
    await nextTurn();
    isFailing = true;
    systemd.onReload(undefined);
    await nextTurn();
    expect(messages(lines)).toEqual(["cannot send RELOADING=1 to systemd: systemd-notify is not installed"]);
  });
});

test("without systemd nothing is sent", async () => {
  const { log, lines } = logSink();
  const systemd = openSystemdService({}, log, () => () => Promise.reject(new Error("sent")));
  systemd.ready(() => COUNTS);
  systemd.onReload(undefined);
  await systemd.stopping();
  expect(messages(lines)).toEqual([]);
});
