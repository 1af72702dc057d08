import { expect, test, vi } from "vitest";
import { lateSession } from "../../src/chains/late-session.ts";
import { report } from "../poll/support.ts";

const signal = new AbortController().signal;

function openable() {
  const session = { poll: vi.fn(async () => report()), close: vi.fn(async () => {}) };
  return { session, open: vi.fn(async () => session) };
}

test("is opened at the first poll, once, also when two polls come together", async () => {
  const { session, open } = openable();
  const late = lateSession(open);
  expect(open).not.toHaveBeenCalled();
  await Promise.all([late.poll(signal), late.poll(signal)]);
  await late.poll(signal);
  expect(open).toHaveBeenCalledOnce();
  expect(session.poll).toHaveBeenCalledTimes(3);
  await late.close();
  expect(session.close).toHaveBeenCalledOnce();
});

test("that was never polled has nothing to close", async () => {
  const { open } = openable();
  await lateSession(open).close();
  expect(open).not.toHaveBeenCalled();
});

test("that could not be opened is opened again at the next poll", async () => {
  const { open } = openable();
  open.mockRejectedValueOnce(new Error("no such file"));
  const late = lateSession(open);
  await expect(late.poll(signal)).rejects.toThrow("no such file");
  await expect(late.poll(signal)).resolves.toEqual(report());
});
