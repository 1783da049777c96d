import { JOURNAL, PAGE, RECOLLECT, RESULTS, SUMMARY } from '../../model/run-files.js';

/** What the help says besides the commands and options themselves: a term, and what it means. */
export type Entry = readonly [term: string, meaning: string];

export interface CommandPage {
  readonly examples: readonly Entry[];
  /** Those that it can end with. */
  readonly exitCodes: readonly number[];
  /** Files that it writes; undefined for none. */
  readonly writes?: 'run folder' | readonly Entry[];
}

/** What is in a run's folder, and beside it. */
export const FILES: readonly Entry[] = [
  [`reports/<run-id>/${RESULTS}`, 'every input row with its outcome, in input order'],
  [`reports/<run-id>/${RECOLLECT}`, 'the rows that need a fresh code: fill it in and run it as it is'],
  [`reports/<run-id>/${SUMMARY}`, 'counts, calls, waits, exit code, options'],
  [`reports/<run-id>/${PAGE}`, 'one page with the pictures'],
  [`reports/<run-id>/${JOURNAL}`, 'every attempt and outcome as it happened; the others are made from it'],
];

/** Variables that stand for no option. */
export const ENVIRONMENT: readonly Entry[] = [
  [
    'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE',
    'who signs in, as @azure/identity documents them; which of them count depends on --auth',
  ],
  [
    'HTTPS_PROXY, NO_PROXY',
    'the proxy that calls and sign-in go through, and the hosts that they reach without it',
  ],
  ['NODE_EXTRA_CA_CERTS', 'a file with the certificate of a private CA'],
  ['NO_COLOR', 'draws the progress without colours'],
];

export const SEE_ALSO: readonly Entry[] = [
  ['oath-enroll help <command>', 'options, exit codes and examples of a command'],
  ['README.md, docs/', 'set-up, permissions, input columns, what each outcome means'],
  ['docs/api.md', 'the same from a program of your own'],
];

const ANY_RUN = [0, 1, 2, 3, 4, 5, 6, 130, 143];
const READS_ONLY = [0, 1, 2, 5, 130, 143];

/** By the command's name. The first example of each is shown in the help of the program. */
export const COMMAND_PAGES: Readonly<Record<string, CommandPage>> = {
  run: {
    examples: [
      ['oath-enroll run rollout.csv', 'enrol the tokens of a file'],
      ['oath-enroll run rollout.csv --dry-run', 'say what would happen, and write nothing to Graph'],
      ['oath-enroll run - --json < rollout.csv', 'rows as they arrive, the summary for a script'],
      [
        'oath-enroll run --inbox inbox --auth managed-identity --quiet',
        'scheduled: whatever lies in a folder',
      ],
    ],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  collect: {
    examples: [
      ['oath-enroll collect', 'type or scan serial number, user and code of one token after the other'],
      ['oath-enroll collect reports/november/recollect.csv', 'read a fresh code for each of these rows'],
    ],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  me: {
    examples: [['oath-enroll me --serial 0007170974', 'enrol a token for yourself']],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  import: {
    examples: [
      ['oath-enroll import vendor.csv', 'put the tokens of a vendor’s file into the inventory'],
      ['oath-enroll import vendor.csv --dry-run --offline', 'check the file alone'],
    ],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  status: {
    examples: [
      ['oath-enroll status rollout.csv', 'what the tenant has of these tokens'],
      ['oath-enroll status --csv', 'all tokens of the tenant, as CSV'],
    ],
    exitCodes: READS_ONLY,
  },
  resume: {
    examples: [['oath-enroll resume reports/november', 'finish a run that was killed or interrupted']],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  report: {
    examples: [['oath-enroll report reports/november', 'write the results of a run again']],
    exitCodes: ANY_RUN,
    writes: 'run folder',
  },
  plan: {
    examples: [['oath-enroll plan 500 --stations 2', 'how to collect 500 codes with two people']],
    exitCodes: [0, 1, 2],
  },
  emulate: {
    examples: [
      ['oath-enroll emulate', 'a local Graph with the sample tokens'],
      ['oath-enroll emulate --throttle bucket:20/100 --latency 200', 'a slow one that throttles'],
    ],
    exitCodes: [0, 1, 2],
  },
  demo: {
    examples: [['oath-enroll demo', 'see the main job at work: no tenant, no set-up']],
    exitCodes: [0, 1, 2, 5, 6, 130, 143],
    writes: [
      ['reports/demo/rollout.csv', 'the sample rollout, with codes read off the local tokens'],
      ['reports/<run-id>/', 'as of a run'],
    ],
  },
  completion: {
    examples: [
      ['oath-enroll completion bash >> ~/.bashrc', 'bash, from the next shell on'],
      ['oath-enroll completion fish > ~/.config/fish/completions/oath-enroll.fish', 'fish'],
    ],
    exitCodes: [0, 1, 2],
  },
};
