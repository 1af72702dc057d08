/**
 * Configuration entries of nodes that are all the hostile node of hostile-node.mjs, so that it is polled many times a second.
 * @param {string} url
 * @param {number} count
 */
export function hostileEntries(url, count) {
  return Array.from({ length: count }, (_, index) => ({
    name: `hostile-${index}`,
    // The Bitcoin family asks for more than the others, and with a body.
    ...(index % 3 === 2 ? { chain: "bitcoin" } : { chain: "wire", wire: { prometheus_url: url } }),
    url,
    interval: "1s",
    timeout: "1s",
  }));
}

/**
 * Asks /-/healthy again and again, each time a while after the last answer, until it is told to end.
 * @param {string} url of the exporter
 * @param {{ everyMs: number, isOver: () => boolean }} options
 * @returns {Promise<{ latencies: number[], unhealthy: string[] }>} milliseconds of each, and what was answered instead of 200
 */
export async function watchHealth(url, { everyMs, isOver }) {
  const latencies = [];
  const unhealthy = [];
  while (!isOver()) {
    const began = performance.now();
    const answer = await fetch(`${url}/-/healthy`).then(
      async (response) => {
        await response.arrayBuffer();
        return String(response.status);
      },
      (error) => String(error),
    );
    latencies.push(performance.now() - began);
    if (answer !== "200") unhealthy.push(answer);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return { latencies, unhealthy };
}
