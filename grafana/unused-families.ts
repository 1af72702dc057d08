/** Families of the catalogue that no panel shows, and why. */
export const unusedFamilies: Readonly<Record<string, string>> = {};
