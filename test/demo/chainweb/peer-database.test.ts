import { describe, expect, test } from "vitest";
import { fields, rows } from "../support.ts";
import { BASE, hostnames, started } from "./support.ts";

describe("peer pages", () => {
  const { page, p2p } = started();

  test("an item has an id and an address and nothing else", () => {
    const items = rows(page(`${BASE}/cut/peer?limit=512`).items);
    for (const item of items) {
      expect(Object.keys(item).sort()).toEqual(["address", "id"]);
      expect(Object.keys(fields(item.address)).sort()).toEqual(["hostname", "port"]);
      if (item.id !== null) expect(item.id).toMatch(/^[\w-]{43}$/);
    }
    expect(items.some((item) => item.id === null)).toBe(true);
    expect(items.some((item) => String(fields(item.address).hostname).startsWith("2001:db8:"))).toBe(true);
  });

  test("the default is 64, and the next page continues after it", () => {
    const first = page(`${BASE}/cut/peer`);
    expect(first).toMatchObject({ limit: 64, next: "inclusive:64" });
    const second = page(`${BASE}/cut/peer?next=${first.next}`);
    expect(second.next).toBeNull();
    expect(second.limit).toBe(rows(second.items).length);
    const all = page(`${BASE}/cut/peer?limit=9999`);
    expect([...hostnames(first), ...hostnames(second)]).toEqual(hostnames(all));
    expect(new Set(hostnames(all)).size).toBe(hostnames(all).length);
    expect(hostnames(page(`${BASE}/cut/peer?limit=2&next=exclusive:3`))).toEqual(hostnames(all).slice(4, 6));
  });

  test("odd limits and cursors", () => {
    expect(page(`${BASE}/cut/peer?limit=0`)).toEqual({ limit: 0, items: [], next: "inclusive:0" });
    expect(page(`${BASE}/cut/peer?next=inclusive:5000`)).toEqual({ limit: 0, items: [], next: null });
    expect(p2p(`${BASE}/cut/peer?limit=f`)).toMatchObject({
      status: 400,
      body: "Error parsing query parameter limit failed: could not parse: `f' (input does not start with a digit)",
    });
    expect(p2p(`${BASE}/cut/peer?next=123`)).toMatchObject({
      status: 400,
      body: 'Error parsing query parameter next failed: TextFormatException "missing \':\' in next item: \\"123\\"."',
    });
    for (const query of ["limit=-1", "limit=5x", "limit=", "next=x:1", "next=inclusive:x"]) {
      expect(p2p(`${BASE}/cut/peer?${query}`).status).toBe(400);
    }
  });

  test("mempool peers are a subset in the same order", () => {
    const known = hostnames(page(`${BASE}/cut/peer?limit=512`));
    for (const chain of [0, 19]) {
      const mempool = hostnames(page(`${BASE}/chain/${chain}/mempool/peer?limit=512`));
      expect(mempool.length).toBeLessThan(known.length);
      expect(known.filter((host) => mempool.includes(host))).toEqual(mempool);
    }
  });

  test("peers come and go", () => {
    const { clock, page: later } = started();
    const counts = new Set<number>();
    for (let elapsed = 0; elapsed < 3600; elapsed += 30) {
      clock.moveTo(elapsed);
      counts.add(rows(later(`${BASE}/cut/peer?limit=512`).items).length);
    }
    expect(counts.size).toBeGreaterThan(5);
  });
});
