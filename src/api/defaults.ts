/** What holds where nobody says otherwise, for a program and on the command line alike. Times in seconds. */
export const DEFAULTS = {
  graphUrl: 'https://graph.microsoft.com/beta',
  auth: 'default',
  reports: 'reports',
  concurrency: 16,
  interval: 30,
  graceSteps: 1,
  collectedAt: 'auto',
  maxWait: 900,
  requestTimeout: 30,
  column: {},
} as const;
