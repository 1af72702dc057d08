import { describe, expect, test } from "vitest";
import { type Standing, victimOfAll, victimOfGroup, victimOfWaiting } from "../../../src/server/clients/victim.ts";

let clock = 0;

function standing(group: string, parts: Partial<Standing> = {}): Standing {
  clock += 1;
  return { group, proof: "none", waiting: 0, isHealth: false, createdAt: clock, usedAt: clock, ...parts };
}

const many = (count: number, group: string, parts: Partial<Standing> = {}) =>
  Array.from({ length: count }, () => standing(group, parts));

describe("no more connections may be open", () => {
  const cases: [string, () => { all: Standing[]; newcomer: Standing; victim: Standing | undefined }][] = [
    [
      "the address with the most unknown ones loses its oldest",
      () => {
        const hostile = many(5, "h");
        const all = [...many(3, "a"), ...hostile];
        return { all, newcomer: standing("b"), victim: hostile[0] };
      },
    ],
    [
      "those that asked for nothing go before those that wait, and these before those that watch over the process",
      () => {
        const [health, waiting, silent] = [
          standing("h", { isHealth: true }),
          standing("h", { waiting: 1 }),
          standing("h"),
        ];
        return { all: [health, waiting, silent], newcomer: standing("b"), victim: silent };
      },
    ],
    [
      "a page that is open to everyone does not help an address that has the most",
      () => {
        const hostile = many(5, "h", { proof: "open", waiting: 1 });
        const all = [...many(3, "a", { proof: "open" }), ...hostile];
        return { all, newcomer: standing("a"), victim: hostile[0] };
      },
    ],
    [
      "who fills all places with requests gets no further one",
      () => {
        const hostile = many(5, "h", { proof: "open", waiting: 1 });
        return { all: [...many(3, "a", { proof: "open" }), ...hostile], newcomer: standing("h"), victim: undefined };
      },
    ],
    [
      "of connections that only an open page proves, the one that was idle for longest goes",
      () => {
        const [first, second] = [
          standing("h", { proof: "open", usedAt: 9e9 }),
          standing("h", { proof: "open", usedAt: 8e9 }),
        ];
        return { all: [first, second], newcomer: standing("b"), victim: second };
      },
    ],
    [
      "identified ones go last, and only when they are idle",
      () => {
        const busy = many(3, "a", { proof: "identified", waiting: 1 });
        const idle = many(2, "a", { proof: "identified" });
        return { all: [...busy, ...idle], newcomer: standing("b"), victim: idle[0] };
      },
    ],
    [
      "identified ones stay while there are others",
      () => {
        const stranger = standing("b");
        const all = [...many(9, "a", { proof: "identified" }), stranger];
        return { all, newcomer: standing("c"), victim: stranger };
      },
    ],
    [
      "where all are identified and busy, the new one goes",
      () => ({
        all: many(3, "a", { proof: "identified", waiting: 1 }),
        newcomer: standing("b"),
        victim: undefined,
      }),
    ],
  ];

  test.each(cases)("%s", (_, make) => {
    const { all, newcomer, victim } = make();
    expect(victimOfAll([...all, newcomer], newcomer)).toBe(victim);
  });
});

describe("the share of an address", () => {
  test("its oldest unknown connection makes room, not one of another address", () => {
    const [others, own] = [many(9, "a"), many(3, "h")];
    const newcomer = standing("h");
    expect(victimOfGroup([...others, ...own, newcomer], newcomer, 3)).toBe(own[0]);
    expect(victimOfGroup([...others, ...own, newcomer], newcomer, 4)).toBeUndefined();
  });

  test("known clients do not count, health checks do", () => {
    const proven = [...many(5, "h", { proof: "identified" }), ...many(5, "h", { proof: "open" })];
    const health = many(3, "h", { isHealth: true });
    const newcomer = standing("h");
    expect(victimOfGroup([...proven, newcomer], newcomer, 1)).toBeUndefined();
    expect(victimOfGroup([...proven, ...health, newcomer], newcomer, 3)).toBe(health[0]);
  });
});

describe("too many requests wait", () => {
  const identified = () => many(3, "k", { waiting: 99, proof: "identified" });

  test("the address with the most loses the connection with the most", () => {
    const busiest = standing("h", { waiting: 7 });
    const open = [
      standing("a", { waiting: 8 }),
      ...many(5, "h", { waiting: 6 }),
      busiest,
      ...many(3, "h", { waiting: 1 }),
    ];
    expect(victimOfWaiting([...open, ...identified()], [])).toEqual({ group: "h", victim: busiest });
  });

  test("work for closed connections counts for their address", () => {
    const own = standing("h", { waiting: 1 });
    const gone = many(9, "h", { waiting: 1 });
    const others = many(5, "a", { waiting: 1 });
    expect(victimOfWaiting([...others, own], gone)).toEqual({ group: "h", victim: own });
    expect(victimOfWaiting(others, gone)).toEqual({ group: "h", victim: undefined });
  });

  test("identified clients and connections without a request do not count", () => {
    expect(victimOfWaiting([...identified(), ...many(9, "h")], [])).toBeUndefined();
  });
});
