import { instance } from '@viz-js/viz';

/** The kinds of box that a diagram may have: what its state means to a reader. */
export type Mood = 'calm' | 'busy' | 'alarm' | 'done';

/**
 * The colours, also of the ground, because an image cannot know the colour of the page around it.
 * A page in dark mode says so to its images by `color-scheme`.
 */
const themes = {
  light: {
    ground: '#ffffff',
    ink: '#24292f',
    line: '#57606a',
    calm: '#e2f0dc',
    busy: '#deeafa',
    alarm: '#fbe6c8',
    done: '#e4e4e8',
  },
  dark: {
    ground: '#1f2328',
    ink: '#e6edf3',
    line: '#9aa4ae',
    calm: '#24452f',
    busy: '#1f3f66',
    alarm: '#5c4213',
    done: '#3d444d',
  },
};

function rulesOf({ ground, ink, line, ...moods }: (typeof themes)['light']): string {
  return [
    `.graph > polygon { fill: ${ground}; }`,
    `text { fill: ${ink}; }`,
    `.node path, .node ellipse { stroke: ${line}; }`,
    `.edge path { stroke: ${line}; }`,
    `.edge polygon { fill: ${line}; stroke: ${line}; }`,
    ...Object.entries(moods).map(([mood, colour]) => `.${mood} path { fill: ${colour}; }`),
  ].join('\n');
}

/** A diagram in DOT as SVG that reads on light and on dark. The class of a node is its mood. */
export async function render(body: readonly string[], title: string): Promise<string> {
  const dot = [
    'digraph {',
    `  graph [fontname="Helvetica", bgcolor="white", pad=0.2];`,
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=14, margin="0.25,0.15"];',
    '  edge [fontname="Helvetica", fontsize=11];',
    ...body,
    '}',
  ].join('\n');
  const svg = (await instance()).renderString(dot, { format: 'svg' });
  const style = `<style>\n${rulesOf(themes.light)}\n@media (prefers-color-scheme: dark) {\n${rulesOf(themes.dark)}\n}\n</style>`;
  return svg.replace(/(<svg[^>]*>)/, `$1\n<title>${title}</title>\n${style}`);
}
