import { countOf } from '../../model/outcome.js';
import type { Summary } from '../../model/summary.js';
import { counted, figure } from './figures.js';
import { html, type Content, type Markup } from './markup.js';
import { classOf } from './palette.js';
import { STATUS_WORDS } from './status-words.js';
import { BY_TROUBLE, needsSomething, type TableRow } from './table-rows.js';

/** The rows, trouble first, with a search and a filter that need the page's script. */
export function rowsTable(rows: readonly TableRow[], summary: Summary): Markup {
  return html`<section id="rows" aria-labelledby="rows-title">
    <h2 id="rows-title">Rows</h2>
    <p class="soft">${extent(rows, summary)}</p>
    ${rows.length === 0 ? undefined : [controls(rows, summary), table(rows)]}
  </section>`;
}

function extent(rows: readonly TableRow[], { rows: inAll }: Summary): Content {
  if (inAll === 0) return 'There are none.';
  const all = html`<code>results.csv</code>`;
  const whole =
    rows.length === inAll
      ? html`Those with trouble stand first. ${all} has them in the order of the input, with all their
        columns.`
      : html`The page holds ${figure(rows.length)} of ${figure(inAll)} rows, those with trouble first. All of
        them are in ${all}.`;
  const needy = rows.filter(({ outcome }) => needsSomething(outcome.status)).length;
  const onPaper = needy === 0 ? 'No row needs anything.' : 'Printed are the rows that need something.';
  return html`${whole}<span class="on-paper">${onPaper}</span>`;
}

function controls(rows: readonly TableRow[], { counts, rows: inAll }: Summary): Markup {
  const statuses = BY_TROUBLE.filter((status) => countOf(counts, status) > 0);
  const needy = statuses.filter(needsSomething).reduce((sum, status) => sum + countOf(counts, status), 0);
  const button = (mark: string, name: string, count: number, colour = ''): Markup =>
    html`<button
      type="button"
      data-mark="${mark}"
      data-name="${name}"
      aria-pressed="${mark === '' ? 'true' : 'false'}"
    >
      <span class="${colour}">${name}</span> ${figure(count)}
    </button>`;
  return html`<div class="controls" data-needs-script hidden>
      <label>Search <input type="search" id="search" placeholder="serial number, user, reason …" /></label>
      <div role="group" aria-label="Show rows by status">
        ${button('', 'all', inAll)}
        ${needy === 0 || needy === inAll ? undefined : button('needs', 'needs something', needy)}
        ${statuses.map((status) => button(status, STATUS_WORDS[status], countOf(counts, status), badge(status)))}
      </div>
    </div>
    <p id="said" role="status" class="soft">${counted(rows.length, 'row')} shown.</p>`;
}

/** Classes of a status with its colour. */
export const badge = (status: string): string => `badge ${classOf(status)}`;

function table(rows: readonly TableRow[]): Markup {
  return html`<div class="scroll" id="table" role="region" aria-labelledby="rows-title" tabindex="0">
    <table>
      <caption>
        Every row with what became of it; times are UTC
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">Line</th>
          <th scope="col">Status</th>
          <th scope="col">Serial number</th>
          <th scope="col">User</th>
          <th scope="col">Why</th>
          <th scope="col" class="extra number">Attempts</th>
          <th scope="col" class="extra">Done at</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(tableRow)}
      </tbody>
    </table>
  </div>`;
}

/** Without blanks between cells: there may be thousands. */
function tableRow({ line, serialNumber, user, outcome, group }: TableRow): Markup {
  const { status, reason, attempts, completedAtMs } = outcome;
  const needs = needsSomething(status) ? 'needs ' : '';
  const marks = `${needs}${status} ${group?.id ?? ''}`.trim();
  const done = new Date(completedAtMs).toISOString().slice(0, 19).replace('T', ' ');
  return html`<tr data-marks="${marks}">
    <td class="number">${line}</td>
    <td class="status"><span class="${badge(status)}">${STATUS_WORDS[status]}</span></td>
    <th scope="row"><bdi>${serialNumber}</bdi></th>
    <td class="user"><bdi>${user}</bdi></td>
    <td class="reason">${reason}${graphSaid(outcome)}</td>
    <td class="number extra">${attempts}</td>
    <td class="extra time">${done}</td>
  </tr> `;
}

/** What Microsoft's support asks for, where Graph did not take the code. */
function graphSaid({
  status,
  httpStatus,
  graphErrorCode,
  graphRequestId,
}: TableRow['outcome']): Markup | undefined {
  if (httpStatus === undefined || !needsSomething(status)) return undefined;
  const said = [
    `HTTP ${httpStatus}`,
    ...(graphErrorCode === undefined || graphErrorCode === '' ? [] : [graphErrorCode]),
    ...(graphRequestId === undefined ? [] : [`request id ${graphRequestId}`]),
  ];
  return html`<small>${said.join(', ')}</small>`;
}
