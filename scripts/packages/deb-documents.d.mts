/** See deb-documents.mjs. */
export function copyright(
  libraries: readonly {
    readonly name: string;
    readonly version: string;
    readonly license: string;
    readonly text: string;
  }[],
  node: { readonly version: string; readonly licence: string },
): string;
export function changelog(facts: { readonly text: string; readonly version: string; readonly epoch: number }): string;
