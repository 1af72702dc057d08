import { describe, expect, test } from "vitest";
import { nodesScreen } from "../../../src/cli/commands/nodes-screen.ts";
import { peersScreen } from "../../../src/cli/commands/peers-screen.ts";
import { screenSort } from "../../../src/cli/commands/watch.ts";
import { NODE_COLUMNS, PEER_COLUMNS } from "../../../src/cli/sort-order.ts";
import type { ScreenContent } from "../../../src/lib/text/screen/model.ts";
import { chosenRows } from "../../../src/lib/text/screen/rows.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { failing, head, NOW, peers, report, row } from "../../poll/support.ts";
import { polledNode } from "./support.ts";

/** What `--watch` puts on the screen. */

const VIEW = { style: createStyle(false), isWide: false, nowMs: NOW };
const USUAL = { key: undefined, isReversed: false };

function table(content: ScreenContent, sort: Parameters<typeof chosenRows>[2] = USUAL): readonly string[] {
  const rows = chosenRows(content, "", sort).map((cells) => cells.map(({ text }) => text).join(" "));
  return [content.columns.map(({ title }) => title).join(" "), ...rows];
}

const OLD = row({ id: "old", address: parseAddress("192.0.2.1:1"), ageSeconds: 7200, startSeconds: NOW / 1000 - 7200 });
const NEW = row({
  id: "new",
  address: parseAddress("192.0.2.2:2"),
  startSeconds: NOW / 1000 - 60,
  receivedBytes: 2048,
});
const FIRST = polledNode(report({ head: head(100), peers: peers(NEW, OLD) }), { name: "first" });
const SECOND = polledNode(report({ head: head(100), peers: peers(row({ address: parseAddress("192.0.2.3:3") })) }), {
  name: "second",
});
const DOWN = polledNode(
  report({ peers: failing("connect", { message: "the connection was refused", advice: "start it" }) }),
  { name: "down" },
);
const FAILS = polledNode(report({ peers: peers(), apis: new Map([["bans", failing("rpc")]]) }), { name: "fails" });

describe("peers", () => {
  test("of several nodes are one list, with the names of the nodes", () => {
    const content = peersScreen([FIRST, SECOND, DOWN], VIEW);
    expect(content.summary).toBe("3 nodes, 1 down, 3 peers");
    expect(content.subtitle).toBeUndefined();
    expect(table(content)).toEqual([
      "NODE PEER DIR STATE IN SINCE",
      "first 192.0.2.1:1 in connected - 2h",
      "first 192.0.2.2:2 in connected 2.0 KiB 1m",
      "second 192.0.2.3:3 in connected - -",
    ]);
    expect(content.fixedColumns).toBe(2);
  });

  test("of one node are below its line", () => {
    const content = peersScreen([FIRST], VIEW);
    expect([content.summary, content.subtitle]).toEqual([
      "first",
      expect.stringMatching(/^monero, head 100, .*2 peers/),
    ]);
    expect(table(content)[0]).toBe("PEER DIR STATE IN SINCE");
    expect(content.fixedColumns).toBe(1);
  });

  test("are sorted as --sort does: since from the oldest", () => {
    const sorted = (isReversed: boolean) =>
      table(peersScreen([FIRST], VIEW), screenSort({ column: "since", isReversed })).slice(1);
    expect(sorted(false).map((line) => line.split(" ")[0])).toEqual(["192.0.2.1:1", "192.0.2.2:2"]);
    expect(sorted(true).map((line) => line.split(" ")[0])).toEqual(["192.0.2.2:2", "192.0.2.1:1"]);
  });

  test("-o wide has every column, and cuts none", () => {
    const { columns } = peersScreen([FIRST, SECOND], { ...VIEW, isWide: true });
    expect(columns.map(({ title }) => title)).toContain("TYPE");
    expect(columns.filter(({ shrinksTo }) => shrinksTo !== undefined)).toEqual([]);
  });

  test("a note names the chain where there are several", () => {
    const wire = polledNode(report({ peers: peers(OLD) }), { name: "wire", chain: "antelope" });
    expect(peersScreen([wire], VIEW).note).toMatch(/^HEAD and DIFF as of the last handshake/);
    expect(peersScreen([wire, FIRST], VIEW).note).toMatch(/^antelope: HEAD and DIFF/);
    expect(peersScreen([FIRST], VIEW).note).toBeUndefined();
  });
});

test("nodes are one line each, the worst first where they are sorted by state", () => {
  const content = nodesScreen([FIRST, FAILS, DOWN], VIEW);
  expect(content.summary).toBe("3 nodes, 1 down, 1 degraded");
  expect(table(content)[0]).toBe("NAME STATE ROLE CHAIN PEERS HEAD LAG AGE VERSION CAUSE");
  const sorted = table(content, screenSort({ column: "state", isReversed: false })).slice(1);
  expect(sorted.map((line) => line.split(" ")[0])).toEqual(["down", "fails", "first"]);
});

test("failing nodes are there with their causes, those that are down first", () => {
  const { troubles } = peersScreen([FIRST, FAILS, DOWN], VIEW);
  expect(troubles.map(({ name, state }) => `${name} ${state}`)).toEqual(["down DOWN", "fails FAILS"]);
  expect(troubles[0]?.texts).toEqual(["peers connect: the connection was refused", "\u2192 start it"]);
});

test("every column of --sort is a column of the screen", () => {
  const keys = ({ columns }: ScreenContent) => columns.map(({ key }) => key);
  expect(keys(peersScreen([FIRST], { ...VIEW, isWide: true }))).toEqual(
    expect.arrayContaining(["peer", "in", "since"]),
  );
  expect(keys(nodesScreen([FIRST], { ...VIEW, isWide: true }))).toEqual(expect.arrayContaining([...NODE_COLUMNS]));
  expect(PEER_COLUMNS).toEqual(expect.arrayContaining(keys(peersScreen([FIRST], VIEW))));
});
