import { describe, expect, test } from "vitest";
import { type Extent, press } from "../../../../src/lib/text/screen/keys.ts";
import { initialState, type ScreenState } from "../../../../src/lib/text/screen/model.ts";
import { control, key } from "./support.ts";

const EXTENT: Extent = { lines: 100, page: 10, columns: ["node", "peer", "in"], mostLeft: 2 };

function pressed(keys: readonly string[], from: Partial<ScreenState> = {}, extent: Extent = EXTENT): ScreenState {
  return keys.map(key).reduce<ScreenState>((state, one) => press(state, one, extent), {
    ...initialState(undefined),
    ...from,
  });
}

test.each([
  [["down", "j", "j", "up", "k"], 1],
  [["up"], 0],
  [["pagedown", " ", "f", "b", "pageup"], 10],
  [["end"], 90],
  [["G", "down"], 90],
  [["G", "g"], 0],
  [["end", "home"], 0],
])("%j scrolls to line %i", (keys, top) => {
  expect(pressed(keys).top).toBe(top);
});

test("a list that fits does not scroll", () => {
  expect(pressed(["down", "G"], {}, { ...EXTENT, lines: 3 }).top).toBe(0);
});

test("sideways, there are as many steps as columns without room", () => {
  expect(pressed(["right", "right", "right"]).left).toBe(2);
  expect(pressed(["right", "right", "right", "left"]).left).toBe(1);
  expect(pressed(["left"]).left).toBe(0);
});

describe("sorting", () => {
  test("goes from the usual order through the columns and back, either way", () => {
    const orders = ["s", "s", ">", "s", "<", "S"].map((_, index, keys) => pressed(keys.slice(0, index + 1)).sort.key);
    expect(orders).toEqual(["node", "peer", "in", undefined, "in", "peer"]);
  });

  test("a digit is a column, and pressed again the other way round", () => {
    expect(pressed(["2"]).sort).toEqual({ key: "peer", isReversed: false });
    expect(pressed(["2", "2"]).sort).toEqual({ key: "peer", isReversed: true });
    expect(pressed(["2", "2", "3"]).sort).toEqual({ key: "in", isReversed: false });
    expect(pressed(["9"]).sort.key).toBeUndefined();
  });

  test("r reverses, and what is first is shown", () => {
    const { sort, top } = pressed(["3", "G", "r"]);
    expect(sort).toEqual({ key: "in", isReversed: true });
    expect(top).toBe(0);
  });

  test("a column that this round lacks is followed by the first one", () => {
    expect(pressed(["s"], { sort: { key: "latency", isReversed: false } }).sort.key).toBe("node");
  });
});

describe("the filter", () => {
  test("takes letters that are commands elsewhere, and Enter keeps it", () => {
    const { filter, isTyping, isEnded } = pressed(["/", "q", " ", "s", "return"]);
    expect([filter, isTyping, isEnded]).toEqual(["q s", false, false]);
  });

  test("Escape clears it, while it is written and later", () => {
    expect(pressed(["/", "a", "escape"])).toEqual(initialState(undefined));
    expect(pressed(["/", "a", "return", "escape"]).filter).toBe("");
  });

  test("Backspace removes whole characters, and leaves an empty filter", () => {
    expect(pressed(["/", "a", "\u{1f600}", "backspace"]).filter).toBe("a");
    expect(pressed(["/", "backspace"]).isTyping).toBe(false);
  });

  test("lines scroll while it is written", () => {
    expect(pressed(["/", "a", "down"])).toMatchObject({ top: 1, filter: "a", isTyping: true });
  });

  test("has an end, and nothing invisible", () => {
    expect(pressed(["/", ...new Array<string>(200).fill("x")]).filter).toHaveLength(100);
    expect(pressed(["/", "\u202e"]).filter).toBe("\ufffd");
  });
});

test("what is pasted is no command, but may be a filter", () => {
  expect(pressed(["paste-start", "q", "p", "paste-end", "j"])).toMatchObject({
    isEnded: false,
    isPaused: false,
    top: 1,
  });
  expect(pressed(["/", "paste-start", "a", "return", "b", "paste-end"])).toMatchObject({
    filter: "ab",
    isTyping: true,
  });
});

test("q and Ctrl-C end, and Ctrl-C even while something is pasted", () => {
  expect(pressed(["q"]).isEnded).toBe(true);
  expect(press(pressed(["/"]), control("c"), EXTENT).isEnded).toBe(true);
  expect(press(pressed(["paste-start"]), control("c"), EXTENT).isEnded).toBe(true);
});

test("help and errors take the place of the table, and the same key or Escape brings it back", () => {
  expect(pressed(["?"]).shown).toBe("help");
  expect(pressed(["h", "e"]).shown).toBe("errors");
  expect(pressed(["e", "e"]).shown).toBe("table");
  expect(pressed(["?", "escape"]).shown).toBe("table");
});

test("unknown keys change nothing", () => {
  const state = pressed(["down"]);
  for (const one of [key("f12"), key("undefined"), key("x"), key("constructor"), control("q"), control("d")]) {
    expect(press(state, one, EXTENT)).toBe(state);
  }
});
