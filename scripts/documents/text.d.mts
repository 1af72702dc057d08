/** See text.mjs. */
export function documentText(
  document: { readonly file: string; readonly markdown: string },
  names: ReadonlySet<string>,
): string;
