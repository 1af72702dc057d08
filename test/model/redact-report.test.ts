import { describe, expect, test } from "vitest";
import { createHide } from "../../src/lib/hide.ts";
import { nodeError } from "../../src/model/failure.ts";
import { redactError, redactReport } from "../../src/model/redact-report.ts";
import { failed, type NodeReport, type PeerConnection, succeeded } from "../../src/model/report.ts";
import { growthOf, LINEAR } from "../support/growth.ts";

const SECRET = "hunter2hunter2";
const hide = createHide([SECRET], "<secret>");

const family = { name: "p2p_x", type: "gauge", help: "x", source: "x", labels: ["l"] } as const;

function peer(fields: Partial<PeerConnection>): PeerConnection {
  return { id: "1", direction: "inbound", address: { host: "10.0.0.1", type: "ipv4" }, ...fields };
}

function report(connections: readonly PeerConnection[], rest: Partial<NodeReport> = {}): NodeReport {
  return {
    identity: {},
    peers: succeeded({ connections, malformed: 0 }),
    head: succeeded({ height: 1 }),
    apis: new Map(),
    chainSamples: [],
    syncing: "unknown",
    minBlockSeconds: 0,
    ...rest,
  };
}

const failure = (message: string) => failed({ reason: "rpc", message, advice: "none" });

describe("what a node repeats of its credentials", () => {
  test.each<[string, (text: string) => NodeReport]>([
    ["its version", (version) => report([], { identity: { version } })],
    ["its network", (network) => report([], { identity: { network } })],
    ["its chain id", (chainId) => report([], { identity: { chainId } })],
    ["its network, as the log names it", (networkKey) => report([], { networkKey })],
    ["the peers' failure", (text) => report([], { peers: failure(text) })],
    ["the head's failure", (text) => report([], { head: failure(text) })],
    ["the totals' failure", (text) => report([], { totals: failure(text) })],
    ["a part's failure", (text) => report([], { apis: new Map([["extra", failure(text)]]) })],
    ["a fact", (text) => report([], { chainSamples: [{ family, labels: [text], value: 1 }] })],
    ["an agent", (agent) => report([peer({}), peer({ agent })])],
    ["an address", (host) => report([peer({}), peer({ address: { host, type: "unknown" } })])],
    ["the suffix of one", (suffix) => report([peer({ address: { host: "h", type: "unknown", suffix } })])],
    ["a peer's chain id", (chainId) => report([peer({ chainId })])],
    ["a label of a peer's info", (text) => report([peer({}), peer({ info: { family, labels: ["true", text] } })])],
  ])("is taken out of %s", (_, make) => {
    expect(redactReport(make(`a ${SECRET} b`), hide)).toEqual(make("a <secret> b"));
    expect(redactReport(make(`a ${Buffer.from(SECRET).toString("hex")} b`), hide)).toEqual(make("a <secret> b"));
    const same = make("a b");
    expect(redactReport(same, hide)).toBe(same);
  });

  test("keeps the chain of the software, which is a name of this program", () => {
    const given = report([], { identity: { version: SECRET, chain: "litecoin" } });
    expect(redactReport(given, hide).identity).toMatchObject({ version: "<secret>", chain: "litecoin" });
  });

  test("makes a hash of a block none", () => {
    const secret = "0123456789abcdef".repeat(4);
    const other = { height: 2, hash: "ab".repeat(32) };
    const given = report([], { blocks: [{ height: 1, hash: secret }, other] });
    expect(redactReport(given, createHide([secret], "<secret>")).blocks).toEqual([other]);
    expect(redactReport(given, hide)).toBe(given);
  });

  test("is taken out of the error of a whole poll", () => {
    expect(redactError(nodeError("rpc", SECRET, "none"), hide)).toMatchObject({
      failure: { message: "<secret>" },
    });
  });

  test("is not made up of two texts", () => {
    const halves = report([peer({ agent: "hunter2" }), peer({ agent: "hunter2" })]);
    expect(redactReport(halves, hide)).toBe(halves);
  });
});

describe("however much it is,", () => {
  test("a text is cut, and nothing of a secret stays at the cut", () => {
    const long = (before: number) =>
      report([], { identity: { version: "x".repeat(before) + SECRET + "y".repeat(1e6) } });
    for (const before of [0, 1000, 1012, 1020, 1023, 1024, 5000]) {
      const { version = "" } = redactReport(long(before), hide).identity;
      expect(version.length).toBeLessThanOrEqual(1025);
      expect(version).not.toContain("h");
    }
  });

  /** What the peers say, with how often something was looked for, in characters. */
  function cleaned(texts: readonly string[]) {
    let looked = 0;
    const counted = (text: string) => {
      looked += text.length;
      return hide(text);
    };
    const { peers } = redactReport(report(texts.map((agent) => peer({ agent }))), counted);
    return { looked, agents: peers.ok ? peers.value.connections.map(({ agent }) => agent) : [] };
  }

  test("thousands of texts with many repetitions each are searched only in part (this took 300 ms)", () => {
    const dense = (index: number) => SECRET.repeat(70) + index;
    const { agents, looked } = cleaned(Array.from({ length: 2900 }, (_, index) => dense(index)));
    expect(agents[0]).toBe("<secret>0");
    expect(new Set(agents.slice(20))).toEqual(new Set(["<withheld>"]));
    expect(looked).toBeLessThan(64 * 1024);
  });

  test("one in thousands of plain texts is found, and the others stay", () => {
    const plain = Array.from({ length: 3000 }, (_, index) => `agent ${index}`.padEnd(100, "x"));
    const { agents } = cleaned([...plain, SECRET]);
    expect(agents).toEqual([...plain, "<secret>"]);
  });

  test("texts are withheld where they are more than any node sends", () => {
    const { agents, looked } = cleaned(Array.from({ length: 2900 }, (_, index) => `${index}`.padStart(1000, "x")));
    expect(agents[0]).toBe("0".padStart(1000, "x"));
    expect(agents.at(-1)).toBe("<withheld>");
    expect(looked).toBeLessThanOrEqual(512 * 1024);
  });

  test("hexadecimal with something between its bytes is withheld as escapes are", () => {
    const { agents } = cleaned(Array.from({ length: 1000 }, (_, index) => `61:62:63:64:65:66 ${index}`));
    expect(agents.at(-1)).toBe("<withheld>");
    expect(cleaned(["fe80::12:34:56:78:9a"]).agents).toEqual(["fe80::12:34:56:78:9a"]);
  });

  test("texts with escapes are withheld where they are more than any node sends", () => {
    const peers = Array.from({ length: 1000 }, () => peer({ agent: "%41".repeat(30) }));
    const cleaned = redactReport(report([...peers, peer({ agent: `plain ${SECRET}` })]), hide);
    const agents = cleaned.peers.ok ? cleaned.peers.value.connections.map(({ agent }) => agent) : [];
    expect(agents.slice(0, 100)).toEqual(peers.slice(0, 100).map(({ agent }) => agent));
    expect(agents.at(-2)).toBe("<withheld>");
    expect(agents.at(-1)).toBe("plain <secret>");
  });

  test.each(["%41", "\\u0041", "&#65;", "h", "hunter2", "61:", "QUFB\n"])("%j is searched once", (part) => {
    const growth = growthOf(
      (length) => {
        const agents = Array.from({ length: length / 64 }, () => peer({ agent: part.repeat(20) }));
        redactReport(report(agents), hide);
      },
      { most: 2 ** 13 },
    );
    expect(growth).toBeLessThan(LINEAR);
  });
});
