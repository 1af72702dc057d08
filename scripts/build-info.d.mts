/** See build-info.mjs. */
export function buildInfo(
  root: string,
  env?: Readonly<Record<string, string | undefined>>,
): { readonly revision: string; readonly date: string };

export function commitEpoch(root: string, env?: Readonly<Record<string, string | undefined>>): number;
