/** Has LibreOffice save `source.csv` in the forms that people save tables in: `SOFFICE=/usr/bin/soffice npm run fixtures`. */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert, type Reading } from '../support/soffice.js';

const FOLDER = 'test/spreadsheet/fixtures';

const FORMS = {
  'comma.csv': ['text', { delimiter: ',', charset: 'UTF-8' }],
  'semicolon.csv': ['text', { delimiter: ';', charset: 'UTF-8' }],
  'tab.csv': ['text', { delimiter: '\t', charset: 'UTF-8' }],
  'utf-16.csv': ['text', { delimiter: '\t', charset: 'UTF-16' }],
  'windows-1252.csv': ['text', { delimiter: ';', charset: 'Windows-1252' }],
  'not-as-text.csv': ['default', { delimiter: ',', charset: 'UTF-8' }],
  'eager.csv': ['eager', { delimiter: ';', charset: 'UTF-8' }],
} as const satisfies Record<string, readonly [Reading, Parameters<typeof convert>[2]]>;

for (const [name, [reading, saved]] of Object.entries(FORMS)) {
  const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-fixtures-'));
  await convert([join(FOLDER, 'source.csv')], reading, saved, folder);
  await rename(join(folder, 'source.csv'), join(FOLDER, name));
  await rm(folder, { recursive: true });
}
