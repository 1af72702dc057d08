import { crc32, deflateSync, inflateSync } from "node:zlib";
import { paletteOf } from "./palette.ts";

/** Makes the pictures of a browser small: with a palette of 256 colors they have a third of the bytes. */

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLORS = 256;
const TYPES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

type Pixels = { readonly width: number; readonly height: number; readonly channels: number; readonly data: Buffer };

/** The picture with at most 256 colors, the nearest ones to its own. Without transparency, which pages do not have. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, channels, data } = decode(png);
  const colors = new Map<number, number>();
  for (let at = 0; at < data.length; at += channels) {
    const color = data.readUIntBE(at, 3);
    colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  const { palette, indexOf } = paletteOf(colors, COLORS);
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const row = Math.floor(pixel / width);
    rows[row * (width + 1) + 1 + (pixel % width)] = indexOf(data.readUIntBE(pixel * channels, 3));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits for each pixel, which are the index of a color; no interlacing.
  header.set([8, 3, 0, 0, 0], 8);
  const entries = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  const parts = [chunk("IHDR", header), chunk("PLTE", entries), chunk("IDAT", deflateSync(rows, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...parts, chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function decode(png: Buffer): Pixels {
  const parts: Buffer[] = [];
  let header = Buffer.alloc(13);
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = Buffer.from(data);
    if (type === "IDAT") parts.push(data);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, type = 0, , , interlaced] = header.subarray(8);
  const channels = TYPES[type];
  if (channels === undefined || depth !== 8 || interlaced !== 0) {
    throw new Error("expected a PNG of 8 bits with RGB or RGBA and no interlacing, as Chromium writes it");
  }
  return { width, height, channels, data: unfilter(inflateSync(Buffer.concat(parts)), width * channels, channels) };
}

/** Each row begins with the number of its filter: how its bytes differ from those to the left and above. */
function unfilter(rows: Buffer, length: number, channels: number): Buffer {
  const height = rows.length / (length + 1);
  const data = Buffer.alloc(length * height);
  for (let row = 0; row < height; row++) {
    const filter = rows[row * (length + 1)] ?? 0;
    for (let index = 0; index < length; index++) {
      const at = row * length + index;
      const left = index >= channels ? (data[at - channels] ?? 0) : 0;
      const above = row > 0 ? (data[at - length] ?? 0) : 0;
      const corner = index >= channels && row > 0 ? (data[at - length - channels] ?? 0) : 0;
      data[at] = (rows[row * (length + 1) + 1 + index] ?? 0) + predicted(filter, left, above, corner);
    }
  }
  return data;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return nearest(left, above, corner);
    default:
      return 0;
  }
}

/** Paeth's predictor. */
function nearest(left: number, above: number, corner: number): number {
  const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}
