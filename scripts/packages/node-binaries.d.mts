/** See node-binaries.mjs. */
export const NODE_VERSION: string;
