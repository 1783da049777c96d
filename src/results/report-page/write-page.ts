import { join } from 'node:path';
import { PAGE } from '../../model/run-files.js';
import type { Summary } from '../../model/summary.js';
import { writeWhole } from '../whole-file.js';
import { pageOf } from './page.js';
import type { RunPicture } from './run-picture.js';
import { loadDraw } from './svg.js';

/** Writes `report.html` into the run's folder: one file that shows how the run went, and asks nobody for anything. */
export async function writePage(summary: Summary, picture: RunPicture): Promise<void> {
  await writeWhole(join(summary.folder, PAGE), pageOf(summary, picture, await loadDraw()));
}
