import { css } from './palette.js';

/** The style sheet of the page: light, dark, and on paper. */
export const STYLE = `${css}
* { box-sizing: border-box; }
html { scroll-padding-top: 12px; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
body > header, main, footer { max-width: 1440px; margin: 0 auto; padding: 0 24px; }
body > header { padding-top: 24px; }
h1 { font-size: clamp(21px, 2.2vw, 29px); line-height: 1.25; margin: 0 0 14px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 4px; }
h3 { font-size: 15px; margin: 0; }
p { margin: 0 0 8px; }
a, .linklike { color: var(--accent); }
code { font: 13px/1.5 ui-monospace, "Liberation Mono", Consolas, monospace; overflow-wrap: anywhere; background: var(--paper); padding: 1px 5px; border: 1px solid var(--line); border-radius: 4px; }
.run { color: var(--ink-soft); margin: 0 0 4px; overflow-wrap: anywhere; }
.soft { color: var(--ink-soft); }
nav { display: flex; gap: 20px; margin: 0 0 16px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0 0 12px; }
.facts div { min-width: 0; }
.facts dt { color: var(--ink-soft); font-size: 13px; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 16px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px 18px; }
#todo, #rows { grid-column: 1 / -1; }
figure { margin: 8px 0 0; }
figcaption { font-size: 13px; color: var(--ink-soft); margin-top: 6px; }
svg { display: block; width: 100%; max-width: 620px; height: auto; }
svg text { font: 12px system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
.outcomes svg text { font-size: 13px; }
.narrow { display: none; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 6px 0 0; padding: 0; font-size: 13px; }
.keys i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; background: var(--c); }
.keys .tick i { height: 3px; vertical-align: 3px; }
.keys .bar i { width: 3px; height: 13px; vertical-align: -2px; }
.steps { margin: 0 0 14px; padding-left: 22px; }
.steps li { margin-bottom: 6px; }
.groups { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px 28px; }
.groups li { border-top: 1px solid var(--line); padding-top: 8px; }
.groups p { margin: 2px 0 0; }
.groups h3 { overflow-wrap: anywhere; }
.groups h3 .badge { display: block; }
.badge { font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 6px; background: var(--c); }
button, input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--ink-soft); border-radius: 6px; padding: 4px 10px; min-height: 32px; }
button { cursor: pointer; }
button[aria-pressed=true] { background: var(--ink); color: var(--card); border-color: var(--ink); }
.groups button { padding: 0 8px; min-height: 26px; font-size: 13px; margin-left: 6px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 10px 0 6px; }
.controls[hidden] { display: none; }
.controls label { display: flex; gap: 8px; align-items: center; margin-right: 8px; max-width: 100%; }
.controls input { min-width: 0; width: 19em; }
.controls [role=group] { display: flex; flex-wrap: wrap; gap: 6px; }
.scroll { position: relative; overflow: auto; max-height: 78vh; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; color: var(--ink-soft); font-size: 13px; padding: 6px 10px; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; background: var(--card); border-top: 0; box-shadow: inset 0 -1px var(--line); white-space: nowrap; font-size: 13px; }
tbody th { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
#table tbody th { min-width: 9em; }
.user { min-width: 15em; }
.reason { min-width: 18em; }
.time { white-space: nowrap; }
td small { color: var(--ink-soft); display: block; }
.on-paper { display: none; }
details { margin-top: 8px; font-size: 13px; overflow-x: auto; }
details table { width: auto; font-size: 13px; margin-top: 4px; }
summary { cursor: pointer; color: var(--accent); }
footer { color: var(--ink-soft); font-size: 13px; padding-top: 16px; padding-bottom: 32px; }
@media (max-width: 1180px) {
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .outcomes { grid-column: 1 / -1; }
  .extra { display: none; }
}
@media (max-width: 780px) { main { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 560px) {
  body > header, main, footer { padding-left: 12px; padding-right: 12px; }
  section { padding: 12px; }
  .wide { display: none; }
  .narrow { display: block; }
  #table table, #table tbody { display: block; }
  #table caption { display: block; }
  #table thead { position: absolute; clip-path: inset(50%); }
  #table tbody tr { display: grid; grid-template-columns: 3.5em minmax(0, 1fr); border-top: 1px solid var(--line); padding: 6px 8px; }
  #table tbody tr[hidden] { display: none; }
  #table tbody :is(th, td) { border: 0; padding: 1px 0; min-width: 0; grid-column: 2; }
  #table tbody td.number { grid-column: 1; grid-row: 1; text-align: left; }
  #table tbody td.status { grid-row: 1; }
}
@media print {
  @page { margin: 14mm; }
  body { font-size: 10pt; }
  body > header, main, footer { padding-left: 0; padding-right: 0; max-width: none; }
  main { display: block; }
  section { border: 0; padding: 0; margin-bottom: 14pt; }
  main > section:not(#todo, #rows) { break-inside: avoid; }
  .groups { display: block; }
  .groups li { padding: 4pt 0; }
  figure, .groups li, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  svg { max-width: 100mm; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .keys i, .badge::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wide { display: block; }
  .narrow, nav, .controls, .groups button, details, #said, .extra { display: none; }
  .scroll { max-height: none; overflow: visible; border: 0; }
  thead th { position: static; }
  #table table { font-size: 8pt; }
  #table :is(th, td) { padding: 2pt 5pt; min-width: 0; }
  #table .user { max-width: 14em; }
  #table tbody tr { display: none; }
  #table tbody tr[data-marks~=needs] { display: table-row; }
  .on-paper { display: block; }
}
`;
