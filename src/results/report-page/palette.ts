/** A colour by day and by night; the same thing has the same colour in every picture, in the table and in the lists. */
type Pair = readonly [light: string, dark: string];

/** Text has a contrast of 4.5 to what is behind it, marks one of 3 (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAGE: Readonly<Record<string, Pair>> = {
  paper: ['#f5f6f8', '#12161c'],
  card: ['#ffffff', '#1a2028'],
  ink: ['#1b2330', '#e8ecf1'],
  'ink-soft': ['#55606f', '#a5b0be'],
  line: ['#dfe3e9', '#313a46'],
  accent: ['#0b5cad', '#7db8f2'],
  wait: ['#fbe7bd', '#4d3d17'],
  deadline: ['#6b7685', '#9aa6b4'],
  resumed: ['#0b5cad', '#7db8f2'],
};

const MARKS: Readonly<Record<string, Pair>> = {
  taken: ['#1f8a5b', '#3fb984'],
  'looked-up': ['#6480d8', '#8da2ee'],
  refused: ['#c2412f', '#f0705d'],
  'no-answer': ['#8a4bb0', '#c48be6'],
  later: ['#c07a00', '#f0b040'],
  enrolled: ['#1f8a5b', '#3fb984'],
  'already-enrolled': ['#4c9d7b', '#2f8f68'],
  imported: ['#1f8a5b', '#3fb984'],
  'already-imported': ['#4c9d7b', '#2f8f68'],
  expired: ['#c07a00', '#f0b040'],
  'code-rejected': ['#a8590c', '#d98d3c'],
  'not-attempted': ['#6f7c8c', '#8b98a8'],
  failed: ['#c2412f', '#f0705d'],
  invalid: ['#a8326e', '#e573ab'],
  unresolved: ['#8a4bb0', '#c48be6'],
  duplicate: ['#7f8a97', '#6f7c8c'],
};

/** The colour of a status, a kind of call or a part of the page, as CSS and SVG take it. */
export const colourOf = (name: string): string => `var(--${name.replaceAll('_', '-')})`;

/** The class that gives an element's mark that colour. */
export const classOf = (name: string): string => `c-${name.replaceAll('_', '-')}`;

const variables = (which: 0 | 1): string =>
  Object.entries({ ...PAGE, ...MARKS })
    .map(([name, pair]) => `--${name}: ${pair[which]};`)
    .join(' ');

/** All of it as a style sheet: paper is always light. */
export const css = `
:root { color-scheme: light dark; ${variables(0)} }
@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }
@media print { :root { color-scheme: light; ${variables(0)} --paper: #ffffff; } }
${[...Object.keys(PAGE), ...Object.keys(MARKS)].map((name) => `.${classOf(name)} { --c: ${colourOf(name)}; }`).join('\n')}
`;
