import { setFlagsFromString } from "node:v8";

/** A fleet up to this size lives well with a small young generation. */
const SMALL_FLEET = 50;

/**
 * Keeps the engine from growing its young generation to three times 16 MiB, as it would under any steady load: the
 * exporter beside one node is to be a small sidecar. Measured with the demo on Node 20: 104 instead of 129 MiB. With many
 * nodes the larger space saves more time than it costs memory.
 */
export function keepMemorySmall(nodeCount: number): void {
  if (nodeCount <= SMALL_FLEET) setFlagsFromString("--semi-space-growth-factor=1");
}
