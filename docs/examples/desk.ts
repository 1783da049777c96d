import { enroll, type EnrollRow } from 'oath-enroll';

/** Rows as your own desk takes them: one at a time, for as long as it is open. */
async function* desk(): AsyncGenerator<EnrollRow> {
  for await (const scan of scans()) {
    yield { serialNumber: scan.serial, user: scan.user, verificationCode: scan.code, collectedAt: scan.at };
  }
}

const closing = new AbortController();
setTimeout(() => closing.abort(), 8 * 3_600_000).unref();

const { verdict, files } = await enroll(desk(), {
  graphUrl: process.env['OATH_ENROLL_GRAPH_URL'],
  signal: closing.signal,
  onEvent: (event) => {
    if (event.type === 'outcome') console.log(`row ${event.line - 1}: ${event.status} ${event.reason}`);
  },
});
console.log(`The desk is closed (${verdict}): ${files.results}`);

interface Scan {
  readonly serial: string;
  readonly user: string;
  readonly code: string;
  readonly at: Date;
}

/** Stands for what brings your codes in: a web form, a queue, a scanner. */
async function* scans(): AsyncGenerator<Scan> {
  for (const line of (process.env['SCANS'] ?? '').split('\n')) {
    const [serial = '', user = '', code = ''] = line.split(' ');
    yield await Promise.resolve({ serial, user, code, at: new Date() });
  }
}
