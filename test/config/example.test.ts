import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { chains } from "../../src/chains/index.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { moduleSchema } from "../../src/config/probe.ts";
import { nodeSchema } from "../../src/config/schema.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { isObject } from "../../src/lib/json.ts";
import { tempFolder } from "../support/servers.ts";
import { ALL_KEYS } from "./schema-keys.ts";

const EXAMPLE = fileURLToPath(new URL("../../config.example.yaml", import.meta.url));
const lines = readFileSync(EXAMPLE, "utf8").split("\n");

type Setting = { readonly first: number; readonly last: number };

const SETTING = /^\s*#(?:\S| {2})/;

/** The settings that are off: from a # without a space behind it to the next line that is no comment. Lines below each other belong together. */
const settings: readonly Setting[] = lines.flatMap((line, first) => {
  if (!/^\s*#\S/.test(line) || SETTING.test(lines[first - 1] ?? "")) return [];
  const length = lines.slice(first).findIndex((next) => !/^\s*#/.test(next));
  return [{ first, last: first + length - 1 }];
});

function withSetting({ first, last }: Setting): string {
  return lines.map((line, index) => (index >= first && index <= last ? line.replace("#", "") : line)).join("\n");
}

/** Paths of the example stand for files that a test can have. */
const folder = tempFolder();
for (const name of ["hash-key", "password", "token"]) writeFileSync(join(folder, name), "0123456789abcdef\n");
const client = createSelfSignedCertificate({ commonName: "client" });
writeFileSync(join(folder, "ca.pem"), client.cert);
writeFileSync(join(folder, "client.crt"), client.cert);
writeFileSync(join(folder, "client.key"), client.key);
writeFileSync(join(folder, "cookie"), "__cookie__:0123456789abcdef\n");
const ENV = { PEER_HASH_KEY: "0123456789abcdef", NODE_PASSWORD: "a", NODE_TOKEN: "b" };

function loadText(text: string): Promise<Config> {
  const file = join(folder, "config.yaml");
  writeFileSync(file, text.replaceAll("/run/secrets/", `${folder}/`));
  return loadConfig({ file, env: ENV });
}

/** `nodes.auth.basic.username`, for every mapping in a document. */
function keysOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, path));
  if (!isObject(value) || path === "nodes.labels" || path === "references" || path === "probe.modules") return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = path === "" ? key : `${path}.${key}`;
    return [own, ...keysOf(item, own)];
  });
}

describe("config.example.yaml", () => {
  test("loads unchanged, without files and environment", async () => {
    const { nodes } = await loadConfig({ file: EXAMPLE, env: {} });
    expect(nodes.map(({ chain }) => chain)).toEqual(["wire", "monero", "chainweb", "bitcoin"]);
  });

  test("values without # are the defaults", async () => {
    const written = await loadConfig({ file: EXAMPLE, env: {} });
    const bare = parseConfig(
      { nodes: written.nodes.map(({ name, chain, url }) => ({ name, chain, url: url.label })) },
      undefined,
    );
    expect(bare.ok).toBe(true);
    const plain = (config: Config) =>
      JSON.parse(
        JSON.stringify({
          ...config,
          nodes: config.nodes.map(({ options, fingerprint, ...node }) => ({ ...node, ...options.values })),
        }),
      );
    if (bare.ok) expect(plain(written)).toEqual(plain(bare.config));
  });

  test("has settings that are off", () => {
    expect(settings.length).toBeGreaterThan(15);
  });

  test.each(
    settings.map(
      (setting) =>
        [
          lines
            .slice(setting.first, setting.last + 1)
            .join("\n")
            .trim(),
          setting,
        ] as const,
    ),
  )("%s", async (_, setting) => {
    const config = await loadText(withSetting(setting));
    // It is not without effect.
    const without = await loadText(lines.join("\n"));
    const plain = ({ connections, lag, probe, nodes, references }: Config) =>
      JSON.stringify([
        connections,
        lag,
        probe,
        [...probe.modules],
        references,
        nodes.map(({ options, fingerprint, ...node }) => [node, fingerprint(), options.values]),
      ]);
    expect(plain(config)).not.toBe(plain(without));
  });

  test("every key of the configuration occurs in it, and no other", () => {
    const texts = [lines.join("\n"), ...settings.map(withSetting)];
    const written = new Set(texts.flatMap((text) => keysOf(parse(text))));
    expect([...written].sort()).toEqual([...ALL_KEYS].filter((key) => !isEmptyBlock(key)).sort());
  });

  test("the modules in it have every key that nodes have not", () => {
    const own = Object.keys(moduleSchema(undefined).shape).filter((key) => !(key in nodeSchema(undefined).shape));
    expect(own).toEqual(["scheme", "hosts"]);
    const modules = settings.map((setting) => parse(withSetting(setting)).probe.modules).find(isObject);
    expect(Object.keys(modules?.gateway ?? {})).toEqual(expect.arrayContaining(own));
  });

  test("is no wider than the code", () => {
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
  });
});

/** The block of a chain that has no settings yet. */
function isEmptyBlock(key: string): boolean {
  const [, block, ...rest] = key.split(".");
  const isChainBlock = Object.values(chains).some(({ optionsKey }) => optionsKey === block);
  return isChainBlock && rest.length === 0 && ![...ALL_KEYS].some((other) => other.startsWith(`${key}.`));
}
