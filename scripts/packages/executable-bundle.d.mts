/** See executable-bundle.mjs. */
export function bundleExecutable(
  root: string,
  folder: string,
): Promise<{
  readonly main: string;
  readonly assets: Readonly<Record<string, string>>;
  readonly inputs: readonly string[];
}>;
