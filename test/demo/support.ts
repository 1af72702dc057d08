import type { Clock } from "../../src/demo/clock.ts";
import type { DemoRequest, DemoResponse } from "../../src/demo/http.ts";

/** A clock that stands still until a test moves it. */
export type TestClock = Clock & { advance(seconds: number): void; moveTo(elapsed: number): void };

export function testClock(startedAt = Date.UTC(2026, 10, 20, 12, 0, 5) / 1000): TestClock {
  let now = startedAt;
  return {
    startedAt,
    speed: 1,
    now: () => now,
    advance(seconds) {
      now += seconds;
    },
    moveTo(elapsed) {
      now = startedAt + elapsed;
    },
  };
}

/** A request as a client of the node at 127.0.0.1:8888 sends it. */
export function request(target: string, overrides: Partial<DemoRequest> = {}): DemoRequest {
  return {
    method: "GET",
    target,
    headers: { host: "127.0.0.1:8888" },
    body: "",
    local: { host: "127.0.0.1", port: 8888 },
    remote: { host: "127.0.0.1", port: 50_000 },
    ...overrides,
  };
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** An object in a response; tests check its values. */
export type Fields = { readonly [key: string]: Json | undefined };

export function json(response: Pick<DemoResponse, "body">): unknown {
  return JSON.parse(response.body.toString());
}

export function fields(value: unknown): Fields {
  if (!isFields(value)) throw new TypeError(`not an object: ${JSON.stringify(value)}`);
  return value;
}

export function rows(value: unknown): Fields[] {
  if (!Array.isArray(value)) throw new TypeError(`not a list: ${JSON.stringify(value)}`);
  return value.map(fields);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tries until `check` passes, then returns what it returned. */
export async function eventually<T>(check: () => Promise<T | undefined> | T | undefined, ms = 4000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error("the condition never became true");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
