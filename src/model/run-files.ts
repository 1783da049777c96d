/** What stands in a run's folder. The names are part of the contract with users' scripts. */
export const RESULTS = 'results.csv';
export const RECOLLECT = 'recollect.csv';
export const SUMMARY = 'summary.json';
export const JOURNAL = 'journal.jsonl';
export const PAGE = 'report.html';
