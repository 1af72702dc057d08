/** Whether this is `npm run test:long`, which tries more cases than the unit suite, and new ones each time. */
export const IS_LONG = process.env.TEST_LONG === "1";

/** CI has ten minutes for everything, so it tries a part of the cases of the long run, and other ones each time. */
const SHARE = Number(process.env.TEST_SHARE ?? 1);

/**
 * How many cases of a property to try: all in the long run, or TEST_SHARE of them; a tenth in the unit suite, at least 20, and the same each time
 * (test/support/properties.ts).
 */
export function runs(all: number): number {
  return IS_LONG ? Math.ceil(all * SHARE) : Math.min(all, Math.max(20, Math.ceil(all / 10)));
}
