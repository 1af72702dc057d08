/** See deb-control.mjs. */
export function dependsOn(needed: ReadonlyMap<string, readonly string[]>): string;
export function debianVersion(version: string): string;
export function control(facts: {
  readonly version: string;
  readonly arch: string;
  readonly depends: string;
  readonly installedSize: number;
}): string;
export function installedSize(sizes: readonly number[], folders: number): number;
export const MAINTAINER: string;
export const HOMEPAGE: string;
