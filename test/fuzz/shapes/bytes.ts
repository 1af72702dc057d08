/** Large pieces of bytes, made in no more time than they need. */

export function repeated(unit: string | Buffer, times: number): Buffer {
  const piece = Buffer.from(unit);
  return Buffer.alloc(piece.length * times, piece);
}

/** Items with commas between them. */
export function joined(count: number, item: (index: number) => string): string {
  let out = "";
  for (let index = 0; index < count; index += 1) out += index === 0 ? item(index) : `,${item(index)}`;
  return out;
}
