export async function peers(...args: unknown[]): Promise<number> {
  return args.length;
}
