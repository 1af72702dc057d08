export async function checkNodes(...args: unknown[]): Promise<number> {
  return args.length;
}
