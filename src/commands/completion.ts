export async function printCompletion(...args: unknown[]): Promise<number> {
  return args.length;
}
