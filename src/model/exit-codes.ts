/** How a run ended, as a word that programs may compare. */
export type Verdict =
  'done' | 'defect' | 'unusable' | 'recollect' | 'attention' | 'stopped' | 'locked' | 'interrupted';

/** Every exit code of the program. Figures and meanings are part of the contract with users' scripts. */
export const EXIT_CODES = [
  { code: 0, verdict: 'done', meaning: 'all rows enrolled (or would be)' },
  { code: 1, verdict: 'defect', meaning: 'a defect of this program' },
  { code: 2, verdict: 'unusable', meaning: 'unusable arguments or input file' },
  { code: 3, verdict: 'recollect', meaning: 'some codes must be collected again' },
  {
    code: 4,
    verdict: 'attention',
    meaning: 'some rows failed, are invalid or unresolved (also when some must be collected again)',
  },
  {
    code: 5,
    verdict: 'stopped',
    meaning: 'not signed in, not allowed, or Graph out of reach: the run stopped',
  },
  { code: 6, verdict: 'locked', meaning: 'another run holds this input or this run’s folder' },
  { code: 130, verdict: 'interrupted', meaning: 'interrupted by Ctrl-C (SIGINT): resumable' },
  { code: 143, verdict: 'interrupted', meaning: 'interrupted by SIGTERM: resumable' },
] as const satisfies readonly {
  readonly code: number;
  readonly verdict: Verdict;
  readonly meaning: string;
}[];

/** What an exit code of a run means. */
export const verdictOf = (exitCode: number): Verdict =>
  EXIT_CODES.find(({ code }) => code === exitCode)?.verdict ?? 'defect';

/** The exit code of whoever was interrupted: the signal's reason says by what; Ctrl-C where it does not. */
export const interruptedCode = ({ reason }: Pick<AbortSignal, 'reason'>): 130 | 143 =>
  reason === 143 ? 143 : 130;
