import { expect, test } from "vitest";
import { ALL_KEYS } from "./schema-keys.ts";
import { HARMLESS_KEYS, SECRET_FILE_KEYS, SECRET_KEYS, URL_KEYS } from "./secret-keys.ts";

test("of every key of the configuration it is said whether it holds a secret", () => {
  const known = [...HARMLESS_KEYS, ...SECRET_KEYS, ...SECRET_FILE_KEYS, ...URL_KEYS];
  expect(known.sort()).toEqual([...ALL_KEYS].sort());
});

test("keys that hold secrets", () => {
  expect(SECRET_KEYS).toEqual([
    "connections.hash_key",
    "nodes.auth.basic.password",
    "nodes.auth.digest.password",
    "nodes.auth.bearer.token",
    "nodes.auth.header.value",
    "nodes.auth.headers.value",
    "nodes.connections.hash_key",
  ]);
  expect(URL_KEYS).toEqual([
    "global.proxy_url",
    "nodes.url",
    "nodes.proxy_url",
    "nodes.wire.chain_url",
    "nodes.wire.prometheus_url",
    "nodes.chainweb.service_url",
  ]);
});
