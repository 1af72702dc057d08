/** See html.mjs. */
export function documentHtml(
  document: { readonly file: string; readonly markdown: string },
  names: ReadonlySet<string>,
): string;
