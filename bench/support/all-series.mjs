/**
 * A loaded configuration whose nodes show every peer, however many the bench wants.
 * @template {{ readonly nodes: readonly object[] }} C
 * @param {C} config
 * @param {"full" | "host"} address how they are named: `host` is the default of the program, `full` was it before 0.2
 */
export function withAllSeries(config, address) {
  const connections = { series: true, maxPerNode: 100_000, maxNewPerHour: 100_000, address, hashKey: undefined };
  return { ...config, nodes: config.nodes.map((node) => ({ ...node, connections })) };
}
