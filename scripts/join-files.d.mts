export type File = {
  readonly name: string;
  readonly code: string;
  readonly entry: string | undefined;
  readonly imports: readonly string[];
};

export function joinFiles(
  files: readonly File[],
  entries: readonly string[],
): readonly { readonly name: string; readonly code: string }[];
