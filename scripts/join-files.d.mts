export type File = {
  readonly name: string;
  readonly code: string;
  readonly entry: string | undefined;
  readonly imports: readonly string[];
};

export function joinFiles(
  files: readonly File[],
  wanted: readonly { readonly entry: string; readonly later?: readonly string[] }[],
): readonly { readonly name: string; readonly code: string }[];
