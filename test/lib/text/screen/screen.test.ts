import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ScreenContent } from "../../../../src/lib/text/screen/model.ts";
import { runScreen, type ScreenOptions } from "../../../../src/lib/text/screen/screen.ts";
import { createStyle } from "../../../../src/lib/text/terminal.ts";
import { createTinyTerminal } from "../../../support/tiny-terminal.ts";
import { peersContent } from "./support.ts";

/** A terminal with a keyboard, as a program sees it. */
function fakeTerminal({ rows = 8, columns = 40, hasKeyboard = true } = {}) {
  let screen = createTinyTerminal(rows, columns);
  const raw: boolean[] = [];
  let written = "";
  const input = Object.assign(new PassThrough(), {
    isTTY: hasKeyboard,
    setRawMode: (isRaw: boolean) => void raw.push(isRaw),
  });
  const output = Object.assign(new EventEmitter(), {
    ...{ rows, columns },
    write(bytes: string) {
      written += bytes;
      screen.write(bytes);
      return true;
    },
  });
  return {
    ...{ input, output, raw },
    written: () => written,
    forget: () => {
      written = "";
    },
    lines: () => screen.lines(),
    modes: () => [...screen.modes].sort(),
    resize(nextRows: number, nextColumns: number) {
      screen = createTinyTerminal(nextRows, nextColumns);
      Object.assign(output, { rows: nextRows, columns: nextColumns });
      output.emit("resize");
    },
  };
}

type Fake = ReturnType<typeof fakeTerminal>;

const MODES_BEFORE = [25, 7];
const MODES_OF_SCREEN = [1049, 2004];

const ended = new Set<AbortController>();
afterEach(() => {
  for (const one of ended) one.abort();
  ended.clear();
});

function start({ input, output }: Fake, more: Partial<ScreenOptions> = {}) {
  const stop = new AbortController();
  ended.add(stop);
  const done = runScreen({
    ...{ input, output, style: createStyle(false), isUtf8: false, title: "peers", sort: undefined, everyMs: 3_600_000 },
    signal: stop.signal,
    round: async () => peersContent(30),
    ...more,
  });
  return { done, stop };
}

async function shows(terminal: Fake, line: RegExp): Promise<void> {
  await vi.waitFor(() => expect(terminal.lines().join("\n")).toMatch(line), { timeout: 20_000, interval: 5 });
}

