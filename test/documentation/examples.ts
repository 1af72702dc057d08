/** The files of test/examples, from which documents show parts. */
export const EXAMPLE_SOURCES: readonly string[] = [];
