import type { ChainAdapter, ChainOptions } from "../chain.ts";
import { FAMILIES } from "./families.ts";
import { optionsSchema } from "./options.ts";
import { openSession } from "./session.ts";

/** Kadena's chainweb-node and its community edition. */
export const chainweb: ChainAdapter = {
  optionsKey: "chainweb",
  options: optionsSchema.transform(
    (options): ChainOptions => ({ values: options, open: (target) => openSession(target, options) }),
  ),
  traits: { directions: ["unknown"], states: [] },
  families: FAMILIES,
};
