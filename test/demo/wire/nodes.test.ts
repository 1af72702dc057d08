import { describe, expect, test } from "vitest";
import { WIRE_LAG } from "../../../src/demo/wire/nodes.ts";
import { handshake, started } from "./support.ts";

describe("heads", () => {
  test("rise by two blocks a second", () => {
    const { clock, info } = started();
    const before = Number(info("spring").head_block_num);
    clock.advance(60);
    expect(Number(info("spring").head_block_num)).toBe(before + 120);
    expect(info("wire").head_block_num).toBe(before + 120);
  });

  test("get_info is like that of a real node", () => {
    const { clock, info } = started();
    const response = info("spring");
    const head = Number(response.head_block_num);
    expect(Number.parseInt(String(response.head_block_id).slice(0, 8), 16)).toBe(head);
    expect(response.total_cpu_weight).toBeTypeOf("string");
    expect(response.head_block_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
    const age = clock.now() - Date.parse(`${response.head_block_time}Z`) / 1000;
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(0.5);
    expect(head - Number(response.last_irreversible_block_num)).toBe(3);
  });

  test("the lagging node falls 220 blocks behind, shows it in the heads of its peers, and catches up", () => {
    const { clock, info, peers } = started();
    const lag = () => Number(info("spring").head_block_num) - Number(info("leap").head_block_num);
    expect(lag()).toBe(0);
    clock.moveTo(WIRE_LAG.stallFrom + WIRE_LAG.stallFor);
    expect(lag()).toBe(220);
    const heads = peers("leap").map((row) => Number(handshake(row).head_num) - Number(info("leap").head_block_num));
    expect(heads.filter((ahead) => ahead > 150).length).toBeGreaterThan(5);
    clock.advance(WIRE_LAG.catchUpFor / 2);
    expect(lag()).toBeGreaterThan(60);
    expect(Number(info("leap").fork_db_head_block_num)).toBeGreaterThan(Number(info("leap").head_block_num));
    clock.moveTo(WIRE_LAG.stallFrom + WIRE_LAG.stallFor + WIRE_LAG.catchUpFor + 1);
    expect(lag()).toBe(0);
    clock.moveTo(WIRE_LAG.period + WIRE_LAG.stallFrom + 50);
    expect(lag()).toBe(100);
  });
});

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).peers("spring");
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
