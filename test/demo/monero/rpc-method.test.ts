import { expect, test } from "vitest";
import { started } from "./support.ts";

const { call, raw } = started();

test("results are written as epee writes them", () => {
  const text = raw("healthy", "get_connections").body.toString();
  expect(text).toMatch(
    /^\{\r\n {2}"id": "0",\r\n {2}"jsonrpc": "2.0",\r\n {2}"result": \{\r\n {4}"connections": \[\{\r\n {6}"address": /,
  );
  expect(text).toMatch(/\r\n {4}\},\{\r\n {6}"address"/);
  expect(text).toMatch(/\r\n {4}\}\],\r\n {4}"status": "OK",\r\n {4}"untrusted": false\r\n {2}\}\r\n\}$/);
});

test("empty lists are left out", () => {
  expect(call("healthy", "get_bans")).toHaveProperty("bans");
  expect(call("lagging", "get_bans")).toEqual({ status: "OK", untrusted: false });
  expect(call("lagging", "get_alternate_chains")).toEqual({ status: "OK", untrusted: false });
});
