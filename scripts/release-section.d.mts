export function releaseNotes(release: {
  readonly tag: string;
  readonly version: string;
  readonly changelog: string;
}): string;
