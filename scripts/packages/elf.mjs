// Which libraries an executable of Linux needs, and which of their symbol versions: read from the file itself, so that
// packages for other machines can be made, too.

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT = { needed: 1n, strings: 5n, versions: 0x6ffffffen, versionCount: 0x6fffffffn };

/**
 * @param {Buffer} file an ELF file of 64 bits, little-endian
 * @returns {ReadonlyMap<string, readonly string[]>} the versions of each library, `GLIBC_2.28`; none for a library without
 * @throws Error if it is no such file
 */
export function neededVersions(file) {
  if (file.toString("latin1", 0, 4) !== "\x7fELF" || file[4] !== 2 || file[5] !== 1) {
    throw new Error("expected an ELF file of 64 bits, little-endian");
  }
  const segments = segmentsOf(file);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) throw new Error("expected an executable that uses shared libraries");
  const entries = dynamicEntries(file, dynamic);
  const entryOf = (tag) => entries.find((entry) => entry.tag === tag)?.value;
  const strings = placeOf(segments, entryOf(DT.strings));
  const textAt = (offset) => text(file, strings + offset);
  const needed = entries.filter(({ tag }) => tag === DT.needed).map(({ value }) => [textAt(Number(value)), []]);
  const versions = new Map(needed);
  const first = entryOf(DT.versions);
  if (first === undefined) return versions;
  let at = placeOf(segments, first);
  for (let left = Number(entryOf(DT.versionCount)); left > 0; left -= 1) {
    versions.set(textAt(file.readUInt32LE(at + 4)), versionsOf(file, at, textAt));
    at += file.readUInt32LE(at + 12);
  }
  return versions;
}

function segmentsOf(file) {
  const start = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function dynamicEntries(file, { offset, size }) {
  return Array.from({ length: size / 16 }, (_, index) => ({
    tag: file.readBigUInt64LE(offset + index * 16),
    value: file.readBigUInt64LE(offset + index * 16 + 8),
  }));
}

/** Where something with an address in memory is in the file. */
function placeOf(segments, address) {
  const at = Number(address);
  const segment = segments.find((one) => one.type === PT_LOAD && at >= one.address && at < one.address + one.size);
  if (segment === undefined) throw new Error(`no segment of the file has the address ${address}`);
  return at - segment.address + segment.offset;
}

function versionsOf(file, library, textAt) {
  const names = [];
  let at = library + file.readUInt32LE(library + 8);
  for (let left = file.readUInt16LE(library + 2); left > 0; left -= 1) {
    names.push(textAt(file.readUInt32LE(at + 8)));
    at += file.readUInt32LE(at + 12);
  }
  return names;
}

function text(file, at) {
  return file.toString("latin1", at, file.indexOf(0, at));
}
