import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSignal } from "../../../src/lib/abort.ts";
import { type DialContext, DialError, openTcp } from "../../../src/rpc/dial/happy-eyeballs.ts";
import { network } from "../../../src/rpc/dial/socket.ts";
import { withResolvers } from "../../support/with-resolvers.ts";

const PLACE = { hostname: "dual.example", port: 18081 };
const V6 = "2001:db8::10";
const V4 = "198.51.100.10";

/** The sockets that were opened, by their address, in their order. */
let opened: Map<string, Socket>;

beforeEach(() => {
  opened = new Map();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(network, "connect").mockImplementation(((options: { host: string }) => {
    const socket = new Socket();
    opened.set(options.host, socket);
    return socket;
  }) as unknown as typeof network.connect);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function resolveTo(...addresses: readonly string[]): void {
  const answer = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  vi.spyOn(network, "lookup").mockImplementation((async () => answer) as unknown as typeof network.lookup);
}

type Dial = {
  readonly result: Promise<Socket>;
  readonly end: (reason: Error) => void;
  readonly waitsFor: () => string;
};

async function dial(
  place = PLACE,
  takeSpare: DialContext["takeSpare"] = () => () => {},
  timeoutMs = 10_000,
): Promise<Dial> {
  const source = createSignal();
  let describeWait = () => "";
  const context: DialContext = {
    signal: source.signal,
    timeoutMs,
    waitingFor: (describe) => {
      describeWait = describe;
    },
    takeSpare,
  };
  const result = openTcp(place, context);
  result.catch(() => {});
  // The lookup.
  await vi.advanceTimersByTimeAsync(0);
  return { result, end: source.abort, waitsFor: () => describeWait() };
}

function socketTo(address: string): Socket {
  const socket = opened.get(address);
  if (socket === undefined) throw new Error(`nobody dialled ${address}`);
  return socket;
}

const fail = (address: string, code: string) => socketTo(address).emit("error", Object.assign(new Error(), { code }));
const answer = (address: string) => socketTo(address).emit("connect");

async function failure({ result }: Dial): Promise<DialError> {
  const error: unknown = await result.catch((reason: unknown) => reason);
  if (!(error instanceof DialError)) throw error;
  return error;
}

describe("a name with two families", () => {
  it("is connected over slow IPv4 while IPv6 is dead, and the other attempt ends", async () => {
    resolveTo(V6, V4);
    const dialled = await dial();
    expect([...opened.keys()]).toEqual([V6]);
    await vi.advanceTimersByTimeAsync(250);
    expect([...opened.keys()]).toEqual([V6, V4]);
    // Longer than an attempt has for itself.
    await vi.advanceTimersByTimeAsync(60_000);
    answer(V4);
    expect(await dialled.result).toBe(socketTo(V4));
    expect([V6, V4].map((address) => socketTo(address).destroyed)).toEqual([true, false]);
  });

  it("takes the first attempt when it is slow and the second fails", async () => {
    resolveTo(V6, V4);
    const dialled = await dial();
    await vi.advanceTimersByTimeAsync(250);
    fail(V4, "ECONNREFUSED");
    await vi.advanceTimersByTimeAsync(300);
    answer(V6);
    expect(await dialled.result).toBe(socketTo(V6));
  });

  it("starts the next attempt at once where one fails", async () => {
    resolveTo(V6, V4);
    const dialled = await dial();
    fail(V6, "ENETUNREACH");
    answer(V4);
    expect(await dialled.result).toBe(socketTo(V4));
  });

  it("fails with what each address said; a refusal says more than a missing route", async () => {
    resolveTo(V6, V4);
    const dialled = await dial();
    fail(V6, "ENETUNREACH");
    fail(V4, "ECONNREFUSED");
    expect(await failure(dialled)).toMatchObject({
      code: "ECONNREFUSED",
      attempts: 2,
      tried: "[2001:db8::10]:18081: no route (ENETUNREACH), 198.51.100.10:18081: refused (ECONNREFUSED)",
    });
  });

  it("says what was pending when its time is over, and closes all", async () => {
    resolveTo(V6, V4);
    const dialled = await dial();
    fail(V6, "ENETUNREACH");
    expect(dialled.waitsFor()).toBe("[2001:db8::10]:18081: no route (ENETUNREACH), 198.51.100.10:18081: no answer yet");
    const reason = new Error("the end");
    dialled.end(reason);
    await expect(dialled.result).rejects.toBe(reason);
    expect(socketTo(V4).destroyed).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(opened.size).toBe(2);
  });

  it("alternates between the families, from the first of the system's order", async () => {
    resolveTo("192.0.2.1", "192.0.2.2", "192.0.2.3", V6);
    const dialled = await dial();
    for (const address of ["192.0.2.1", V6, "192.0.2.2", "192.0.2.3"]) fail(address, "EHOSTUNREACH");
    expect([...opened.keys()]).toEqual(["192.0.2.1", V6, "192.0.2.2", "192.0.2.3"]);
    expect(await failure(dialled)).toMatchObject({ code: "EHOSTUNREACH" });
  });
});

it("tries at most ten addresses, and says so in bounded length", async () => {
  resolveTo(...Array.from({ length: 5000 }, (_, index) => `2001:db8::${index.toString(16)}`));
  const dialled = await dial();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened.size).toBe(10);
  expect(dialled.waitsFor()).toContain("4990 more not tried");
  expect(dialled.waitsFor().length).toBeLessThan(600);
});

it("has one attempt at a time where no file descriptor is free", async () => {
  resolveTo(V6, V4);
  const dialled = await dial(PLACE, () => undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([...opened.keys()]).toEqual([V6]);
  fail(V6, "ETIMEDOUT");
  answer(V4);
  expect(await dialled.result).toBe(socketTo(V4));
});

it("gives every spare file descriptor back", async () => {
  resolveTo(V6, V4, "192.0.2.1");
  let taken = 0;
  const takeSpare = () => {
    taken += 1;
    let isOpen = true;
    return () => {
      if (isOpen) taken -= 1;
      isOpen = false;
    };
  };
  const dialled = await dial(PLACE, takeSpare);
  await vi.advanceTimersByTimeAsync(1000);
  expect(taken).toBe(2);
  fail(V4, "ECONNREFUSED");
  expect(taken).toBe(1);
  answer("192.0.2.1");
  await dialled.result;
  expect(taken).toBe(0);
});

it("does not wait for a lookup after its signal", async () => {
  const never = withResolvers<never>();
  const lookup = vi.spyOn(network, "lookup").mockReturnValue(never.promise);
  const place = { ...PLACE, hostname: "silent.example" };
  const dialled = await dial(place);
  expect(dialled.waitsFor()).toMatch(/name servers/);
  const reason = new Error("the end");
  dialled.end(reason);
  await expect(dialled.result).rejects.toBe(reason);
  expect(opened.size).toBe(0);

  const others = [await dial(place), await dial(place)];
  // It still runs: another one would wait behind it.
  expect(lookup).toHaveBeenCalledTimes(1);
  never.reject(Object.assign(new Error("too late"), { code: "EAI_AGAIN" }));
  for (const { result } of others) await expect(result).rejects.toMatchObject({ code: "EAI_AGAIN" });
  lookup.mockRejectedValue(new Error("again"));
  await expect((await dial(place)).result).rejects.toThrow("again");
});

it("has the plain error for an address, without a lookup", async () => {
  const lookup = vi.spyOn(network, "lookup");
  const dialled = await dial({ hostname: V6, port: 1 });
  fail(V6, "ECONNREFUSED");
  await expect(dialled.result).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await expect(dialled.result).rejects.not.toBeInstanceOf(DialError);
  expect(lookup).not.toHaveBeenCalled();
});

it("does not resolve where a name has no address", async () => {
  resolveTo();
  await expect((await dial()).result).rejects.toMatchObject({ code: "ENOTFOUND" });
});

it.each([
  ["abcdef.onion", /name of Tor/, /socks5h:\/\/127\.0\.0\.1:9050/],
  ["sub.ABCDEF.onion.", /name of Tor/, /socks5h/],
  ["node.i2p", /name of I2P/, /127\.0\.0\.1:4444/],
])("never asks DNS for %s", async (hostname, message, advice) => {
  const lookup = vi.spyOn(network, "lookup");
  const error = await (await dial({ hostname, port: 80 })).result.catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    failure: { reason: "dns", message: expect.stringMatching(message), advice: expect.stringMatching(advice) },
  });
  expect(lookup).not.toHaveBeenCalled();
});

it("starts with the second address in time where the whole dial is short", async () => {
  resolveTo(V6, V4);
  const { result } = await dial(PLACE, undefined, 400);
  await vi.advanceTimersByTimeAsync(39);
  expect([...opened.keys()]).toEqual([V6]);
  await vi.advanceTimersByTimeAsync(1);
  answer(V4);
  await expect(result).resolves.toBe(socketTo(V4));
});
