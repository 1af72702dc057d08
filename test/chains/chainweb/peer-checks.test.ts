import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { NodeTarget } from "../../../src/chains/adapter.ts";
import type { Candidate } from "../../../src/chains/chainweb/check-peer.ts";
import {
  createPeerChecker,
  type ListedPeers,
  type PeerChecker,
  type PeerCheckOptions,
  rotated,
} from "../../../src/chains/chainweb/peer-checks.ts";
import type { Signal } from "../../../src/lib/abort.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { Resolve } from "../../../src/rpc/address-filter.ts";
import { failureIn, jsonReply, memoryClient, type Reply, valueIn } from "../support.ts";
import { candidate, cutBody, hashOf } from "./support.ts";

const PATIENCE = new AbortController().signal;
const SECOND = 1000;

/** Peers of the network at 1.0.0.1, 1.0.0.2, … */
function peers(count: number): readonly Candidate[] {
  return Array.from({ length: count }, (_, index) => candidate(`1.0.0.${index + 1}`, 1789, hashOf(`peer ${index}`)));
}

function listed(all: readonly Candidate[]): ListedPeers {
  return {
    list: { connections: all.map(({ peer }) => peer), malformed: 0 },
    identities: new Map(all.map(({ peer, identity }) => [peer.id, identity])),
  };
}

type Behaviour = Partial<PeerCheckOptions> & {
  /** What the peer at an address answers; by default that it is at height 7. */
  readonly answer?: (address: string) => Reply | Promise<Reply>;
  readonly resolve?: Resolve;
  readonly isProxied?: NodeTarget["isProxied"];
};

/** A prober whose peers answer without a network; `asked` are the addresses that it dialled. */
function prober({ answer = () => cut(7), resolve = noLookUp, isProxied, ...options }: Behaviour = {}) {
  const asked: string[] = [];
  let open = 0;
  let most = 0;
  const connectUntrusted: NodeTarget["connectUntrusted"] = ({ url }) => {
    asked.push(url.hostname);
    open += 1;
    most = Math.max(most, open);
    const client = memoryClient(() => ({}), url.label);
    return {
      ...client,
      request: async (request, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        const reply = await Promise.race([answer(url.hostname), end(signal)]);
        return memoryClient(() => reply).request(request, signal);
      },
      close: async () => {
        open -= 1;
      },
    };
  };
  const probe = { peers: 4, timeout: 4 * SECOND, concurrency: 4, allow: [], ...options };
  const target = { name: "node", connectUntrusted, isProxied };
  const made = createPeerChecker(target, { network: "mainnet01", ...probe }, resolve);
  return { prober: made, asked, open: () => open, most: () => most };
}

/** As the real client ends a request with its signal. */
function end(signal: Signal): Promise<never> {
  const late = nodeError("timeout", "no complete response in time", "");
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(late), { once: true }));
}

const noLookUp: Resolve = () => Promise.reject(new Error("no name here"));

function cut(...heights: number[]): Reply {
  return { ...jsonReply(cutBody(heights)), headers: { "x-chainweb-node-version": "3.2" } };
}

/** The samples of a round by family and label, and its heads by height. */
async function round(of: PeerChecker, all: readonly Candidate[], budgetMs = 10 * SECOND) {
  const { chainSamples, heads } = valueIn(await of.round(listed(all), budgetMs, PATIENCE));
  return {
    samples: Object.fromEntries(
      chainSamples.map(({ family, labels, value }) => [
        [family.name.replace("p2p_chainweb_", ""), ...labels].join(" "),
        value,
      ]),
    ),
    heads: heads.map(({ height }) => height).sort(),
  };
}

test("some peers are asked, and counted", async () => {
  const made = prober({ answer: (address) => (address === "1.0.0.2" ? { status: 503 } : cut(7, 8)) });
  expect(await round(made.prober, peers(3))).toEqual({
    samples: { probed_peers: 3, reachable_peers: 2, probe_refused_peers: 0, "reachable_peers_by_version 3.2": 2 },
    heads: [15, 15],
  });
  expect([[...made.asked].sort(), made.open()]).toEqual([["1.0.0.1", "1.0.0.2", "1.0.0.3"], 0]);
});

