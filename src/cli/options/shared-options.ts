import { Option } from 'commander';
import { DEFAULTS } from '../../api/defaults.js';
import { AUTH_METHODS } from '../../model/auth-method.js';
import { column, hashFunction, interval, rate, seconds, wholeNumber } from './option-parsers.js';

/** The options that several commands have, each with one meaning; made anew, as a command puts them into its groups. */
export const sharedOptions = () => ({
  graphUrl: new Option('--graph-url <url>', 'API root of Microsoft Graph')
    .env('OATH_ENROLL_GRAPH_URL')
    .default(DEFAULTS.graphUrl),
  auth: new Option('--auth <method>', 'how to sign in; settings come from the AZURE_* variables')
    .choices(AUTH_METHODS)
    .env('OATH_ENROLL_AUTH')
    .default(DEFAULTS.auth),

  dryRun: new Option('--dry-run', 'say what would happen, row by row, and write nothing to Graph'),
  offline: new Option('--offline', 'with --dry-run: make no network call at all'),

  reports: new Option('--reports <dir>', 'where run folders go').default(DEFAULTS.reports),
  runId: new Option('--run-id <id>', 'name of the run’s folder (default: UTC time and input name)'),
  json: new Option('--json', 'print the summary as JSON on standard output, and nothing else there'),
  quiet: new Option('--quiet', 'say nothing but errors'),
  verbose: new Option('--verbose', 'say what becomes of each row'),
  log: new Option('--log <file>', 'append a log of all that happens, as JSON lines'),

  again: new Option('--again', 'also rows that an earlier run in the same reports folder enrolled'),
  limit: new Option('--limit <n>', 'only the first n rows').argParser(wholeNumber(1)),
  interval: new Option('--interval <seconds>', 'time step of tokens whose rows do not say: 30 or 60')
    .argParser(interval)
    .default(DEFAULTS.interval),
  hashFunction: new Option(
    '--hash-function <name>',
    'of seeds whose rows do not say: hmacsha1 or hmacsha256',
  ).argParser(hashFunction),
  graceSteps: new Option('--grace-steps <n>', 'steps that a code is still sent after its own')
    .argParser(wholeNumber(0))
    .default(DEFAULTS.graceSteps),
  column: new Option('--column <name=header>', 'the input’s own header for a column; repeatable')
    .argParser(column)
    .default(DEFAULTS.column, 'the names in the README'),

  rate: new Option('--rate <n/seconds>', 'our own ceiling on calls, like 200/300').argParser(rate),
  concurrency: new Option('--concurrency <n>', 'calls in flight at most')
    .argParser(wholeNumber(1))
    .default(DEFAULTS.concurrency),
  maxWait: new Option(
    '--max-wait <seconds>',
    'the longest throttle wait to sit out; a longer one ends the run',
  )
    .argParser(seconds)
    .default(DEFAULTS.maxWait),
  requestTimeout: new Option('--request-timeout <seconds>', 'for each call')
    .argParser(seconds)
    .default(DEFAULTS.requestTimeout),
});
