import { expect, test } from "vitest";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { groupByCause, shortCause } from "../../../src/server/pages/causes.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import type { AssessedNode } from "../../../src/server/pages/troubles.ts";
import { failing, head, nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";
import { assessedAt, down, well } from "./support.ts";

const at = (index: number) => ({ name: `n${index}`, url: parseNodeUrl(`http://192.0.2.${index}:18081`) });
const refused = (index: number, message = "the connection was refused") =>
  down(at(index), "connect", {
    message: `get_connections at http://192.0.2.${index}:18081: ${message}`,
    advice: `check that 192.0.2.${index}:18081 listens`,
  });
const restricted = (index: number) =>
  down(at(index), "unavailable", {
    message: `get_connections at http://192.0.2.${index}:18081: expected the unrestricted RPC`,
    advice: "restricted RPC hides the peers",
  });

/** The groups: head, and the names with what the head does not say. */
function groups(nodes: readonly AssessedNode[]) {
  const { ordered, groupOf } = groupByCause(nodes, "");
  const text = (html: string) =>
    html
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim();
  const found = new Map<string, string[]>();
  for (const each of ordered) {
    const group = groupOf(each);
    const title = group === undefined ? "" : `${group.className}: ${text(htmlOf(group.head))}`;
    const own = group === undefined ? "" : text(htmlOf(group.ownText(each)));
    found.set(title, [...(found.get(title) ?? []), `${each.node.name} ${own}`.trim()]);
  }
  return [...found];
}

test("nodes with the same cause share its text, and keep their addresses", () => {
  const nodes = [well(at(9)), restricted(1), refused(2), restricted(3), refused(4), refused(5)];
  expect(groups(nodes)).toEqual([
    [
      "down: 3 nodes down: no connection peers: connect the connection was refused check that \u2026 listens",
      [2, 4, 5].map((index) => `n${index} http://192.0.2.${index}:18081`),
    ],
    [
      "down: 2 nodes down: restricted RPC peers: unavailable expected the unrestricted RPC restricted RPC hides the peers",
      [1, 3].map((index) => `n${index} http://192.0.2.${index}:18081`),
    ],
    ["up: 1 node up", ["n9"]],
  ]);
});

test("one node has all of its message in the head", () => {
  expect(groups([refused(7)])).toEqual([
    [
      "down: 1 node down: no connection peers: connect get_connections at http://192.0.2.7:18081: the connection was refused check that 192.0.2.7:18081 listens",
      ["n7"],
    ],
  ]);
});

test("messages that differ stay with their nodes", () => {
  expect(groups([refused(1), refused(2, "the host is unreachable")])).toEqual([
    [
      "down: 2 nodes down: no connection peers: connect check that \u2026 listens",
      [
        "n1 get_connections at http://192.0.2.1:18081: the connection was refused",
        "n2 get_connections at http://192.0.2.2:18081: the host is unreachable",
      ],
    ],
  ]);
});

test("troubles without a failure lead to the runbook of their alert; a fleet that is well has no groups", () => {
  const alone = assessedAt(stateAfter(report({ peers: peers() }), { node: nodeConfig(at(1)) }));
  const { groupOf } = groupByCause([alone, well(at(2))], "/prefix");
  expect(htmlOf(groupOf(alone)?.head ?? failNow())).toBe(
    '<b>1 node without peers</b> <a href="/prefix/docs/runbooks/P2PNodeNoPeers">what to do</a>',
  );
  expect(groups([well(at(1)), well(at(2))])).toEqual([["", ["n1", "n2"]]]);
});

test("texts of nodes become no markup", () => {
  const hostile = (index: number) =>
    down({ ...at(index), name: "<b>" }, "rpc", { message: `<script>${index}</script>`, advice: "<img src=x>" });
  const [one, other] = [hostile(1), hostile(2)];
  const { groupOf } = groupByCause([one, other], "");
  const group = groupOf(one) ?? failNow();
  const html = [group.head, group.ownText(one), group.ownText(other)].map(htmlOf).join("");
  expect(html).toContain("&#60;script&#62;2");
  expect(html).not.toMatch(/<(script|img)/);
});

test("the short cause is that of the worst trouble", () => {
  const degraded = assessedAt(stateAfter(report({ peers: peers(row()), head: failing("timeout") })));
  const alone = assessedAt(stateAfter(report({ peers: peers(), head: failing("timeout") })));
  expect([degraded, alone, restricted(1), refused(1), well()].map(shortCause)).toEqual([
    ...["no response in time", undefined, "restricted RPC", "no connection", undefined],
  ]);
  expect(shortCause(assessedAt(stateAfter(report({ peers: peers(row()), head: head(1) }))))).toBeUndefined();
});

function failNow(): never {
  throw new Error("expected a group");
}