test("without peers to ask, the counts are 0", async () => {
  expect(await round(prober().prober, [])).toEqual({
    samples: { probed_peers: 0, reachable_peers: 0, probe_refused_peers: 0 },
    heads: [],
  });
});

describe("the turns", () => {
  test("all peers in as few rounds as possible, then again in the same order", async () => {
    const made = prober();
    for (let rounds = 0; rounds < 6; rounds++) await round(made.prober, peers(12));
    expect(new Set(made.asked.slice(0, 12)).size).toBe(12);
    expect(made.asked.slice(12)).toEqual(made.asked.slice(0, 12));
  });

  test("asks at most so many peers at the same time", async () => {
    const made = prober({ peers: 50, concurrency: 3 });
    await round(made.prober, peers(20));
    expect([made.asked.length, made.most()]).toEqual([20, 3]);
  });

  test("a peer with a forbidden address does not count", async () => {
    const made = prober({ peers: 3 });
    const refused = Array.from({ length: 30 }, (_, index) => candidate(`10.0.0.${index}`, 1789, hashOf(`${index}`)));
    const { samples } = await round(made.prober, [...refused, ...peers(3)]);
    expect(samples).toMatchObject({ probed_peers: 3, reachable_peers: 3 });
    expect(samples.probe_refused_peers).toBeGreaterThan(0);
    expect([...made.asked].sort()).toEqual(["1.0.0.1", "1.0.0.2", "1.0.0.3"]);
  });

  test("a peer that is refused after a lookup counts, so that names do not cause hundreds of lookups", async () => {
    const looked: string[] = [];
    const resolve: Resolve = async (name) => {
      looked.push(name);
      return ["10.0.0.1"];
    };
    const made = prober({ peers: 3, resolve });
    const named = Array.from({ length: 30 }, (_, index) => candidate(`n${index}.test`, 1789, null));
    expect((await round(made.prober, named)).samples).toMatchObject({ probed_peers: 0, probe_refused_peers: 3 });
    expect([looked.length, made.asked]).toEqual([3, []]);
  });

  test("behind a proxy names are neither looked up nor asked, addresses are", async () => {
    const looked: string[] = [];
    const resolve: Resolve = async (name) => {
      looked.push(name);
      return ["1.0.0.9"];
    };
    const isProxied = ({ hostname, port }: { hostname: string; port: number }) =>
      hostname !== "near.test" && port === 1789;
    const made = prober({ resolve, isProxied });
    const named = ["far.test", "near.test"].map((name) => candidate(name, 1789, null));
    const { samples } = await round(made.prober, [...named, ...peers(1)]);
    expect(samples).toMatchObject({ probed_peers: 2, probe_refused_peers: 1 });
    expect([looked, [...made.asked].sort()]).toEqual([["near.test"], ["1.0.0.1", "1.0.0.9"]]);
  });

  test("allowed ranges are asked", async () => {
    const made = prober({ allow: ["10.0.0.0/8"] });
    const { samples } = await round(made.prober, [candidate("10.0.0.1", 1, null), candidate("192.168.0.1", 1, null)]);
    expect(samples).toMatchObject({ probed_peers: 1, probe_refused_peers: 1 });
  });

  test("a peer without a valid id is not asked", async () => {
    const made = prober();
    const [peer] = peers(1);
    if (peer === undefined) throw new Error("no peer");
    const { list } = listed([peer]);
    const outcome = await made.prober.round({ list, identities: new Map() }, 10 * SECOND, PATIENCE);
    expect([outcome.ok, made.asked]).toEqual([true, []]);
  });
});

