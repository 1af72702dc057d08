import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createNotifier, takeNotifyVariables } from "../../../src/lib/systemd/notifier.ts";

describe("the variables of systemd", () => {
  const take = (env: NodeJS.ProcessEnv) => ({ access: takeNotifyVariables(env, 42), left: Object.keys(env) });

  test("are taken out of the environment, for programs that the exporter starts", () => {
    const env = { PATH: "/bin", NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "180000000", WATCHDOG_PID: "42" };
    expect(take(env)).toEqual({ access: { socket: "/run/systemd/notify", watchdogMs: 180_000 }, left: ["PATH"] });
  });

  test.each([
    ["no socket", { WATCHDOG_USEC: "1" }, undefined],
    ["an empty one", { NOTIFY_SOCKET: "" }, undefined],
    ["no watchdog", { NOTIFY_SOCKET: "@a" }, { socket: "@a", watchdogMs: undefined }],
    ["that of another process", { NOTIFY_SOCKET: "@a", WATCHDOG_USEC: "1", WATCHDOG_PID: "1" }, { socket: "@a" }],
    ["one for every process", { NOTIFY_SOCKET: "@a", WATCHDOG_USEC: "1000" }, { socket: "@a", watchdogMs: 1 }],
    ["no number", { NOTIFY_SOCKET: "@a", WATCHDOG_USEC: "x" }, { socket: "@a", watchdogMs: undefined }],
    ["zero", { NOTIFY_SOCKET: "@a", WATCHDOG_USEC: "0" }, { socket: "@a", watchdogMs: undefined }],
  ])("%s", (_, env, access) => {
    const found = take(env);
    if (access === undefined) expect(found.access).toBeUndefined();
    else expect(found.access).toMatchObject(access);
    expect(found.left).toEqual([]);
  });
});

describe("messages", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  function connected(watchdogMs: number | undefined) {
    const sent: (readonly string[])[] = [];
    const failures: unknown[] = [];
    const service = { status: "0 nodes up", isReachable: true };
    const notifier = createNotifier({
      send: async (lines) => {
        if (!service.isReachable) throw new Error("gone");
        // Without the time, which differs.
        sent.push(lines.map((line) => line.replace(/=\d{3,}/, "=TIME")));
      },
      status: () => service.status,
      watchdogMs,
      onFailure: (_, lines) => failures.push(lines),
    });
    return { notifier, sent, failures, service };
  }

  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  test("the start, and then the watchdog in half of its time, with a status where it has changed", async () => {
    const { notifier, sent, service } = connected(180_000);
    notifier.ready();
    await pass(0);
    expect(sent).toEqual([["READY=1", "WATCHDOG=1", "STATUS=0 nodes up"]]);
    service.status = "1 node up";
    await pass(10_000);
    await pass(90_000);
    await pass(89_999);
    expect(sent.slice(1)).toEqual([["WATCHDOG=1", "STATUS=1 node up"], ["WATCHDOG=1"]]);
    await pass(1);
    expect(sent).toHaveLength(4);
  });

  test.each([
    ["of months: its half is more than a timer holds, which then fires immediately, a process each time", 1e12, 2],
    ["of a microsecond", 0.001, 1_000],
  ])("a watchdog %s", async (_, watchdogMs, most) => {
    const { notifier, sent } = connected(watchdogMs);
    notifier.ready();
    await pass(100_000);
    await notifier.stopping();
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.length).toBeLessThanOrEqual(most + 2);
  });

  test("without a watchdog only what is new", async () => {
    const { notifier, sent, service } = connected(undefined);
    notifier.ready();
    await pass(300_000);
    expect(sent).toEqual([["READY=1", "STATUS=0 nodes up"]]);
    service.status = "1 node up";
    await pass(90_000);
    expect(sent.slice(1)).toEqual([["STATUS=1 node up"]]);
  });

  test("the begin of a reload comes before its end, however short it is", async () => {
    const { notifier, sent } = connected(undefined);
    notifier.ready();
    await pass(0);
    for (let i = 0; i < 2; i++) {
      notifier.reloading();
      notifier.reloaded();
    }
    await pass(0);
    // The first reload is of no interest once the second one has begun.
    expect(sent.slice(1)).toEqual([["RELOADING=1\nMONOTONIC_USEC=TIME"], ["READY=1"]]);
  });

  test("a reload without an end, then the end of the service", async () => {
    const { notifier, sent } = connected(180_000);
    notifier.ready();
    await pass(0);
    notifier.reloading();
    await notifier.stopping();
    await pass(1_000_000);
    expect(sent.slice(1)).toEqual([["STOPPING=1", "WATCHDOG=1"]]);
  });

  test("what could not be sent is sent again several times within the time of the watchdog, and told once", async () => {
    const { notifier, sent, failures, service } = connected(180_000);
    service.isReachable = false;
    notifier.ready();
    await pass(180_000);
    expect(failures).toEqual([["READY=1", "WATCHDOG=1", "STATUS=0 nodes up"]]);
    service.isReachable = true;
    await pass(30_000);
    expect(sent).toEqual([["READY=1", "WATCHDOG=1", "STATUS=0 nodes up"]]);
    service.isReachable = false;
    await pass(180_000);
    expect(failures).toHaveLength(2);
  });
});
