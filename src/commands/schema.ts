export async function printSchema(...args: unknown[]): Promise<number> {
  return args.length;
}
