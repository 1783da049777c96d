import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** `SOFFICE` names LibreOffice's own program, e.g. `/usr/bin/soffice`. */
export const SOFFICE = process.env['SOFFICE'];

export const NO_SOFFICE = 'no LibreOffice here: name its program by the variable SOFFICE';

/** The numbers by which LibreOffice knows encodings. */
const CHARSETS = { 'UTF-8': 76, 'UTF-16': 65_535, 'Windows-1252': 1 } as const;

const textColumns = Array.from({ length: 40 }, (_, i) => `${i + 1}/2`).join('/');

/**
 * How LibreOffice reads a CSV: all columns as text, as its dialog offers; as it does of its own accord; or as somebody
 * who ticked "Detect special numbers" and "Evaluate formulas" there.
 */
const READ = {
  text: `${textColumns},0,false,false,false`,
  default: ',0,false,false,false',
  eager: ',1033,false,true,false,false,false,-1,true',
} as const;

export type Reading = keyof typeof READ;

/** Opens CSV files (UTF-8, commas) in LibreOffice and saves them in `folder`, as a flat workbook or as a CSV of a kind. */
export async function convert(
  paths: readonly string[],
  reading: Reading,
  saved: 'fods' | { readonly delimiter: string; readonly charset: keyof typeof CHARSETS },
  folder: string,
): Promise<void> {
  // Its settings are its own: another one that runs at the same time would get the work handed over.
  const profile = await mkdtemp(join(tmpdir(), 'oath-enroll-soffice-'));
  const as =
    saved === 'fods'
      ? saved
      : `csv:Text - txt - csv (StarCalc):${saved.delimiter.charCodeAt(0)},34,${CHARSETS[saved.charset]},1,,0,false,true,false`;
  const args = [
    `-env:UserInstallation=${pathToFileURL(profile).href}`,
    '--headless',
    '--convert-to',
    as,
    `--infilter=CSV:44,34,76,1,${READ[reading]}`,
    '--outdir',
    folder,
    ...paths,
  ];
  try {
    await promisify(execFile)(SOFFICE ?? '', args, { timeout: 50_000 });
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}
