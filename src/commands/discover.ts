export async function discover(...args: unknown[]): Promise<number> {
  return args.length;
}
