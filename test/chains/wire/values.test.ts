import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { handshakeTime, parseTime } from "../../../src/chains/wire/values.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("parseTime", () => {
  test.each(["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])("is UTC in %s", (zone) => {
    vi.stubEnv("TZ", zone);
    // The trap is real here: without a Z, JavaScript reads local time.
    const local = Date.parse("2026-01-15T23:30:00.500") / 1000;
    const utc = Date.UTC(2026, 0, 15, 23, 30) / 1000 + 0.5;
    expect(local === utc).toBe(zone === "UTC");
    expect(parseTime("2026-01-15T23:30:00.500")).toBe(utc);
    expect(parseTime("2026-01-15T23:30:00.500Z")).toBe(utc);
    expect(parseTime("2026-01-15T23:30:00")).toBe(utc - 0.5);
  });

  test.each<[unknown]>([
    ["1970-01-01T00:00:00.000"],
    ["1969-12-31T23:59:59.500"],
    ["2026-13-45T99:99:99.000"],
    ["2026-13-01T00:00:00.000"],
    ["2026-00-01T00:00:00.000"],
    ["2026-01-00T00:00:00.000"],
    ["2026-01-32T00:00:00.000"],
    ["2026-01-15T25:30:00.000"],
    ["2026-01-15T23:60:00.000"],
    ["2026-01-15T23:30:60.000"],
    ["0026-01-15T23:30:00.000"],
    ["2026-01-15 23:30:00"],
    ["2026-01-15T23:30:00+02:00"],
    ["now"],
    [""],
    [1_768_519_800],
    [null],
    [undefined],
  ])("%j is not a time", (value) => {
    expect(parseTime(value)).toBeUndefined();
  });
});

test("parseTime reads what Date.parse does", () => {
  const moment = fc.date({ min: new Date("1970-01-02"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(
    fc.property(moment, fc.stringMatching(/^(\.\d{1,9})?Z?$/), (date, rest) => {
      const text = date.toISOString().slice(0, 19) + rest;
      expect(parseTime(text)).toBe(Date.parse(text.endsWith("Z") ? text : `${text}Z`) / 1000);
    }),
  );
});

describe("handshakeTime", () => {
  const time = Date.UTC(2026, 0, 15, 23, 30) / 1000;
  test.each<[string, unknown, number]>([
    ["nanoseconds", "1768519800123456789", time + 0.123],
    ["microseconds (EOSIO/eos issue 8365)", "1768519800123456", time + 0.123],
    ["milliseconds", "1768519800123", time + 0.123],
    ["milliseconds as a number", 1_768_519_800_123, time + 0.123],
    ["seconds", "1768519800", time],
    ["seconds as a number, which fc sends up to 2^32", 1_768_519_800, time],
    ["the largest of 19 digits", "9999999999999999999", 9_999_999_999.999],
  ])("%s", (_, value, seconds) => {
    expect(handshakeTime(value)).toBe(seconds);
  });

  test.each<[unknown]>([
    [0],
    ["0"],
    [""],
    ["17685198001234567890"],
    ["176851980012345678"],
    ["0000000000000000001"],
    ["-768519800123456789"],
    ["1768519800123456.89"],
    // The characters next to the digits.
    ["176851980/"],
    ["176851980:"],
    ["1.768519800123e+18"],
    [1.5],
    [-1_768_519_800],
    [Number.NaN],
    [1e300],
    [true],
    [null],
    [undefined],
    [["1768519800"]],
    ["9".repeat(1_000_000)],
  ])("no time: %j", (value) => {
    expect(handshakeTime(value)).toBeUndefined();
  });
});
