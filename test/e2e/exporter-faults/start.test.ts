import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../../reliability/exporter-catalogue.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { find } from "../../support/exposition-parser.ts";
import { startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { run, tempFolder } from "../../support/servers.ts";
import { exitsWith, failures, fakeNode, OFTEN, pageWhere, up } from "./support.ts";

/** The real program cannot start, or meets a bug of its own. */

describe("it cannot start", () => {
  test(faultOf("portInUse").fault, async () => {
    const { port, url } = await fakeNode(wireWith(1));
    const args = [`--node=one=wire+${url}`, `--web.listen-address=127.0.0.1:${port}`];
    const { code, output } = await run(process.execPath, [PROGRAM, ...args]);
    expect(code).toBe(1);
    expect(JSON.parse(output).msg).toMatch(logPattern("portInUse"));
  });

  test(faultOf("configUnreadable").fault, async () => {
    const file = join(tempFolder(), "none.yaml");
    const { code, output } = await run(process.execPath, [PROGRAM, `--config.file=${file}`]);
    expect(code).toBe(1);
    expect(output.split("\n")[0]).toMatch(logPattern("configUnreadable"));
    expect(output).toContain(file);
  });
});

test(faultOf("internalError").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "one", chain: "wire", url: node.url }],
    config: OFTEN,
    preload: "bug.mjs",
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  exporter.signal("SIGUSR2");
  const page = await pageWhere(exporter, (now) => failures(now, "one", "internal") > 0, "the bug");
  expect(up(page, "one")).toBe(0);
  expect(find(page, "p2p_node_peers", { target: "one" })).toEqual([]);
  exporter.signal("SIGUSR2");
  await pageWhere(exporter, (now) => up(now, "one") === 1, "the node to be up again");
  exporter.signal("SIGTERM");
  await exitsWith(exporter.program, 0, 5000);
  const output = exporter.program.output();
  expect(output).toMatch(/"reason":"internal".*planted: http:\/\/127\.0\.0\.1.*at attempt/);
  expect(output).not.toContain("s3cret");
});
