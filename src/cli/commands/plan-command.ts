import { Command, Option } from 'commander';
import { DEFAULTS } from '../../api/defaults.js';
import { PUBLISHED_RATE, type Rate } from '../../model/rate.js';
import type { IntervalS } from '../../model/row.js';
import { plan, SECONDS_PER_CODE, type Plan, type PlanRequest } from '../../run/plan.js';
import type { Io } from '../io.js';
import { interval, rate, wholeNumber } from '../options/option-parsers.js';
import { duration, plural } from '../words.js';

/** `oath-enroll plan`: how to collect codes so that they arrive alive. */
export function planCommand(io: Io): Command {
  return new Command('plan')
    .summary('how large a wave of codes to collect, how often, how long it takes')
    .description(
      'Codes die within a minute or two. Says how many to collect before they are sent together, how often, and how long a ' +
        'rollout takes. No call is made.',
    )
    .argument('<rows>', 'tokens to roll out', wholeNumber(1))
    .addOption(
      new Option('--rate <n/seconds>', 'the pace that Graph allows')
        .argParser(rate)
        .default(PUBLISHED_RATE, '200/300'),
    )
    .option('--interval <seconds>', 'time step of the tokens: 30 or 60', interval, DEFAULTS.interval)
    .option(
      '--grace-steps <n>',
      'steps that a code is still sent after its own',
      wholeNumber(0),
      DEFAULTS.graceSteps,
    )
    .option('--stations <n>', 'people who read codes at the same time', wholeNumber(1), 1)
    .action(
      (rows: number, options: { rate: Rate; interval: IntervalS; graceSteps: number; stations: number }) => {
        const request = { ...options, rows, intervalS: options.interval };
        io.stdout.write(planText(request, plan(request), options.rate === PUBLISHED_RATE));
      },
    );
}

function planText(request: PlanRequest, told: Plan, isPublished: boolean): string {
  const { rows, rate: pace, stations } = request;
  const { lifeS, wave, limitedBy, usefulStations } = told;
  const source = isPublished ? 'Microsoft’s published figure; Graph’s real limit is unknown' : 'as you said';
  const head = [
    `${plural(rows, 'token')}, ${request.intervalS} s interval, ${plural(stations, 'station')}`,
    `Graph allows ${pace.calls} calls in ${pace.seconds} s (${source}).`,
    `A code is good for at least ${lifeS.least} s after it was read and at most ${lifeS.most} s.`,
    `A station reads a code in about ${SECONDS_PER_CODE} s.`,
    '',
  ];
  if (wave === 0) {
    return [
      ...head,
      'Codes die before a wave can be collected: send each as it is read, with oath-enroll run -',
      '',
    ].join('\n');
  }
  const bottleneck =
    limitedBy === 'stations'
      ? `The stations set the pace: up to ${usefulStations} of them keep Graph busy.`
      : `Graph sets the pace: more than ${plural(usefulStations, 'station')} only make codes wait.`;
  return [
    ...head,
    `Collect    ${plural(wave, 'code')} a wave, then run it at once`,
    `Start      a wave every ${duration(told.everyS * 1000)}`,
    `In all     ${plural(told.waves, 'wave')}, ${duration(told.totalS * 1000)}`,
    '',
    bottleneck,
    'Codes sent as they are read (oath-enroll run -) need no waves.',
    '',
  ].join('\n');
}
