import { expect, test } from "vitest";
import { decodeSyncQueue, syncSamples } from "../../../src/chains/monero/sync-queue.ts";
import { fields, fixtureResult, list, thrownFailure } from "../support.ts";
import { sampleLines } from "./daemon.ts";

const CALL = "sync_info at http://127.0.0.1:18081";
const result = fixtureResult("monero/sync_info.json");
const EMPTY = { requested: { spans: 0, blocks: 0 }, downloaded: { spans: 0, blocks: 0, bytes: 0 } };

test("spans with blocks are downloaded, those without are only requested", () => {
  expect(decodeSyncQueue(result, CALL)).toEqual({
    requested: { spans: 2, blocks: 33 },
    downloaded: { spans: 2, blocks: 40, bytes: 3_350_000 },
  });
});

test("an idle node leaves the list out", () => {
  expect(decodeSyncQueue({ status: "OK", overview: "[]" }, CALL)).toEqual(EMPTY);
  expect(decodeSyncQueue({ spans: null }, CALL)).toEqual(EMPTY);
});

test("a bad span costs only itself", () => {
  const [good] = list(result.spans);
  const bad = [null, [], "span", {}, { ...fields(good), size: -1 }, { ...fields(good), nblocks: undefined }];
  expect(decodeSyncQueue({ spans: [...bad, good] }, CALL).downloaded).toEqual({
    spans: 1,
    blocks: 20,
    bytes: 1_600_000,
  });
});

test.each([[{}], ["none"], [7], [true]])("%j is not a list of spans", (spans) => {
  expect(thrownFailure(() => decodeSyncQueue({ spans }, CALL))).toEqual({
    reason: "bad_shape",
    message: `${CALL}: expected a list of spans`,
    advice: "check that the URL is monerod's RPC",
  });
});

test("samples", () => {
  expect(sampleLines(syncSamples(decodeSyncQueue(result, CALL)))).toEqual([
    "sync_spans state=requested 2",
    "sync_spans state=downloaded 2",
    "sync_queued_blocks state=requested 33",
    "sync_queued_blocks state=downloaded 40",
    "sync_queued_bytes 3350000",
  ]);
});

test("sums that no double holds are left out", () => {
  const most = { nblocks: Number.MAX_SAFE_INTEGER, size: Number.MAX_SAFE_INTEGER };
  const lines = sampleLines(syncSamples(decodeSyncQueue({ spans: [most, most] }, CALL)));
  expect(lines).toEqual([
    "sync_spans state=requested 0",
    "sync_spans state=downloaded 2",
    "sync_queued_blocks state=requested 0",
  ]);
});
