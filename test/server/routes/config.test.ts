import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../src/config/parse.ts";
import { setUp } from "../support.ts";

function configWith(url: string) {
  const result = parseConfig({ nodes: [{ name: "a", chain: "wire", url }] }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

test("/config shows the configuration of this moment, which no cache keeps", async () => {
  let config = configWith("http://first:1");
  const { server } = setUp({ config: () => config });
  const before = await server.inject("/config");
  expect(before).toMatchObject({
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
  expect(parse(before.body).nodes).toMatchObject([{ name: "a", url: "http://first:1" }]);

  config = configWith("http://second:2/t0ken");
  const after = await server.inject("/config");
  expect(parse(after.body).nodes).toMatchObject([{ url: "http://second:2" }]);
  expect(after.body).not.toContain("t0ken");
});
