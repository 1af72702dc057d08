import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { PROGRAM, startExporter } from "../support/exporter.ts";
import { startNginx } from "../support/nginx.ts";
import { findServer, freePort, run, waitFor } from "../support/servers.ts";

/** The examples of docs/troubleshooting.md for an exporter below a path of a real nginx. */

const nginx = findServer("nginx", "apt-get install nginx");

const manual = readFileSync(fileURLToPath(new URL("../../docs/troubleshooting.md", import.meta.url)), "utf8");

/** Each configuration of nginx with the flags below it. */
const EXAMPLES = [
  ...manual.matchAll(/```nginx\n(.*?)```\n\n```sh\npeer-exporter --config.file=config.yaml (.*?)\n```/gs),
].map(([, server = "", flags = ""]) => ({ server, flags: flags.split(" ") }));

const PATH = "/peer-exporter";
const NODES = ["--node=a=wire+http://127.0.0.1:1", "--node=b@c:1=monero+http://127.0.0.1:1"];

async function startBehind({ server, flags }: (typeof EXAMPLES)[number]) {
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  const args = [...NODES, ...flags.map((flag) => flag.replace("https://monitoring.example.com", site))];
  const exporter = await startExporter({ args });
  onTestFinished(async () => void (await exporter.stop()));
  const location = server.replace("http://127.0.0.1:10900", exporter.url);
  await startNginx(nginx ?? "", exporter.url, { port, server: location, ready: `${PATH}/-/healthy` });
  return { exporter, site };
}

const HREF = /<a [^>]*href="([^"]*)"/g;
const entities = (text: string) =>
  text.replaceAll("&amp;", "&").replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** Follows every link, and those of every page without a query. */
async function crawl(start: string): Promise<ReadonlyMap<string, number>> {
  const statuses = new Map<string, number>();
  const open = [start];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    const answer = await fetch(url, { redirect: "manual" });
    statuses.set(url, answer.status);
    const body = await answer.text();
    if (!answer.headers.get("content-type")?.startsWith("text/html") || url.includes("?")) continue;
    for (const [, link = ""] of body.matchAll(HREF)) {
      const { origin, href } = new URL(entities(link), url);
      const page = href.replace(/#.*/, "");
      if (origin === new URL(start).origin && !statuses.has(page) && !open.includes(page)) open.push(page);
    }
  }
  return statuses;
}

const targetGroups = z.array(z.object({ targets: z.tuple([z.string()]), labels: z.record(z.string(), z.string()) }));

const healthcheck = async (...flags: readonly string[]) =>
  (await run(process.execPath, [PROGRAM, "healthcheck", ...flags])).stdout;

test("the manual has a proxy that removes the prefix and one that does not", () => {
  expect(EXAMPLES.map(({ server }) => /proxy_pass (.*);/.exec(server)?.[1])).toEqual([
    "http://127.0.0.1:10900",
    "http://127.0.0.1:10900/",
  ]);
});

describe.skipIf(nginx === undefined).each(EXAMPLES)("behind $server", (example) => {
  test("every link, every target of /sd and the health check are right", async () => {
    const { site, exporter } = await startBehind(example);
    const home = `${site}${PATH}/`;
    await waitFor(async () => (await fetch(`${home}-/ready`)).ok, "the first polls");
    const statuses = await crawl(home);
    expect([...statuses].filter(([url, status]) => status !== 200 || !url.startsWith(home))).toEqual([]);
    const pages = [
      "config",
      "dashboards",
      "rules",
      "metrics",
      "sd",
      "-/healthy",
      "-/ready",
      "nodes/a",
      "nodes/b%40c%3A1",
    ];
    for (const page of pages) expect([...statuses.keys()]).toContain(home + page);
    expect([...statuses.keys()]).toContain(`${home}probe?node=b%40c%3A1&debug=true`);

    const groups = targetGroups.parse(await (await fetch(`${home}sd`)).json());
    expect(groups).toHaveLength(2);
    for (const { targets, labels } of groups) {
      const query = new URLSearchParams({ node: labels.__param_node ?? "" });
      const scrape = await fetch(`${labels.__scheme__}://${targets[0]}${labels.__metrics_path__}?${query}`);
      expect([scrape.status, await scrape.text()]).toEqual([200, expect.stringContaining("p2p_node_up{")]);
    }

    // Only flags choose the prefix.
    const forged = { "x-forwarded-prefix": "/evil", "x-forwarded-host": "evil", "x-script-name": "/evil" };
    expect(await (await fetch(home, { headers: forged })).text()).not.toContain("evil");
    expect(await (await fetch(`${home}sd`, { headers: forged })).text()).not.toContain("evil");

    const prefix = example.flags.includes("--web.route-prefix=/") ? "" : PATH;
    const root = await fetch(`${exporter.url}/`, { redirect: "manual" });
    expect([root.status, root.headers.get("location")]).toEqual(prefix === "" ? [200, null] : [302, `${PATH}/`]);
    const address = exporter.url.replace("http://", "--web.listen-address=");
    expect(await healthcheck(address, ...example.flags)).toBe(
      `healthy: ${prefix}/-/healthy of ${address.split("=")[1]} answered\n`,
    );
  });
});
