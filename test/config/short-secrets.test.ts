import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { shortSecrets } from "../../src/config/short-secrets.ts";
import { tempFolder } from "../support/servers.ts";

const folder = tempFolder();
const file = (content: string) => {
  const path = join(folder, `file-${content.length}`);
  writeFileSync(path, content);
  return path;
};

async function shortIn(node: object, rest: object = {}): Promise<readonly string[]> {
  const nodes = [{ name: "a", chain: "wire", url: "http://h", ...node }];
  const result = parseConfig({ nodes, ...rest }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return (await shortSecrets(result.config)).map(({ where, message }) => `${where}: ${message}`);
}

const IS_SHORT = "is too short to be hidden: use at least 6 characters";

test.each<[string, object]>([
  ["auth.basic.password", { auth: { basic: { username: "watcher", password: "pa55w" } } }],
  ["auth.basic.username", { auth: { basic: { username: "watch", password: "pa55wo" } } }],
  ["auth.digest.password_file", { auth: { digest: { username: "watcher", password_file: file("abcde\n") } } }],
  ["auth.bearer.token", { auth: { bearer: { token: "t0ken" } } }],
  ["auth.header.value", { auth: { header: { name: "X", value: "v" } } }],
  ["auth.headers[0].value", { auth: { headers: [{ name: "X", value: "v" }] } }],
  ["auth.cookie_file", { auth: { cookie_file: file("__cookie__:abcde\n") } }],
  ["a secret in url", { url: "http://t0ken@h" }],
  ["a secret in url", { url: "http://watcher:abc@h" }],
  ["a secret in url", { url: "http://h/v1/t0ken" }],
  ["a secret in url", { url: "http://h/?key=t0ken" }],
  ["a secret in proxy_url", { proxy_url: "http://watcher:abcde@h" }],
  ["a secret in wire.chain_url", { wire: { chain_url: "http://h/t0ken" } }],
])("%s of five characters", async (key, node) => {
  expect(await shortIn(node)).toEqual([`a: ${key} ${IS_SHORT}`]);
});

test.each<[string, object]>([
  ["no secret", {}],
  ["a long login of a proxy", { proxy_url: "http://watcher:abcdef@h" }],
  ["words of APIs", { url: "http://h/v1/json_rpc/?format=api" }],
  ["six characters", { auth: { basic: { username: "watche", password_file: file("abcdef\n") } } }],
  ["six bytes", { auth: { bearer: { token: "äöü" } } }],
  ["a user name that everybody uses", { auth: { digest: { username: "wire", password: "abcdef" } } }],
  ["a token beside short words", { url: "http://h/eth/k3yk3y?x=1" }],
  ["a token and no password", { url: "http://t0kent0ken@h" }],
  ["a file that is not there", { auth: { bearer: { token_file: join(folder, "none") } } }],
])("there is no warning about %s", async (_, node) => {
  expect(await shortIn(node)).toEqual([]);
});

test("there is one line for each node, reference and module", async () => {
  const auth = { basic: { username: "u", password: "p" } };
  const rest = {
    references: [{ name: "r", chain: "monero", url: "http://h", auth }],
    probe: { allow: ["h:*"], modules: { m: { chain: "wire", hosts: ["h:*"], auth } } },
  };
  const both = "auth.basic.username and auth.basic.password are too short to be hidden: use at least 6 characters";
  expect(await shortIn({ auth }, rest)).toEqual([`a: ${both}`, `r: ${both}`, `probe.modules.m: ${both}`]);
});