describe("the time", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** What work gives that ends in this time, which passes in small steps. */
  async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    for (let passed = 0; passed < milliseconds && !isDone; passed += 50) {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (!isDone) vi.advanceTimersByTime(50);
    }
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(true);
    return done;
  }

  test("a peer is not asked when its time would not fit", async () => {
    const hang = () => new Promise<Reply>(() => {});
    const made = prober({ peers: 10, concurrency: 2, timeout: SECOND, answer: hang });
    const { samples } = await within(1.5 * SECOND, round(made.prober, peers(10), 1.5 * SECOND));
    expect(samples).toMatchObject({ probed_peers: 2, reachable_peers: 0 });
    // Those that hang do not keep the others from their turn.
    await within(1.5 * SECOND, round(made.prober, peers(10), 1.5 * SECOND));
    expect(new Set(made.asked).size).toBe(4);
  });

  test("with less than a second left the round fails", async () => {
    const made = prober();
    const outcome = await made.prober.round(listed(peers(3)), 0.9 * SECOND, PATIENCE);
    expect(failureIn(outcome)).toEqual({
      reason: "timeout",
      message: "the poll left no time to ask peers",
      advice: "raise timeout, or lower chainweb.probe.timeout",
    });
    expect(made.asked).toEqual([]);
  });

  test("a poll that has ended asks no peer", async () => {
    const made = prober();
    const outcome = await made.prober.round(listed(peers(3)), 10 * SECOND, AbortSignal.abort());
    expect([outcome.ok, made.asked]).toEqual([true, []]);
  });
});

describe("the heads that peers report", () => {
  test("are kept for three rounds, one for each peer", async () => {
    let height = 0;
    const made = prober({ peers: 2, answer: () => cut(++height) });
    // The fourth round asks the last two: the first two are forgotten for their age, not replaced.
    const all = peers(8);
    expect((await round(made.prober, all)).heads).toEqual([1, 2]);
    expect((await round(made.prober, all)).heads).toEqual([1, 2, 3, 4]);
    expect((await round(made.prober, all)).heads).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await round(made.prober, all)).heads).toEqual([3, 4, 5, 6, 7, 8]);
  });

  test("a newer one replaces the older, also a lower one", async () => {
    let height = 9;
    const made = prober({ answer: () => cut(--height) });
    expect((await round(made.prober, peers(1))).heads).toEqual([8]);
    expect((await round(made.prober, peers(1))).heads).toEqual([7]);
  });

  test("of other networks do not count", async () => {
    const made = prober({ answer: () => jsonReply(cutBody([7], "testnet06")) });
    expect(await round(made.prober, peers(2))).toMatchObject({
      samples: { probed_peers: 2, reachable_peers: 0 },
      heads: [],
    });
  });
});

describe("what is shown of each peer", () => {
  const of = async (checker: PeerChecker, all: readonly Candidate[]) => {
    const { peerSamples } = valueIn(await checker.round(listed(all), 10 * SECOND, PATIENCE));
    const names = (family: string) => family.replace("p2p_chainweb_peer_", "");
    const entries = [...peerSamples].map(
      ([id, samples]) => [id, samples.map(({ family, value }) => `${names(family.name)} ${value}`).join(", ")] as const,
    );
    return Object.fromEntries(entries.sort());
  };

  test("whether it answered, and its cut height; nothing of a peer that was not asked", async () => {
    const made = prober({ peers: 2, answer: (address) => (address === "1.0.0.2" ? { status: 503 } : cut(7, 8)) });
    expect(await of(made.prober, peers(2))).toEqual({
      "1.0.0.1:1789": "reachable 1, cut_height 15",
      "1.0.0.2:1789": "reachable 0",
    });
    expect(Object.keys(await of(made.prober, peers(10)))).toHaveLength(4);
  });

  test("is kept for three rounds, and replaced by what is newer, also when the peer is gone", async () => {
    const made = prober({ peers: 2 });
    const all = peers(8);
    const counts: number[] = [];
    for (let rounds = 0; rounds < 5; rounds += 1) counts.push(Object.keys(await of(made.prober, all)).length);
    expect(counts).toEqual([2, 4, 6, 6, 6]);

    let isThere = true;
    const other = prober({ answer: () => (isThere ? cut(7) : { status: 503 }) });
    expect(await of(other.prober, peers(1))).toEqual({ "1.0.0.1:1789": "reachable 1, cut_height 7" });
    isThere = false;
    expect(await of(other.prober, peers(1))).toEqual({ "1.0.0.1:1789": "reachable 0" });
  });

  test("is nothing where the exporter must not ask it, also when its name had a public address before", async () => {
    const addresses = [["1.0.0.1"], ["10.0.0.1"]];
    const made = prober({ resolve: async () => addresses.shift() ?? [] });
    const named = [candidate("name.test", 1789, null)];
    expect(await of(made.prober, named)).toEqual({ "name.test:1789": "reachable 1, cut_height 7" });
    expect(await of(made.prober, named)).toEqual({ "name.test:1789": "" });
  });
});

