import { duration } from '../../model/words.js';
import type { RunStory } from '../run-story.js';
import type { Summary } from '../../model/summary.js';
import { counted, figure } from './figures.js';
import type { Calls } from './calls.js';
import { CALL_KINDS, CALL_WORDS, type CallKind } from './call-kind.js';
import { agesChart, callsChart, type Backdrop } from './charts.js';
import type { Bins } from './bins.js';
import { html, type Content, type Markup } from './markup.js';
import { classOf } from './palette.js';
import type { RunPicture } from './run-picture.js';
import type { Draw } from './svg.js';

/** Waits nearer to each other than this part of the run look like one. */
const APART = 1 / 400;

/** The pictures over the time of a run: its calls, and how old codes were when they were sent. */
export function howItWent(summary: Summary, { story, calls }: RunPicture, draw: Draw): Content {
  const backdrop = backdropOf(story);
  return [
    section('calls', 'Calls over time', callsFigure(calls, story, backdrop, draw)),
    section('ages', 'Age of codes when sent', agesFigure(calls, summary.counts.expired, backdrop, draw)),
  ];
}

const section = (id: string, title: string, content: Content): Markup =>
  html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;

function callsFigure(
  { overTime }: Calls,
  { waits: { count: waits }, waitedMs }: RunStory,
  backdrop: Backdrop,
  draw: Draw,
): Content {
  const kinds = CALL_KINDS.filter((kind) => overTime.total(kind) > 0);
  if (kinds.length === 0) return html`<p class="soft">No call was made.</p>`;
  const told = kinds.map((kind) => `${figure(overTime.total(kind))} ${CALL_WORDS[kind]}`).join(', ');
  const waited =
    waits === 0
      ? 'Graph asked for no wait.'
      : `Graph’s Retry-After held all calls back for ${seconds(waitedMs)}, in ${counted(waits, 'wait')}.`;
  const sessions =
    backdrop.resumptions.length === 0 ? '' : ` The run was resumed ${times(backdrop.resumptions.length)}.`;
  return html`<p>${counted(calls(overTime), 'call')}: ${told}. ${waited}${sessions}</p>
    <figure>
      ${inBothSizes(draw, (marks) => callsChart(overTime, backdrop, marks), 250)}
      <figcaption>Calls in each ${overTime.widthMs / 1000} s, by the time since the run began.</figcaption>
      ${keys(kinds, backdropKeys(backdrop))}
    </figure>
    ${inFigures('The same in figures', 'From', overTime, kinds)}`;
}

const calls = (bins: Bins<CallKind>): number => CALL_KINDS.reduce((sum, kind) => sum + bins.total(kind), 0);

function agesFigure({ ages }: Calls, expired: number, backdrop: Backdrop, draw: Draw): Content {
  const tooLate = expired === 0 ? '' : ` ${counted(expired, 'code')} expired.`;
  if (ages.count === 0) return html`<p class="soft">No code was sent whose age is known.${tooLate}</p>`;
  const kinds = CALL_KINDS.filter((kind) => ages.sent.has(kind));
  const range =
    ages.count === 1
      ? `One code was sent, ${seconds(ages.oldestMs)} after it was read`
      : `Codes were sent ${figure(ages.count)} times, ${seconds(ages.youngestMs)} to ${seconds(ages.oldestMs)} after they were read`;
  return html`<p>
      ${range}. ${ages.count === 1 ? 'It' : 'The closest one'} left ${toDeadline(ages.leastLeftMs)} its
      deadline.${tooLate}
    </p>
    <figure>
      ${inBothSizes(draw, (marks) => agesChart(ages, backdrop, marks), 250)}
      <figcaption>
        Each dot is a code as it is sent, by the time since the run began and its age. The dash above it is
        the age at which it dies. A larger dot is many codes.
      </figcaption>
      ${keys(kinds, [[true, 'deadline', 'tick', 'deadline'], ...backdropKeys(backdrop)])}
    </figure>
    ${inFigures('The same in figures', 'Age from', ages.byAge, kinds)}`;
}

/** A wide picture, and one with fewer marks for a narrow screen: the style sheet shows the one that fits. */
function inBothSizes(draw: Draw, option: (marks: number) => Parameters<Draw>[2], height: number): Markup {
  return html`<div class="wide">${draw(480, height, option(6))}</div>
    <div class="narrow">${draw(330, height, option(4))}</div>`;
}

type Key = readonly [isShown: boolean, colour: string, shape: string, words: string];

const backdropKeys = ({ waits, resumptions }: Backdrop): Key[] => [
  [waits.length > 0, 'wait', '', 'waiting as Graph asked'],
  [resumptions.length > 0, 'resumed', 'bar', 'resumed'],
];

function keys(kinds: readonly CallKind[], others: readonly Key[]): Markup {
  const all: Key[] = [...kinds.map((kind): Key => [true, kind, '', CALL_WORDS[kind]]), ...others];
  const shown = all.filter(([isShown]) => isShown);
  return html`<ul class="keys">
    ${shown.map(([, colour, shape, words]) => html`<li class="${shape} ${classOf(colour)}"><i></i>${words}</li>`)}
  </ul>`;
}

/** What a picture shows, for who cannot see it or wants to know exactly. */
function inFigures(title: string, from: string, bins: Bins<CallKind>, kinds: readonly CallKind[]): Markup {
  const rows = bins.counts.flatMap((bin, index) =>
    bin.size === 0
      ? []
      : [
          html`<tr>
            <th scope="row">${seconds(index * bins.widthMs)}</th>
            ${kinds.map((kind) => html`<td class="number">${bin.get(kind) ?? 0}</td>`)}
          </tr>`,
        ],
  );
  return html`<details>
    <summary>${title}</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">${from}</th>
          ${kinds.map((kind) => html`<th scope="col">${CALL_WORDS[kind]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </details>`;
}

function backdropOf({ sessions, waits, lastMs }: RunStory): Backdrop {
  const { totalMs, resumptions } = sessions;
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const span of waits.spans(lastMs)) {
    const [fromMs, toMs] = [sessions.elapsedMs(span.fromMs), sessions.elapsedMs(span.toMs)];
    const last = merged.at(-1);
    if (last !== undefined && fromMs - last.toMs < totalMs * APART) last.toMs = Math.max(last.toMs, toMs);
    else merged.push({ fromMs, toMs });
  }
  return { totalMs, waits: merged, resumptions: resumptions.map(({ elapsedMs }) => elapsedMs) };
}

/** A code is never sent after its deadline, unless a clock was set. */
const toDeadline = (leftMs: number): string =>
  `${seconds(Math.abs(leftMs))} ${leftMs < 0 ? 'after' : 'before'}`;

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Below a minute with a digit more than others need. */
const seconds = (ms: number): string => (ms < 60_000 ? `${Number((ms / 1000).toFixed(1))} s` : duration(ms));
