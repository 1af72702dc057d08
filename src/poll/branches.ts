/**
 * Which nodes are on the same branch of their chain. A branch begins with one node; blocks in common bring nodes together, and
 * blocks that exclude each other part them. Branches are joined by pointers, so that a fleet of any size costs a few steps for
 * each poll.
 */

/** A branch that was joined to another one points to it. */
type Branch = {
  joinedTo: Branch | undefined;
  members: number;
  /** Branches that have other blocks at places of this one. */
  readonly opposed: Set<Branch>;
};

export type Member = { branch: Branch | undefined };

/** What a comparison of blocks says about a node. */
export type Evidence = {
  /** Some of the nodes that have the node's own block at the highest place where any node does. */
  readonly agreed: readonly Member[];
  /** Some of the nodes that have other blocks above that place, too deep below their heads for a usual reorganisation. */
  readonly opposed: readonly Member[];
  /** Whether the common block is so near to the heads that the nodes on both branches have to be together. */
  readonly isNearHeads: boolean;
};

/** Puts a node on the branch that the evidence shows. Without evidence it stays, or begins a branch of its own. */
export function takeSide(member: Member, { agreed, opposed, isNearHeads }: Evidence): void {
  const against = branchesOf(opposed);
  const before = branchOf(member);
  if (before !== undefined && against.has(before)) leave(member);
  const own = branchOf(member);
  const possible = [...branchesOf(agreed)].filter((branch) => !against.has(branch));
  const [target] = possible.sort((a, b) => b.members - a.members);
  if (target !== undefined && (own === undefined || !possible.includes(own))) {
    if (own !== undefined && isNearHeads && !own.opposed.has(target)) join(own, target);
    else enter(member, target);
  }
  const branch = branchOf(member) ?? enter(member, { joinedTo: undefined, members: 0, opposed: new Set() });
  for (const each of agreed) if (branchOf(each) === undefined) enter(each, branch);
  for (const other of against) {
    branch.opposed.add(other);
    other.opposed.add(branch);
  }
}

/** Ends the membership, as when the node is no longer polled. */
export function leave(member: Member): void {
  const branch = branchOf(member);
  member.branch = undefined;
  if (branch === undefined) return;
  branch.members -= 1;
  if (branch.members === 0) for (const other of branch.opposed) other.opposed.delete(branch);
}

export function areTogether(a: Member, b: Member): boolean {
  const branch = branchOf(a);
  return branch !== undefined && branch === branchOf(b);
}

/** Whether the nodes are known to be on different branches; false where nothing is known. */
export function areApart(a: Member, b: Member): boolean {
  const other = branchOf(b);
  return other !== undefined && branchOf(a)?.opposed.has(other) === true;
}

function enter(member: Member, branch: Branch): Branch {
  leave(member);
  branch.members += 1;
  member.branch = branch;
  return branch;
}

/** Joins the smaller branch to the larger one. */
function join(a: Branch, b: Branch): void {
  const [small, large] = a.members < b.members ? [a, b] : [b, a];
  large.members += small.members;
  small.joinedTo = large;
  for (const other of small.opposed) {
    other.opposed.delete(small);
    other.opposed.add(large);
    large.opposed.add(other);
  }
  small.opposed.clear();
}

function branchOf(member: Member): Branch | undefined {
  let branch = member.branch;
  while (branch?.joinedTo !== undefined) branch = branch.joinedTo;
  member.branch = branch;
  return branch;
}

function branchesOf(members: readonly Member[]): Set<Branch> {
  const branches = new Set<Branch>();
  for (const member of members) {
    const branch = branchOf(member);
    if (branch !== undefined) branches.add(branch);
  }
  return branches;
}
