import { describe, expect, test } from "vitest";
import { printDashboards, printDocuments, printExampleConfig, printRules } from "../../../src/cli/commands/embedded.ts";
import { textOf } from "../../../tools/repository.ts";
import { outcomeOf } from "./support.ts";

describe("docs", () => {
  test("lists all documents, in a pipe with one whole line for each", async () => {
    const { code, out } = await outcomeOf((context) => printDocuments(undefined, context));
    expect(code).toBe(0);
    expect(out).toMatch(/^security +TLS, users, limits$/m);
    expect(out.split("\n").filter((line) => line.startsWith(" "))).toEqual([]);
    expect(out).toMatch(/^P2PNodeDown +A node does not return its peer list\.$/m);
  });

  test("prints one, also by the name of an alert", async () => {
    const { code, out, err } = await outcomeOf((context) => printDocuments("P2PNodeDown", context));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^P2PNodeDown\n=+\n[\s\S]*What to do\n-+\n/);
  });

  test.each([
    ["alertng", 'error: no document named alertng; did you mean "alerting"?\n(see peer-exporter docs)\n'],
    ["../../etc/passwd", "error: no document named ../../etc/passwd\n(see peer-exporter docs)\n"],
    ["http://user:secret@host", "error: no document of that name\n(see peer-exporter docs)\n"],
    ["a\u001b[31m", "error: no document of that name\n(see peer-exporter docs)\n"],
  ])("%j is wrong usage", async (name, error) => {
    expect(await outcomeOf((context) => printDocuments(name, context))).toEqual({ code: 2, out: "", err: error });
  });
});

describe("files for Prometheus, Grafana and the exporter itself", () => {
  test("rules", async () => {
    const printed = async (kind?: "recording" | "alerts") =>
      (await outcomeOf((context) => printRules(kind, context))).out;
    expect(await printed("alerts")).toBe(textOf("prometheus/alerts.yaml"));
    expect(await printed("recording")).toBe(textOf("prometheus/rules.yaml"));
    expect((await printed()).match(/^groups:/gm)).toHaveLength(1);
  });

  test("dashboards", async () => {
    const printed = (name: string | undefined, toImport = false) =>
      outcomeOf((context) => printDashboards({ command: "dashboards", name, toImport }, context));
    const list = await printed(undefined);
    expect(list.out).toMatch(/^peer-exporter-fleet +Overview of all nodes: down, .* or without data\.$/m);
    expect(list.out.trimEnd().split("\n")).toHaveLength(8);
    const one = await printed("peer-exporter-fleet.json");
    expect(await printed("fleet")).toEqual(one);
    expect(one).toEqual({ code: 0, out: textOf("grafana/dashboards/peer-exporter-fleet.json"), err: "" });
    const toImport = await printed("fleet", true);
    expect(toImport).toEqual({ code: 0, out: textOf("grafana/import/peer-exporter-fleet.json"), err: "" });
    expect(await printed("peer-exporter-flet")).toEqual({
      code: 2,
      out: "",
      err: 'error: no dashboard named peer-exporter-flet; did you mean "peer-exporter-fleet"?\n(see peer-exporter dashboards)\n',
    });
  });

  test("example-config", async () => {
    expect((await outcomeOf(printExampleConfig)).out).toBe(textOf("config.example.yaml"));
  });
});
