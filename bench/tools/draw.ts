import { mkdirSync, writeFileSync } from 'node:fs';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Colours that a page in dark mode replaces; those of the docs' diagrams. */
const themes = {
  light: { ground: '#ffffff', ink: '#24292f', line: '#d0d7de' },
  dark: { ground: '#1f2328', ink: '#e6edf3', line: '#3d444d' },
};

/** Read on both grounds. Ours is the first. */
const hues = ['#2f81f7', '#8b949e', '#d9822b', '#3fa45b', '#a371f7', '#e5534b', '#2aa198', '#b8860b'];

/** A name has one colour in all plots. Which limit it is depends on the plot. */
export function colours(names: readonly string[]): { domain: string[]; range: string[] } {
  return { domain: [...names], range: names.map((_, index) => hues[index % hues.length]!) };
}

const { ground, ink, line } = themes.light;
const text = { labelColor: ink, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal' as const };

const config = {
  font: 'Helvetica, Arial, sans-serif',
  background: ground,
  padding: 12,
  view: { stroke: line },
  axis: { ...text, domainColor: line, gridColor: line, tickColor: line },
  legend: { ...text, title: null, orient: 'bottom' as const, columns: 2, labelLimit: 260, symbolStrokeWidth: 2 },
  header: { ...text, labelFontSize: 13 },
  title: { color: ink, fontSize: 14, anchor: 'start' as const, offset: 10 },
  text: { color: ink, fontSize: 11 },
};

/** A logarithmic axis from one round number to another, labelled at 1, 3, 10, 30 and so on, or at the powers of ten where those are many. */
export function logarithmic(values: readonly number[]): { scale: object; axis: object } {
  const steps = Array.from({ length: 26 }, (_, index) => 10 ** (Math.floor(index / 2) - 4) * (index % 2 === 0 ? 1 : 3));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const from = steps.findLast((step) => step <= least) ?? least;
  const to = steps.find((step) => step >= most) ?? most;
  const inside = steps.filter((step) => step >= from && step <= to);
  const shown = inside.length > 6 ? inside.filter((_, index) => steps.indexOf(inside[index]!) % 2 === 0) : inside;
  const labels = "datum.value >= 1000 ? format(datum.value, '~s') : format(datum.value, '~r')";
  return { scale: { type: 'log', domain: [from, to], nice: false }, axis: { values: shown, labelExpr: labels } };
}

/** Draws a plot into docs/bench. CSS in the picture follows the page's `color-scheme`, because an image knows nothing else of the page around it. */
export async function draw(name: string, alt: string, spec: TopLevelSpec): Promise<void> {
  const folder = new URL('../../docs/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const svg = await new View(parse(compile({ ...spec, config }).spec), { renderer: 'none' }).toSVG();
  const rules = (['ground', 'ink', 'line'] as const).map((colour) => {
    const [from, to] = [themes.light[colour], themes.dark[colour]];
    return `[fill="${from}"] { fill: ${to} } [stroke="${from}"] { stroke: ${to} }`;
  });
  const style = `<style>@media (prefers-color-scheme: dark) { ${rules.join(' ')} }</style>`;
  writeFileSync(new URL(`${name}.svg`, folder), `${svg.replace(/(<svg[^>]*>)/, `$1<title>${alt}</title>${style}`)}\n`);
}
