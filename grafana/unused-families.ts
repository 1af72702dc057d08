/** Families of the catalogue without a panel, and the reasons. */
export const unusedFamilies: Readonly<Record<string, string>> = {};
