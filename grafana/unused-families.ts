/** Families of the catalogue without a panel, and the reasons. */
export const unusedFamilies: Readonly<Record<string, string>> = {
  p2p_node_forked: "forks of a few blocks are usual: the fleet's table has the depth of the others",
};