test("the screen is drawn, keys change it immediately, and q gives the terminal back", async () => {
  const terminal = fakeTerminal();
  const { done } = start(terminal);
  await shows(terminal, /one +peer-0/);
  expect(terminal.raw).toEqual([true]);
  expect(terminal.modes()).toEqual(MODES_OF_SCREEN);
  terminal.forget();
  terminal.input.write("\u001b[B");
  await shows(terminal, /2-6 of 30/);
  // The header and the titles are not drawn again.
  expect(terminal.written()).not.toMatch(/\[[12];1H/);
  terminal.input.write("3");
  await shows(terminal, /INv\n.*peer-29/);
  terminal.input.write("/peer-2\r");
  await shows(terminal, /1-5 of 11/);
  terminal.input.write("q");
  await expect(done).resolves.toEqual(peersContent(30));
  expect(terminal.modes()).toEqual(MODES_BEFORE);
  expect(terminal.raw).toEqual([true, false]);
});

test("Escape alone is a key; a sequence that nobody knows is none", async () => {
  const terminal = fakeTerminal();
  const { done } = start(terminal);
  await shows(terminal, /one +peer-0/);
  terminal.input.write("/one\r");
  await shows(terminal, /of 15/);
  terminal.input.write("\u001b[1;99Z\u001bOx\u001bq");
  terminal.input.write("\u001b");
  await shows(terminal, /of 30/);
  terminal.input.write("\u0003");
  await done;
});

test("a megabyte that is pasted ends neither the screen nor the program, and Ctrl-C is still heard", async () => {
  const terminal = fakeTerminal();
  const { done } = start(terminal);
  await shows(terminal, /one +peer-0/);
  terminal.input.write(`\u001b[200~${"quit \u001b[B\r/s".repeat(100_000)}\u001b[201~`);
  await vi.waitFor(
    () => {
      terminal.input.write("G");
      expect(terminal.lines().at(-1)).toMatch(/26-30 of 30/);
    },
    { timeout: 20_000 },
  );
  terminal.input.write("\u0003");
  await done;
});

test("a window of another size is drawn again, however small", async () => {
  const terminal = fakeTerminal();
  const { done } = start(terminal);
  await shows(terminal, /one +peer-0/);
  terminal.resize(3, 10);
  await shows(terminal, /^2 nodes/);
  terminal.resize(0, 0);
  terminal.resize(24, 80);
  await shows(terminal, /1-21 of 30/);
  terminal.input.write("q");
  await done;
});

describe("rounds", () => {
  test("a key draws while a round runs, and the screen says how far it is", async () => {
    const terminal = fakeTerminal({ columns: 80 });
    let finish = (_content: ScreenContent) => {};
    const round: ScreenOptions["round"] = (_end, say) => {
      say("polling 1/2");
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const { done } = start(terminal, { round });
    await shows(terminal, /peers +polling 1\/2 {2}every 1h/);
    terminal.input.write("?");
    await shows(terminal, /scroll by a li/);
    terminal.input.write("?");
    finish(peersContent(3));
    await shows(terminal, /UTC, every 1h\n.*\n.*peer-0/);
    terminal.input.write("q");
    await done;
  });

  test("none begins during a pause, and the one that ran is shown after it", async () => {
    const terminal = fakeTerminal();
    let rounds = 0;
    let finish = () => {};
    const round = () => {
      rounds += 1;
      return new Promise<ScreenContent>((resolve) => {
        finish = () => resolve(peersContent(rounds));
      });
    };
    const { done } = start(terminal, { round, everyMs: 1 });
    await shows(terminal, /every/);
    terminal.input.write("p");
    await shows(terminal, /PAUSED/);
    finish();
    terminal.input.write("?");
    await shows(terminal, /scroll by a li/);
    terminal.input.write("?");
    await shows(terminal, /0 of 0/);
    expect(rounds).toBe(1);
    terminal.input.write("p");
    await shows(terminal, /1-1 of 1/);
    await vi.waitFor(() => expect(rounds).toBe(2));
    terminal.input.write("q");
    finish();
    await done;
  });
});

describe("the terminal is given back", () => {
  test("when the command is interrupted", async () => {
    const terminal = fakeTerminal();
    const { done, stop } = start(terminal);
    await shows(terminal, /one +peer-0/);
    stop.abort();
    // Before anything else happens: a second signal would end the process.
    expect(terminal.modes()).toEqual(MODES_BEFORE);
    await done;
  });

  test("when a round fails", async () => {
    const terminal = fakeTerminal();
    const round = () => Promise.reject(new Error("a defect"));
    await expect(start(terminal, { round }).done).rejects.toThrow("a defect");
    expect(terminal.modes()).toEqual(MODES_BEFORE);
    expect(terminal.raw.at(-1)).toBe(false);
  });

  test.each(["exit", "uncaughtExceptionMonitor"])("at %s, and taken again after a stop", async (event) => {
    const emitter: EventEmitter = process;
    const listeners = () => emitter.listeners(event);
    const terminal = fakeTerminal();
    const before = listeners();
    const { done } = start(terminal);
    await shows(terminal, /one +peer-0/);
    const [leave] = listeners().filter((one) => !before.includes(one));
    leave?.call(process);
    expect(terminal.modes()).toEqual(MODES_BEFORE);
    process.emit("SIGCONT", "SIGCONT");
    expect(terminal.modes()).toEqual(MODES_OF_SCREEN);
    expect(terminal.lines().join()).toContain("peer-0");
    terminal.input.write("q");
    await done;
    expect(listeners()).toEqual(before);
  });

  test("and nothing is left behind in the process", async () => {
    const signals = ["SIGHUP", "SIGQUIT", "SIGTSTP", "SIGCONT"];
    const before = signals.map((signal) => process.listenerCount(signal));
    const terminal = fakeTerminal();
    const { done } = start(terminal);
    await shows(terminal, /one +peer-0/);
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before.map((count) => count + 1));
    terminal.input.write("q");
    await done;
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
  });
});

test("without a keyboard the screen is ended by signals only", async () => {
  const terminal = fakeTerminal({ hasKeyboard: false });
  const { done, stop } = start(terminal);
  await shows(terminal, /one +peer-0/);
  expect(terminal.raw).toEqual([]);
  stop.abort();
  await done;
  expect(terminal.modes()).toEqual(MODES_BEFORE);
});

test("a command that was interrupted before does not touch the terminal", async () => {
  const terminal = fakeTerminal();
  const { done } = start(terminal, { signal: AbortSignal.abort() });
  await done;
  expect(terminal.written()).toBe("");
});

test("many nodes that are polled together cause no warning of Node.js on the screen", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const terminal = fakeTerminal();
  const { done, stop } = start(terminal, {
    round: async (end) => {
      for (let node = 0; node < 20; node += 1) end.addEventListener("abort", () => {});
      return peersContent(1);
    },
  });
  await shows(terminal, /1 peer/);
  stop.abort();
  await done;
  const warned = warn.mock.calls.length;
  warn.mockRestore();
  expect(warned).toBe(0);
});
