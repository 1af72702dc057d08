/** See anchors.mjs. */
export function createAnchors(): (heading: string) => string;
