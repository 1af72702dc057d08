// A small plot as SVG: lines over logarithmic axes. It has a white ground of its own, to be read on light and dark pages.

const WIDTH = 640;
const HEIGHT = 360;
const AREA = { left: 70, right: 620, top: 44, bottom: 310 };
const COLOURS = ["#0b5fa5", "#b5530b", "#2d7a3e"];

/**
 * @param {{
 *   title: string, description: string, x: string, y: string,
 *   lines: readonly { name: string, points: readonly (readonly [number, number])[] }[],
 * }} plot all values above 0
 */
export function plotSvg({ title, description, x, y, lines }) {
  const points = lines.flatMap((line) => line.points);
  const across = axis(
    points.map(([value]) => value),
    AREA.left,
    AREA.right,
  );
  const up = axis(
    points.map(([, value]) => value),
    AREA.bottom,
    AREA.top,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="t d">
<title id="t">${title}</title>
<desc id="d">${description}</desc>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<g font-family="sans-serif" font-size="12" fill="#333">
${across.ticks.map((tick) => vertical(across.at(tick), tick)).join("\n")}
${up.ticks.map((tick) => horizontal(up.at(tick), tick)).join("\n")}
<text x="${(AREA.left + AREA.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${x}</text>
<text x="18" y="${(AREA.top + AREA.bottom) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(AREA.top + AREA.bottom) / 2})">${y}</text>
<text x="${AREA.left}" y="24" font-size="14" font-weight="bold">${title}</text>
${lines.map((line, index) => drawn(line, COLOURS[index % COLOURS.length], across, up)).join("\n")}
${lines.map((line, index) => legend(line, index)).join("\n")}
</g>
</svg>
`;
}

/** From the power of ten below the smallest value to the first tick above the largest. */
function axis(values, from, to) {
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const largest = Math.max(...values);
  const ticks = [];
  for (let decade = low; decade <= largest; decade *= 10) ticks.push(decade, decade * 3);
  while (ticks.length > 2 && (ticks[ticks.length - 2] ?? 0) >= largest) ticks.pop();
  const high = Math.max(largest, ticks[ticks.length - 1] ?? largest);
  const at = (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low);
  return { ticks, at: (value) => Number(at(value).toFixed(1)) };
}

function vertical(x, tick) {
  return `<path d="M${x} ${AREA.top}V${AREA.bottom}" stroke="#ddd"/><text x="${x}" y="${AREA.bottom + 18}" text-anchor="middle">${written(tick)}</text>`;
}

function horizontal(y, tick) {
  return `<path d="M${AREA.left} ${y}H${AREA.right}" stroke="#ddd"/><text x="${AREA.left - 8}" y="${y + 4}" text-anchor="end">${written(tick)}</text>`;
}

function written(tick) {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 2 }).format(tick);
}

function drawn({ points }, colour, across, up) {
  const places = points.map(([x, y]) => [across.at(x), up.at(y)]);
  const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`).join("");
  return `<path d="M${places.map((place) => place.join(" ")).join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}`;
}

function legend({ name }, index) {
  const y = AREA.top + 18 + index * 18;
  const x = AREA.left + 14;
  return `<path d="M${x} ${y - 4}h20" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="2"/><text x="${x + 26}" y="${y}">${name}</text>`;
}
