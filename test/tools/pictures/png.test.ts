import { deflateSync, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { withPalette } from "../../../tools/pictures/png.ts";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, "latin1"), data, Buffer.alloc(4)]);
}

/** An RGB picture of these rows; each row begins with its filter. */
function picture(width: number, rows: readonly (readonly number[])[], type = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, type, 0, 0, 0], 8);
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function chunksOf(png: Buffer): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    found.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

/** The colors of each row of a picture with a palette. */
function colorsOf(png: Buffer, width: number): readonly (readonly string[])[] {
  const chunks = chunksOf(png);
  const palette = chunks.get("PLTE") ?? Buffer.alloc(0);
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  return Array.from({ length: rows.length / (width + 1) }, (_, row) =>
    [...rows.subarray(row * (width + 1) + 1, (row + 1) * (width + 1))].map((index) =>
      palette.toString("hex", index * 3, index * 3 + 3),
    ),
  );
}

test("a picture with few colors keeps each of them, whatever the filters of its rows", () => {
  const rows = [
    [0, 10, 20, 30, 40, 50, 60],
    [1, 10, 20, 30, 30, 30, 30],
    [2, 0, 0, 0, 1, 1, 1],
    [3, 5, 10, 15, 20, 25, 30],
    [4, 0, 0, 0, 0, 0, 0],
  ];
  expect(colorsOf(withPalette(picture(2, rows)), 2)).toEqual([
    ["0a141e", "28323c"],
    ["0a141e", "28323c"],
    ["0a141e", "29333d"],
    ["0a141e", "2d3c4b"],
    ["0a141e", "2d3c4b"],
  ]);
});

test("a picture with more than 256 colors gets 256 that are near to its own", () => {
  const width = 1024;
  const row = Array.from({ length: width }, (_, x) => [x >> 2, (x * 7) % 256, 0]);
  const png = withPalette(picture(width, [[0, ...row.flat()]]));
  expect(chunksOf(png).get("PLTE")?.length).toBe(256 * 3);
  const [colors = []] = colorsOf(png, width);
  const errors = colors.map((color, x) => {
    const [red = 0, green = 0] = row[x] ?? [];
    return (
      Math.abs(Number.parseInt(color.slice(0, 2), 16) - red) + Math.abs(Number.parseInt(color.slice(2, 4), 16) - green)
    );
  });
  expect(errors.reduce((sum, error) => sum + error, 0) / width).toBeLessThan(20);
});

test("a picture of another kind is refused", () => {
  expect(() => withPalette(picture(1, [[0, 0]], 3))).toThrow("expected a PNG of 8 bits with RGB or RGBA");
});
