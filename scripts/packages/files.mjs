// Files and archives with the modes and times that are given here: never those of the clone, of the umask or of the clock.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";

/** @typedef {{ readonly name: string, readonly data: Uint8Array | string, readonly mode?: number }} Entry a file of an archive */

/**
 * @param {string} file made with its folders
 * @param {Uint8Array | string} data
 */
export function writeFile(file, data, mode = 0o644) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(file, data);
  chmodSync(file, mode);
}

/** @param {string} from @param {string} to made with its folders */
export function copyFile(from, to, mode = 0o644) {
  writeFile(to, readFileSync(from), mode);
}

const BLOCK = 512;

/**
 * A tar archive, compressed. The same entries give the same bytes with the same Node.js.
 * @param {readonly Entry[]} entries sorted by name in the archive
 * @param {number} epoch the time of every file, in seconds since 1970
 * @returns {Buffer}
 */
export function tarGz(entries, epoch) {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocks = sorted.flatMap(({ name, data, mode = 0o644 }) => {
    const bytes = Buffer.from(data);
    return [header({ name, size: bytes.length, mode, epoch }), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

/** In the format of POSIX 1988 (ustar). @throws Error if the name is too long for it */
function header({ name, size, mode, epoch }) {
  const { prefix, rest } = split(name);
  const block = Buffer.alloc(BLOCK);
  const text = (at, value) => void block.write(value, at, "latin1");
  const octal = (at, width, value) => text(at, `${value.toString(8).padStart(width - 1, "0")}\0`);
  text(0, rest);
  octal(100, 8, mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, epoch);
  // The sum counts its own field as spaces.
  text(148, " ".repeat(8));
  text(156, "0");
  text(257, "ustar\x0000");
  text(345, prefix);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function split(name) {
  if (!/^[\x20-\x7e]+$/.test(name)) throw new Error(`${name}: names of an archive's files are in ASCII here`);
  if (name.length <= 100) return { prefix: "", rest: name };
  const at = name.lastIndexOf("/", 155);
  if (at < 0 || name.length - at > 101) throw new Error(`${name}: too long for a name in an archive`);
  return { prefix: name.slice(0, at), rest: name.slice(at + 1) };
}
