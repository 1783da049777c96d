import { quoted } from '../../model/words.js';
import type { Summary } from '../../model/summary.js';
import { figure } from './figures.js';
import { html, type Markup } from './markup.js';
import type { ReasonGroup } from './reasons.js';
import { badge } from './rows-table.js';
import { lookAt } from './sentence.js';
import { STATUS_WORDS } from './status-words.js';

/** What is left to do, and why. */
export function whatToDo(summary: Summary, groups: readonly ReasonGroup[]): Markup {
  const steps = nextSteps(summary);
  return html`<section id="todo" aria-labelledby="todo-title">
    <h2 id="todo-title">What to do</h2>
    ${
      steps.length === 0
        ? html`<p class="soft">Nothing is left to do.</p>`
        : html`<ol class="steps">
            ${steps.map((step) => html`<li>${step}</li>`)}
          </ol>`
    }
    ${
      groups.length === 0
        ? undefined
        : html`<ul class="groups">
            ${groups.map(reason)}
          </ul>`
    }
  </section>`;
}

function reason({ id, status, reason, whatToDo, rows, lines }: ReasonGroup): Markup {
  const more = rows > lines.length ? ` and ${figure(rows - lines.length)} more` : '';
  return html`<li>
    <h3><span class="${badge(status)}">${figure(rows)} ${STATUS_WORDS[status]}</span> ${reason}</h3>
    <p>${whatToDo}</p>
    <p class="soft">
      ${lines.length === 1 ? 'Line' : 'Lines'} ${lines.join(', ')}${more}
      <button
        type="button"
        data-mark="${id}"
        data-name="${reason}"
        data-jump
        data-needs-script
        hidden
        aria-label="Show the rows: ${reason}"
      >
        Show
      </button>
    </p>
  </li>`;
}

/** Steps in the order in which it is best done. */
function nextSteps({ folder, counts, needsRecollection, stopped }: Summary): Markup[] {
  const resume = html`<code>npx oath-enroll resume ${quoted(folder)}</code>`;
  const steps: Markup[] = [];
  if (stopped !== null) steps.push(html`Finish the run, and send what still lives: ${resume}`);
  else if (counts.unresolved > 0) steps.push(html`Look the unresolved rows up once more: ${resume}`);
  if (needsRecollection > 0) {
    steps.push(
      html`Collect ${figure(needsRecollection)} fresh ${needsRecollection === 1 ? 'code' : 'codes'}: fill in
        the empty code column of <code>recollect.csv</code> and run it at once, with the options of this run:
        <code>npx oath-enroll run ${quoted(`${folder}/recollect.csv`)}</code>`,
    );
  }
  const people = lookAt(counts);
  if (people > 0)
    steps.push(html`See below why ${figure(people)} ${people === 1 ? 'row needs' : 'rows need'} a person.`);
  return steps;
}
