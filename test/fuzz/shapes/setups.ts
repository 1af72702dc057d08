import { type FuzzAdapter, LIAR, type Variant } from "../adapter.ts";
import { well } from "../changes.ts";
import { token } from "../json-tree.ts";
import { memoryClients } from "../network.ts";
import { replyOf, type Script, wellScript } from "../script.ts";
import { createWorld } from "../world.ts";

/** A configuration and well answers with which a certain call is made: some are made of some nodes only. */
export type Setup = { readonly variant: Variant; readonly script: Script };

export type Setups = ReadonlyMap<string, readonly Setup[]>;

/** Answers of each call that are tried. */
const CHOICES = 8;

export const NOTHING = { ...well(token("")), status: 404 };

/** Polls a well node in every way, and sees what it is asked. */
export async function findSetups(adapter: FuzzAdapter): Promise<Setups> {
  const found = new Map<string, Setup[]>();
  for (const variant of adapter.variants) {
    for (let choice = 0; choice < CHOICES; choice += 1) {
      const script = wellScript(adapter, choice);
      for (const call of await askedOf(adapter, { variant, script })) {
        found.set(call, [...(found.get(call) ?? []), { variant, script }]);
      }
    }
  }
  return found;
}

async function askedOf(adapter: FuzzAdapter, { variant, script }: Setup): Promise<ReadonlySet<string>> {
  const calls = new Set<string>();
  const clients = memoryClients((_, asked, isUntrusted) => {
    const call = callName(adapter.callOf(asked), isUntrusted);
    if (call !== undefined) calls.add(call);
    return replyOf(script, call, asked, NOTHING);
  });
  const world = createWorld(variant, [LIAR], clients);
  await world.poll(LIAR);
  await world.close();
  return calls;
}

/** Peers that are asked themselves are strangers. */
export function callName(own: string | undefined, isUntrusted: boolean): string | undefined {
  return isUntrusted && own === "cut" ? "peer_cut" : own;
}