test("versions: the 20 most common, the rest and invalid ones as other", async () => {
  const version = (address: string) => {
    const number = Number(address.split(".")[3]);
    return number <= 5 ? "3.2" : number <= 7 ? "x".repeat(300) : number === 8 ? undefined : `3.${number}`;
  };
  const made = prober({
    peers: 50,
    answer: (address) => {
      const value = version(address);
      return { ...cut(7), headers: value === undefined ? {} : { "x-chainweb-node-version": value } };
    },
  });
  const { samples } = await round(made.prober, peers(50));
  const versions = Object.entries(samples).filter(([name]) => name.startsWith("reachable_peers_by_version"));
  expect(versions).toHaveLength(21);
  expect(samples).toMatchObject({
    "reachable_peers_by_version 3.2": 5,
    "reachable_peers_by_version other": 50 - 5 - 19,
    reachable_peers: 50,
  });
  expect(versions.reduce((sum, [, count]) => sum + count, 0)).toBe(50);
});

test.each<[string, () => never, string]>([
  ["a bug of ours", () => raise(new TypeError("bug")), "internal"],
  ["a failure while a client is opened", () => raise(nodeError("tls", "x", "y")), "tls"],
])("%s is a failure of the round", async (_, connectUntrusted, reason) => {
  const probe = { peers: 4, timeout: SECOND, concurrency: 2, allow: [] };
  const made = createPeerChecker({ name: "node", connectUntrusted }, { network: "mainnet01", ...probe }, noLookUp);
  expect(failureIn(await made.round(listed(peers(3)), 10 * SECOND, PATIENCE)).reason).toBe(reason);
});

function raise(error: Error): never {
  throw error;
}

const same = (id: string) => id;

/** What each of some rounds takes, a few at a time, from a list that may differ each time. */
function take(lists: readonly (readonly string[])[], each: number, salt = "node"): readonly (readonly string[])[] {
  let after: string | undefined;
  return lists.map((list) => {
    const taken = rotated(list, same, salt, after).slice(0, each);
    after = taken.at(-1)?.mark ?? after;
    return taken.map(({ item }) => item);
  });
}

const ids = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 });

test("every item comes up once before any comes up twice", () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 10 }), (list, each) => {
      const rounds = Math.ceil(list.length / each);
      const taken = take(Array(rounds).fill(list), each).flat().slice(0, list.length);
      expect(new Set(taken)).toEqual(new Set(list));
    }),
  );
});

test("the order of the list does not matter", () => {
  fc.assert(
    fc.property(ids, fc.nat(), (list, shift) => {
      const at = shift % list.length;
      const turned = [...list.slice(at), ...list.slice(0, at)];
      expect(rotated(turned, same, "node", undefined)).toEqual(rotated(list, same, "node", undefined));
    }),
  );
});

describe("a list that changes", () => {
  const stayers = Array.from({ length: 20 }, (_, index) => `stayer ${index}`);

  test("new items do not keep others from coming up", () => {
    const lists = Array.from({ length: 20 }, (_, round) => [...stayers, `new ${round}`, `other new ${round}`]);
    const taken = new Set(take(lists, 3).flat());
    expect(stayers.filter((id) => !taken.has(id))).toEqual([]);
  });

  test("a peer that comes and goes is not asked more often than the others", () => {
    const lists = Array.from({ length: 44 }, (_, round) => (round % 2 === 0 ? stayers : [...stayers, "flapping"]));
    const turns = take(lists, 3).flat();
    expect(turns.filter((id) => id === "flapping").length).toBeLessThanOrEqual(turns.length / stayers.length + 1);
  });

  test("an empty one changes nothing", () => {
    expect(take([stayers, [], stayers], 3)).toEqual([take([stayers], 3)[0], [], take([stayers, stayers], 3)[1]]);
  });
});

test("two nodes ask the same peers in different orders", () => {
  const list = Array.from({ length: 20 }, (_, index) => `peer ${index}`);
  expect(take([list], 20, "a")).not.toEqual(take([list], 20, "b"));
  expect(take([list], 20, "a")).toEqual(take([list], 20, "a"));
});
