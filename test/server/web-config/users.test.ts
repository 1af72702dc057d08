import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compare as bcrypt } from "bcryptjs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBasicCredentials } from "../../../src/server/web-config/access-control.ts";
import { type Compare, createCompareQueue, createThreadCompare } from "../../../src/server/web-config/compare-queue.ts";
import { type Credentials, createAuthenticator } from "../../../src/server/web-config/users.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { basic, hashOf, startWith } from "./support.ts";

const folder = tempFolder();
const HASHES = { alice: hashOf("wonder land"), bob: hashOf("b:ü\u{1f511}") };

function webFile(name: string, users: Readonly<Record<string, string>>, rest = ""): string {
  const file = join(folder, name);
  writeFileSync(file, `basic_auth_users: ${JSON.stringify(users)}\n${rest}`);
  return file;
}

/** Counts what it is asked, and answers when it is let. */
function gatedCompare() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const compare: Compare = async (password, hash) => {
    asked.push(hash);
    await new Promise<void>((resolve) => answers.push(resolve));
    return bcrypt(password, hash);
  };
  return { compare, asked, answerOne: () => answers.shift()?.() };
}

describe("basic authentication", () => {
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ["the right password", basic("alice", "wonder land"), 200],
    ["a password with colons and all alphabets", basic("bob", "b:ü\u{1f511}"), 200],
    [
      "a scheme in capitals",
      { authorization: basic("alice", "wonder land").authorization.replace("Basic", "BASIC") },
      200,
    ],
    ["nothing", {}, 401],
    ["another password", basic("alice", "wonder lane"), 401],
    ["the password of another", basic("alice", "b:ü\u{1f511}"), 401],
    ["no password", basic("alice", ""), 401],
    ["an unknown user", basic("mallory", "wonder land"), 401],
    ["a name of every object", basic("constructor", "x"), 401],
    ["a user in other case", basic("Alice", "wonder land"), 401],
    ["the hash as password", basic("alice", HASHES.alice), 401],
    ["no colon", { authorization: `Basic ${Buffer.from("alice").toString("base64")}` }, 401],
    ["no base64", { authorization: "Basic ???" }, 401],
    ["bytes that are no UTF-8", { authorization: `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString("base64")}` }, 401],
    ["another scheme", { authorization: "Bearer abc" }, 401],
    ["an empty header", { authorization: "" }, 401],
  ])("%s", async (_, headers, status) => {
    const { url } = await startWith(webFile("a.yaml", HASHES), bcrypt);
    for (const path of ["/metrics", "/metrics"]) {
      const answer = await fetch(url + path, { headers });
      expect(answer.status).toBe(status);
      if (status === 401) expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
    }
  });

  test("takes the names and hashes that other exporters take", async () => {
    const hash = hashOf("x").slice("$2b$".length);
    const file = join(folder, "others.yaml");
    const users = [`123: $2x$${hash}`, `yes: $2$${hash}`, `'': "$2y$${hash} and more"`, `"a\tb": |\n    $2a$${hash}`];
    writeFileSync(file, `basic_auth_users:\n${users.map((user) => `  ${user}\n`).join("")}`);
    const { url } = await startWith(file, bcrypt);
    for (const name of ["123", "yes", "", "a\tb"]) {
      expect([name, (await fetch(url, { headers: basic(name, "x") })).status]).toEqual([name, 200]);
      expect((await fetch(url, { headers: basic(name, "y") })).status).toBe(401);
    }
  });

  test("protects every page, also unknown ones, but not the health pages", async () => {
    const { url } = await startWith(webFile("b.yaml", HASHES), bcrypt);
    const status = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).status;
    expect(await status("/")).toBe(401);
    expect(await status("/nope")).toBe(401);
    expect(await status("/%zz")).toBe(401);
    expect(await status("/metrics", { method: "POST" })).toBe(401);
    expect(await status("/-/healthy/")).toBe(401);
    expect(await status("//-/healthy")).toBe(401);
    expect(await status("/-/healthy")).toBe(200);
    expect(await status("/-/ready")).toBe(503);
    expect(await status("/-/healthy", { headers: basic("alice", "wrong") })).toBe(200);
  });

  test("secrets are in no log line", async () => {
    const { url, lines } = await startWith(webFile("c.yaml", HASHES), bcrypt);
    await fetch(`${url}/metrics`, { headers: basic("alice", "wonder land") });
    await fetch(`${url}/metrics`, { headers: basic("mallory", "s3cret") });
    expect(JSON.stringify(lines)).not.toMatch(/wonder land|s3cret|mallory|\$2[aby]\$/);
  });
});

