import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { secretWarnings } from "../../src/config/secret-warnings.ts";
import { tempFolder } from "../support/servers.ts";

const folder = tempFolder();

/** The path of a file with this content. */
function file(content: string): string {
  const path = join(folder, Buffer.from(content).toString("hex"));
  writeFileSync(path, content);
  return path;
}

async function warnings(node: object, rest: object = {}): Promise<readonly string[]> {
  const nodes = [{ name: "a", chain: "wire", url: "http://h", ...node }];
  const result = parseConfig({ nodes, ...rest }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return (await secretWarnings(result.config)).map(({ where, message }) => `${where}: ${message}`);
}

const bearer = (token: string) => ({ bearer: { token } });
const basic = (password: string) => ({ basic: { username: "watcher", password } });
const headers = (value: string) => ({
  headers: [
    { name: "X-First", value: "abcdefgh" },
    { name: "X-Key", value },
  ],
});

const BLANK = "consists of white space";
const BLANK_AT_END = "begins or ends with white space, which is a part of it: remove it";
const QUOTES = "is in quotes, which are a part of it: remove them";
const adds = (word: string, what: string) =>
  `begins with ${JSON.stringify(word)}, which the exporter adds itself: write ${what} only`;

test.each<[object, string]>([
  [bearer("Bearer c4narytoken"), `auth.bearer.token ${adds("Bearer ", "the token")}`],
  [bearer("  bearer  c4narytoken"), `auth.bearer.token ${adds("Bearer ", "the token")}`],
  [bearer("Authorization: Bearer c4nary"), `auth.bearer.token ${adds("Authorization:", "the token")}`],
  [
    { bearer: { token_file: file("\ufeffBEARER c4narytoken\r\n\n") } },
    `auth.bearer.token_file ${adds("Bearer ", "the token")}`,
  ],
  [basic("Basic d2F0Y2hlcjpjNG5hcnk="), `auth.basic.password ${adds("Basic ", "the password")}`],
  [basic("watcher:c4nary"), "auth.basic.password begins with the user name and a colon: write the password only"],
  [
    { digest: { username: "watcher", password_file: file("Digest c4nary") } },
    `auth.digest.password_file ${adds("Digest ", "the password")}`,
  ],
  [headers("x-key: c4nary"), `auth.headers[1].value ${adds("X-Key:", "the value")}`],
  [{ header: { name: "X-Key", value: "X-Key:c4nary" } }, `auth.header.value ${adds("X-Key:", "the value")}`],
  [bearer(" \t  \u00a0 "), `auth.bearer.token ${BLANK}`],
  [basic("c4narytoken "), `auth.basic.password ${BLANK_AT_END}`],
  [basic("\u200bc4narytoken"), `auth.basic.password ${BLANK_AT_END}`],
  [headers("c4narytoken\u00a0"), `auth.headers[1].value ${BLANK_AT_END}`],
  [bearer("Token c4narytoken"), "auth.bearer.token has white space inside, as no bearer token has"],
  [bearer('"c4narytoken"'), `auth.bearer.token ${QUOTES}`],
  [{ bearer: { token_file: file("'c4narytoken'\n") } }, `auth.bearer.token_file ${QUOTES}`],
  [{ cookie_file: file('a:"c4nary"') }, `auth.cookie_file ${QUOTES}`],
  [{ cookie_file: file("a:c4naryt ") }, `auth.cookie_file ${BLANK_AT_END}`],
  [{ cookie_file: join(folder, "none") }, "auth.cookie_file cannot be read yet: the node writes it when it starts"],
])("%j", async (auth, expected) => {
  const found = await warnings({ auth });
  expect(found).toEqual([`a: ${expected}`]);
  expect(found.join()).not.toContain("c4n");
});

test.each<[object]>([
  [bearer("c4narytoken\n\n")],
  [bearer("bearer-c4nary")],
  [bearer(`"c4nary`)],
  [basic("basically c4nary")],
  [basic("other:c4nary")],
  [basic("c4 nary")],
  [headers("Bearer c4nary")],
  [{ header: { name: "Authorization", value: "Bearer c4nary" } }],
  [{ cookie_file: file("__cookie__:c4nary\n") }],
])("there is no warning about %j", async (auth) => {
  expect(await warnings({ auth })).toEqual([]);
});

test("there is one for each secret of nodes, references and modules, and of short ones", async () => {
  const auth = { ...bearer("Bearer c4nary"), headers: [{ name: "X", value: "a " }] };
  const rest = {
    references: [{ name: "r", chain: "monero", url: "http://u:c4narypassword@h", auth: { headers: auth.headers } }],
    probe: { allow: ["h:*"], modules: { m: { chain: "wire", hosts: ["h:*"], auth } } },
  };
  const short = "auth.headers[0].value is too short to be hidden: use at least 6 characters";
  const token = `auth.bearer.token ${adds("Bearer ", "the token")}`;
  const value = `auth.headers[0].value ${BLANK_AT_END}`;
  expect(await warnings({ auth }, rest)).toEqual([
    ...[`a: ${short}`, expect.stringMatching(/^r: auth.headers.* and a secret in url are too short/)],
    ...[`probe.modules.m: ${short}`, `a: ${token}`, `a: ${value}`, `r: ${value}`],
    ...[`probe.modules.m: ${token}`, `probe.modules.m: ${value}`],
  ]);
});
