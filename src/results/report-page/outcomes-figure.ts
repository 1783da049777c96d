import { countOf } from '../../model/outcome.js';
import type { Summary } from '../../model/summary.js';
import { figure } from './figures.js';
import { outcomesChart } from './charts.js';
import { html, type Markup } from './markup.js';
import { colourOf } from './palette.js';
import { STATUS_WORDS } from './status-words.js';
import type { Draw } from './svg.js';
import { BY_TROUBLE } from './table-rows.js';

/** How many rows ended in which status. */
export function outcomes({ counts, rows }: Summary, draw: Draw): Markup {
  const shown = BY_TROUBLE.toReversed().filter((status) => countOf(counts, status) > 0);
  const bars = shown.map((status) => ({
    name: STATUS_WORDS[status],
    colour: colourOf(status),
    count: countOf(counts, status),
  }));
  const option = outcomesChart(bars);
  const height = 28 * bars.length;
  return html`<section class="outcomes" aria-labelledby="outcomes-title">
    <h2 id="outcomes-title">Outcomes</h2>
    ${
      rows === 0
        ? html`<p class="soft">There was no row.</p>`
        : html`<p class="soft">${bars.map(({ name, count }) => `${figure(count)} ${name}`).join(', ')}.</p>
            <figure>
              <div class="wide">${draw(480, height, option)}</div>
              <div class="narrow">${draw(330, height, option)}</div>
            </figure>`
    }
  </section>`;
}
