export async function probe(...args: unknown[]): Promise<number> {
  return args.length;
}
