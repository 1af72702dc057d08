// Reads a metrics page.

/** @param {Buffer} page */
export function countSeries(page) {
  let series = 0;
  for (const line of page.toString().split("\n")) if (line !== "" && !line.startsWith("#")) series += 1;
  return series;
}

/**
 * Every sample of the page, as prom-client takes it.
 * @param {string} page
 * @returns {{ name: string, help: string, labelNames: string[], samples: { labels: Record<string, string>, value: number }[] }[]}
 */
export function parsePage(page) {
  const families = new Map();
  const helps = new Map();
  for (const line of page.split("\n")) {
    if (line.startsWith("# HELP ")) {
      const [, name, help] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
      helps.set(name, help);
    }
    const [, name, list = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const labels = Object.fromEntries(
      [...list.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
    );
    const family = families.get(name) ?? { name, help: helps.get(name) ?? name, labelNames: new Set(), samples: [] };
    for (const label of Object.keys(labels)) family.labelNames.add(label);
    family.samples.push({ labels, value: Number(value) });
    families.set(name, family);
  }
  return [...families.values()].map((family) => ({ ...family, labelNames: [...family.labelNames] }));
}
