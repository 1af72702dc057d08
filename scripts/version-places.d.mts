export function versionPlaces(root: string): readonly (readonly [file: string, pattern: RegExp])[];

export function outdatedFiles(root: string, version: string): readonly (readonly [file: string, text: string])[];
