export function thirdPartyLicences(inputs: readonly string[], root: string): string;

export function librariesOf(text: string): readonly {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}[];