describe("checking passwords", () => {
  const key = Buffer.alloc(32, 7);
  const asker = { client: "192.0.2.1", onGone: () => {} };
  const authenticatorOf = (known: ReadonlyMap<string, string>, compare: Compare, waiting: number) => {
    const { authenticate, setUsers } = createAuthenticator(
      createCompareQueue(compare, { perClient: waiting, total: 99, pauseFactor: 0 }),
      key,
    );
    setUsers(known);
    return (credentials: Credentials) => authenticate(credentials, asker);
  };
  const users = new Map(Object.entries(HASHES));
  const alice = { user: "alice", password: "wonder land" };

  test("a pair is compared once, whether it is valid or not", async () => {
    let count = 0;
    const compare: Compare = async (password, hash) => {
      count += 1;
      return bcrypt(password, hash);
    };
    const authenticate = authenticatorOf(users, compare, 9);
    expect(await authenticate(alice)).toBe("known");
    expect(authenticate(alice)).toBe("known");
    expect(count).toBe(1);
    for (let round = 0; round < 3; round += 1) {
      expect(await authenticate({ user: "alice", password: "wrong" })).toBe("unknown");
      expect(count).toBe(2);
    }
    expect(await authenticate({ user: "bob", password: "wonder land" })).toBe("unknown");
  });

  test("an unknown user costs a comparison too, always with the same hash, and never comes in", async () => {
    const asked: string[] = [];
    const compare: Compare = async (_, hash) => {
      asked.push(hash);
      return true;
    };
    const authenticate = authenticatorOf(users, compare, 9);
    for (const user of ["mallory", "mallory", ""]) expect(await authenticate({ user, password: "x" })).toBe("unknown");
    expect(asked).toHaveLength(2);
    await authenticate({ user: "mallory", password: "y" });
    expect(asked[0]).toBe(asked[2]);
    expect(Object.values(HASHES)).toContain(asked[1]);
  });

  test("the same question at the same time is computed once", async () => {
    const { compare, asked, answerOne } = gatedCompare();
    const authenticate = authenticatorOf(users, compare, 9);
    const verdicts = Array.from({ length: 50 }, () => authenticate(alice));
    await waitFor(() => asked.length === 1, "the comparison");
    answerOne();
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(["known"]));
    expect(asked).toHaveLength(1);
  });

  test("one runs at a time, few wait, and more are refused; known pairs still get access", async () => {
    const { compare, asked, answerOne } = gatedCompare();
    const authenticate = authenticatorOf(users, compare, 2);
    const first = authenticate(alice);
    await waitFor(() => asked.length === 1, "the first");
    answerOne();
    expect(await first).toBe("known");

    const waiting = ["1", "2", "3"].map((password) => authenticate({ user: "alice", password }));
    expect(await authenticate({ user: "alice", password: "4" })).toBe("busy");
    expect(authenticate(alice)).toBe("known");
    await waitFor(() => asked.length === 2, "the second");
    expect(asked).toHaveLength(2);
    for (const done of [3, 4, 4]) {
      answerOne();
      await waitFor(() => asked.length === done, "the next");
    }
    expect(await Promise.all(waiting)).toEqual(["unknown", "unknown", "unknown"]);
  });

  test("a comparison that fails gives no access and does not end the process", async () => {
    let isBroken = true;
    const compare: Compare = async () => {
      if (isBroken) throw new Error("broken");
      return true;
    };
    const authenticate = authenticatorOf(users, compare, 1);
    await expect(Promise.resolve(authenticate(alice))).rejects.toThrow("broken");
    isBroken = false;
    expect(await authenticate(alice)).toBe("known");
  });

  test("names and passwords that only look alike are distinguished", async () => {
    const compare: Compare = async (password) => password === "b:c";
    const two = new Map([
      ["a", "1"],
      ["a:b", "2"],
    ]);
    const authenticate = authenticatorOf(two, compare, 9);
    expect(await authenticate({ user: "a", password: "b:c" })).toBe("known");
    expect(await authenticate({ user: "a:b", password: "c" })).toBe("unknown");
  });

  describe("when the users change", () => {
    const counted = () => {
      const asked: string[] = [];
      const compare: Compare = async (password, hash) => {
        asked.push(password);
        return bcrypt(password, hash);
      };
      const { authenticate, setUsers } = createAuthenticator(
        createCompareQueue(compare, { perClient: 9, total: 9, pauseFactor: 0 }),
        key,
        { verifiedOfUser: 2, wrong: 3 },
      );
      setUsers(users);
      return { asked, setUsers, ask: (user: string, password: string) => authenticate({ user, password }, asker) };
    };

    test("a valid pair is remembered as long as its user and hash do not change", async () => {
      const { ask, asked, setUsers } = counted();
      await ask("alice", "wonder land");
      setUsers(new Map([...users, ["carol", hashOf("x")]]));
      setUsers(new Map([["alice", HASHES.alice]]));
      expect(ask("alice", "wonder land")).toBe("known");
      expect(asked).toHaveLength(1);
    });

    test("a valid pair is forgotten immediately when its user is removed or gets another hash, even if both return", async () => {
      const { ask, asked, setUsers } = counted();
      const others = [new Map([["bob", HASHES.bob]]), new Map([["alice", hashOf("new")]]), new Map()];
      for (const other of others) {
        expect(await ask("alice", "wonder land")).toBe("known");
        const before = asked.length;
        setUsers(other);
        if (other.size > 0) expect(await ask("alice", "wonder land")).toBe("unknown");
        setUsers(users);
        expect(await ask("alice", "wonder land")).toBe("known");
        expect(asked.length).toBeGreaterThan(before);
      }
    });

    test("a wrong pair is compared again when it may have become valid", async () => {
      const { ask, setUsers } = counted();
      expect(await ask("alice", "new")).toBe("unknown");
      expect(await ask("carol", "new")).toBe("unknown");
      setUsers(new Map(["alice", "carol"].map((name) => [name, hashOf("new")])));
      expect(await ask("alice", "new")).toBe("known");
      expect(await ask("carol", "new")).toBe("known");
    });

    test("a pair that is valid for a hash that was removed meanwhile gives no access", async () => {
      const { compare, asked, answerOne } = gatedCompare();
      const { authenticate, setUsers } = createAuthenticator(
        createCompareQueue(compare, { perClient: 9, total: 9, pauseFactor: 0 }),
        key,
      );
      setUsers(users);
      const verdict = authenticate(alice, asker);
      await waitFor(() => asked.length === 1, "the comparison");
      setUsers(new Map([["alice", hashOf("new")]]));
      answerOne();
      expect(await verdict).toBe("busy");
      setUsers(users);
      expect(authenticate(alice, asker)).toBeInstanceOf(Promise);
    });

    test("wrong pairs are remembered up to a limit, the latest ones, and never replace valid ones", async () => {
      const { ask, asked } = counted();
      await ask("alice", "wonder land");
      for (let round = 0; round < 20; round += 1) {
        await ask("alice", `wrong ${round}`);
        await ask("mallory", "again and again");
      }
      expect(asked).toHaveLength(22);
      expect(ask("alice", "wonder land")).toBe("known");
      await ask("alice", "wrong 0");
      expect(asked).toHaveLength(23);
    });

    test("valid pairs of a user are remembered up to a limit", async () => {
      const long = "x".repeat(72);
      const { ask, asked, setUsers } = counted();
      setUsers(new Map([["alice", hashOf(long)]]));
      for (const end of ["a", "b", "c"]) expect(await ask("alice", long + end)).toBe("known");
      expect(ask("alice", `${long}c`)).toBe("known");
      expect(asked).toHaveLength(3);
      expect(await ask("alice", `${long}a`)).toBe("known");
      expect(asked).toHaveLength(4);
    });
  });

  test("a flood of wrong passwords is answered, and known users do not wait", async () => {
    const { url } = await startWith(webFile("flood.yaml", HASHES), createThreadCompare());
    const page = async (headers: Record<string, string>) => (await fetch(`${url}/metrics`, { headers })).status;
    expect(await page(basic("alice", "wonder land"))).toBe(200);
    const flood = Array.from({ length: 200 }, (_, index) => page(basic("alice", `wrong ${index}`)));
    expect(await page(basic("alice", "wonder land"))).toBe(200);
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401, 503]));
    expect(await page(basic("alice", "wonder land"))).toBe(200);
  });
});

describe("the thread", () => {
  test("says what bcryptjs says, is given back when idle, and comes again", async () => {
    const compare = createThreadCompare({ idleMs: 10 });
    for (let round = 0; round < 2; round += 1) {
      expect(await compare("wonder land", HASHES.alice)).toBe(true);
      expect(await compare("wrong", HASHES.alice)).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  test("that cannot be started is an error for its caller", async () => {
    const compare = createThreadCompare({ load: async () => "throw new Error()" });
    await expect(compare("x", HASHES.alice)).rejects.toThrow();
    await expect(compare("x", HASHES.alice)).rejects.toThrow();
  });
});

test("what is written into the header is what is read from it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (name, password) => {
      const user = name.replaceAll(":", "");
      const isText = !/\p{Surrogate}/u.test(user + password);
      fc.pre(isText);
      expect(readBasicCredentials(basic(user, password).authorization)).toEqual({ user, password });
    }),
  );
});
