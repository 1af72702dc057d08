/** See build-info.mjs. */
export function buildInfo(
  root: string,
  env?: Readonly<Record<string, string | undefined>>,
): { readonly revision: string; readonly date: string };
