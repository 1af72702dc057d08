/**
 * Characters that nobody sees, as a class of a pattern with the flag u: controls and format characters (zero width, marks
 * that turn the direction of what follows), halves of characters, separators of lines, and letters and selectors that
 * have no shape. With them two names look alike, or one changes how its neighbours are read.
 */
export const INVISIBLE = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u2800\u3164\uffa0`;

/** All of them but tabs and ends of lines. */
export const INVISIBLE_IN_TEXT = new RegExp(`(?![\\t\\n\\r])[${INVISIBLE}]`, "gu");
