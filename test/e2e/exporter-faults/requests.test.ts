import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { faultOf } from "../../../tools/faults/exporter-faults.ts";
import { lonelyWire } from "../../support/fake-node.ts";
import { startFaultyExporter } from "../../support/faulty-exporter.ts";
import { waitFor } from "../../support/servers.ts";
import { fakeNode, polls } from "./support.ts";

/** Requests that no well-meaning client sends. */

/** Sends bytes from 127.0.0.3 and gives what comes back until the connection ends. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.3" });
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
    socket.write(bytes, "latin1");
  });
}

test(faultOf("twoHosts").fault, async () => {
  const node = await fakeNode(lonelyWire);
  const { port, page } = await startFaultyExporter({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
  const ask = (headers: readonly string[], line = "GET /metrics HTTP/1.1") =>
    exchange(port, `${[line, ...headers, "Connection: close"].join("\r\n")}\r\n\r\n`);
  const host = `Host: 127.0.0.1:${port}`;
  for (const headers of [
    [host, host],
    [host, "hOsT: stranger.example"],
    ["Host: stranger.example, 127.0.0.1"],
    ["Host: user@127.0.0.1"],
    ["Host:"],
    [],
    [host, "Content-Length: 0", "Content-Length: 0"],
    [host, "Content-Length: 0", "Transfer-Encoding: chunked"],
    [host, "Authorization: Basic YTph", "Authorization: Basic Yjpi"],
    [host, "A: b", " c: d"],
  ]) {
    expect([headers, await ask(headers)]).toEqual([headers, expect.stringMatching(/^HTTP\/1\.1 400 Bad Request\r\n/)]);
  }
  expect(await ask([host, host], "POST /-/reload HTTP/1.1")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await ask([host, host], "GET /-/healthy HTTP/1.0")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await ask([host])).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  await page();
});

describe(faultOf("probeLoop").fault, () => {
  /** Asks for the same again and again for so long, ten clients at a time, and gives how often it was answered. */
  async function loop(url: string, milliseconds: number): Promise<number> {
    let answers = 0;
    const end = performance.now() + milliseconds;
    const client = async () => {
      while (performance.now() < end) {
        const answer = await fetch(url);
        await answer.text();
        expect(answer.status).toBe(200);
        answers += 1;
      }
    };
    await Promise.all(Array.from({ length: 10 }, client));
    return answers;
  }

  test("a configured node", async () => {
    const node = await fakeNode(lonelyWire);
    const exporter = await startFaultyExporter({
      nodes: [{ name: "one", chain: "wire", url: node.url, schedule: "0 0 1 1 *" }],
    });
    const count = async () => polls(await exporter.page(), "one") ?? 0;
    await waitFor(async () => (await count()) === 1, "the first poll", exporter);
    const url = `${exporter.url}/probe?node=one`;
    expect(await loop(url, 500)).toBeGreaterThan(10);
    expect(await count()).toBe(1);
    const reported = await (await fetch(`${url}&debug=true`)).text();
    expect(reported).toMatch(/^shared: the poll below ended \d+\w+ ago; .*\n\npeers: success\n/);
  });

  test("a target that a module allows", async () => {
    const node = await fakeNode(lonelyWire);
    const target = await fakeNode(lonelyWire);
    const exporter = await startFaultyExporter({
      nodes: [{ name: "one", chain: "wire", url: node.url, interval: "1h" }],
      config: { probe: { allow: ["127.0.0.1:*"], modules: { wire: { chain: "wire" } } } },
    });
    const url = `${exporter.url}/probe?module=wire&target=127.0.0.1:${target.port}`;
    await (await fetch(url)).text();
    const ofOnePoll = target.requests.length;
    const began = performance.now();
    const answers = await loop(url, 1500);
    const seconds = (performance.now() - began) / 1000;
    expect(answers).toBeGreaterThan(10);
    expect(target.requests.length / ofOnePoll).toBeLessThanOrEqual(2 + seconds);
  });
});
