import { EventEmitter } from "node:events";
import { beforeEach, expect, test } from "vitest";
import { fileDestination, streamDestination } from "../../src/logging/destination.ts";

let lost = 0;
const report = {
  lostLine: (count: number) => `lost ${count}\n`,
  onLost: () => {
    lost += 1;
  },
};

beforeEach(() => {
  lost = 0;
});

/** A stream whose reader may sleep. */
function stream() {
  const written: string[] = [];
  const events = new EventEmitter();
  let isAsleep = false;
  let writableLength = 0;
  return {
    written,
    sleep: () => {
      isAsleep = true;
    },
    wake: () => {
      isAsleep = false;
      writableLength = 0;
    },
    fail: () => events.emit("error", new Error("EPIPE")),
    on: events.on.bind(events),
    get writableLength() {
      return writableLength;
    },
    write: (line: string) => {
      written.push(line);
      if (isAsleep) writableLength += line.length;
      return true;
    },
  };
}

/** A log whose reader stopped reading before it got 1,100 lines, more than are kept. */
function unread(line: string) {
  const reader = stream();
  const log = streamDestination(Object(reader), report);
  reader.sleep();
  for (let count = 0; count < 1100; count += 1) log.write(line);
  return { reader, log };
}

test("a reader that stops reading loses lines instead of filling the memory, and the log reports how many", () => {
  const { reader, log } = unread(`${"x".repeat(1023)}\n`);
  expect(reader.written).toHaveLength(1024);
  expect(lost).toBe(76);
  reader.wake();
  log.write("after\n");
  log.write("later\n");
  expect(reader.written.slice(1024)).toEqual(["lost 76\n", "after\n", "later\n"]);
});

test("a short line that just fits does not tell of a loss while it goes on", () => {
  const long = `${"x".repeat(1000)}\n`;
  const { reader, log } = unread(long);
  const kept = reader.written.length;
  log.write("short\n");
  log.write(long);
  expect(reader.written).toHaveLength(kept);
  reader.wake();
  log.write("after\n");
  expect(reader.written.slice(kept)).toEqual([`lost ${1100 - kept + 2}\n`, "after\n"]);
});

test("a reader that is gone is no error, and nothing is written for it", () => {
  const reader = stream();
  const log = streamDestination(Object(reader), report);
  log.write("one\n");
  reader.fail();
  log.write("two\n");
  expect(reader.written).toEqual(["one\n"]);
  expect(lost).toBe(1);
});

/** A file on a disk with room for so many bytes. */
function disk(room: number) {
  const state = { text: "", room };
  const write = (_: number, bytes: Buffer, offset: number) => {
    const taken = Math.min(state.room, bytes.length - offset);
    if (taken === 0) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    state.text += bytes.subarray(offset, offset + taken);
    state.room -= taken;
    return taken;
  };
  return { state, log: fileDestination(9, report, write) };
}

test("a full disk loses lines; when it has room again, they go on with the number of those that were lost", () => {
  const { state, log } = disk(4);
  for (const line of ["one\n", "two\n", "three\n"]) log.write(line);
  expect(state.text).toBe("one\n");
  expect(lost).toBe(2);
  state.room = 100;
  log.write("four\n");
  log.write("five\n");
  expect(state.text).toBe("one\nlost 2\nfour\nfive\n");
});

test("a line that was cut off by a full disk does not run into the next one", () => {
  const { state, log } = disk(6);
  for (const line of ["one\n", "two\n", "three\n"]) log.write(line);
  expect(state.text).toBe("one\ntw");
  state.room = 100;
  log.write("four\n");
  expect(state.text).toBe("one\ntw\nlost 2\nfour\n");
});
