import { duration } from '../../model/words.js';
import type { Summary } from '../../model/summary.js';
import { figure } from './figures.js';
import { howItWent } from './how-it-went.js';
import { html, type Markup } from './markup.js';
import { outcomes } from './outcomes-figure.js';
import { rowsTable } from './rows-table.js';
import type { RunPicture } from './run-picture.js';
import { POLICY, SCRIPT_ELEMENT, STYLE_ELEMENT } from './sealed.js';
import { sentence } from './sentence.js';
import { EXIT_WORDS } from './status-words.js';
import type { Draw } from './svg.js';
import { BY_TROUBLE } from './table-rows.js';
import { whatToDo } from './what-to-do.js';

/** The whole page, as one text. */
export function pageOf(summary: Summary, picture: RunPicture, draw: Draw): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>oath-enroll: ${summary.runId}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${top(summary, picture)}
        <main>
          ${outcomes(summary, draw)} ${howItWent(summary, picture, draw)}
          ${whatToDo(summary, picture.reasons.inOrder(BY_TROUBLE))} ${rowsTable(picture.table.rows, summary)}
        </main>
        <footer>
          Made by oath-enroll from this run’s <code>journal.jsonl</code>. The page holds names and serial
          numbers: treat it as personal data. It loads nothing from anywhere.
        </footer>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.text;
}

function top(summary: Summary, { story }: RunPicture): Markup {
  const { runId, rows, calls, refusals, waitedMs, exitCode, startedAt } = summary;
  const facts: [name: string, value: string | Markup][] = [
    ['Input', story.header?.input === '-' ? 'standard input' : (story.header?.input ?? '')],
    ['Began', time(startedAt)],
    ['Took', duration(story.sessions.totalMs)],
    ['Rows', figure(rows)],
    ['Calls to Graph', figure(calls)],
    ['Told to come later', refusals === 0 ? 'never' : refusals === 1 ? 'once' : `${figure(refusals)} times`],
    ['Waited as Graph asked', duration(waitedMs)],
    ['Exit code', `${exitCode}${EXIT_WORDS[exitCode] === undefined ? '' : `, ${EXIT_WORDS[exitCode]}`}`],
  ];
  return html`<header>
    <p class="run">Run ${runId}</p>
    <h1>${sentence(summary)}</h1>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <nav aria-label="On this page"><a href="#todo">What to do</a> <a href="#rows">Rows</a></nav>
  </header>`;
}

const time = (iso: string): Markup =>
  html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
