import { connectionFamilies } from "./families/connection.ts";
import { headFamilies } from "./families/head.ts";
import { nodeFamilies } from "./families/node.ts";
import { pollFamilies } from "./families/poll.ts";
import { referenceFamilies } from "./families/reference.ts";
import { trafficFamilies } from "./families/traffic.ts";
import type { NodeFamily } from "./family.ts";

/**
 * THE table of the families of nodes. Their names are contracts. Order here is order on the page.
 * @param chainFamilies what the chains' adapters declare
 */
export function createCatalogue(chainFamilies: readonly NodeFamily[]): readonly NodeFamily[] {
  return [
    ...nodeFamilies,
    ...headFamilies,
    ...trafficFamilies,
    ...connectionFamilies,
    ...chainFamilies,
    ...referenceFamilies,
    ...pollFamilies,
  ];
}
