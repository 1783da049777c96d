import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { report } from '../../src/run/report.js';
import { answer, end, intent, outcome, row, run, writeJournal } from '../run/events.js';
import { CHROMIUM, launchChromium, NO_CHROMIUM, openPage } from '../support/browser.js';
import { Desk, rollout } from '../support/desk.js';
import { makeFobs, wrongCodeOf } from '../support/fob.js';

const STRANGE = '</script><script>document.title="owned"</script><img src="http://127.0.0.1:9/x">';

let desk: Desk;
let browser: Browser | undefined;
let path: string;

/** A throttled run with trouble of several kinds, on the emulator. */
async function troubledRun(): Promise<string> {
  const fobs = makeFobs(24);
  const throttle = { kind: 'window', calls: 15, windowMs: 2000 } as const;
  const emulator = await desk.graph(fobs, { throttle, latencyMs: 20 });
  const rows = rollout(fobs);
  rows[3]![2] = wrongCodeOf(fobs[2]!);
  rows[5]![0] = 'UNKNOWN-1';
  rows[6]![0] = 'UNKNOWN-2';
  rows[8]![2] = '99';
  rows[20]![0] = rows[19]![0]!;
  const { run: folder } = await desk.enrol(emulator, await desk.write('in.csv', rows));
  return join(folder.path, 'report.html');
}

/** A run in whose every text somebody tries to take the page over. */
async function hostileRun(): Promise<string> {
  const folder = desk.path('reports/hostile');
  await writeJournal(join(folder, 'journal.jsonl'), [
    { ...run(STRANGE), input: STRANGE } as ReturnType<typeof run>,
    row(2, { serialNumber: STRANGE, user: `"><svg onload=alert(1)> '` }),
    intent(2, 1, 1, { collectedAtMs: 0, deadlineMs: 0 }),
    answer(2, 1, 2, 400),
    { ...outcome(2, 'failed'), reason: STRANGE, graphErrorCode: STRANGE, httpStatus: 400 } as ReturnType<
      typeof run
    >,
    end(3, STRANGE),
  ]);
  await report(folder, () => undefined);
  return join(folder, 'report.html');
}

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  desk = new Desk(await mkdtemp(join(tmpdir(), 'oath-enroll-')));
  browser = await launchChromium();
  path = await troubledRun();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await (desk as Desk | undefined)?.close();
}, 60_000);

beforeEach(({ skip }) => skip(CHROMIUM === undefined, NO_CHROMIUM));

const open = (file = path, options = {}) => openPage(browser!, file, options);

/** What stands in the status column of the rows that are shown. */
const shown = (page: Page): Promise<string[]> =>
  page.locator('#table tbody tr:visible .status').allInnerTexts();

describe('report.html in Chromium', { timeout: 60_000 }, () => {
  it('opens from disk, asks nobody for anything, and has nothing to complain of', async () => {
    const { page, requests, said } = await open();
    expect(await page.title()).toBe('oath-enroll: r1');
    expect(await page.locator('h1').innerText()).toBe(
      '19 of 24 tokens are enrolled, 1 needs a fresh code, 3 need a person to look, 1 is a duplicate.',
    );
    expect([requests, said]).toEqual([[], []]);
  });

  it('shows trouble first, and names each reason with what to do', async () => {
    const { page } = await open();
    const statuses = await shown(page);
    expect(statuses).toHaveLength(24);
    expect(statuses.slice(0, 6)).toEqual([
      ...['failed for good', 'failed for good', 'invalid', 'code rejected', 'duplicate', 'enrolled'],
    ]);
    const group = page.locator('.groups li', { hasText: 'unknown serial number' });
    expect(await group.innerText()).toMatch(/2 failed for good[^]*import the token[^]*Lines 6, 7/);
  });

  it('searches as somebody types, and says how many rows are left', async () => {
    const { page } = await open();
    await page.getByLabel('Search').focus();
    await page.keyboard.type('unknown-2');
    expect(await shown(page)).toEqual(['failed for good']);
    expect(await page.getByRole('status').innerText()).toBe('1 of 24 rows shown.');
    await page.keyboard.type('!');
    expect(await page.getByRole('status').innerText()).toBe('No row shown.');
  });

  it('filters by status from the keyboard, also by several at once, and back', async () => {
    const { page } = await open();
    const press = async (name: RegExp): Promise<void> => {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Space');
    };
    await press(/^invalid 1/);
    await press(/^duplicate 1/);
    expect(await shown(page)).toEqual(['invalid', 'duplicate']);
    expect(await page.getByRole('button', { pressed: true }).allInnerTexts()).toEqual([
      'invalid 1',
      'duplicate 1',
    ]);
    await press(/^needs something 4/);
    expect(await shown(page)).toHaveLength(5);
    await press(/^all 24/);
    expect(await shown(page)).toHaveLength(24);
  });

  it('goes from a reason to its rows', async () => {
    const { page } = await open();
    await page.getByLabel('Search').fill('nothing of that kind');
    await page.getByRole('button', { name: 'Show the rows: unknown serial number' }).press('Enter');
    expect(await page.locator('#table tbody tr:visible th').allInnerTexts()).toEqual([
      'UNKNOWN-1',
      'UNKNOWN-2',
    ]);
    expect(await page.evaluate('document.activeElement.id')).toBe('table');
  });

  it('reads well without a script: all rows, and no control that does nothing', async () => {
    const { page } = await open(path, { javaScriptEnabled: false });
    expect(await shown(page)).toHaveLength(24);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.getByRole('searchbox').count()).toBe(0);
  });

  it('has the landmarks and names that a screen reader goes by', async () => {
    const { page } = await open();
    for (const role of ['banner', 'navigation', 'main', 'contentinfo', 'searchbox'] as const) {
      expect([role, await page.getByRole(role).count()]).toEqual([role, 1]);
    }
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    for (const name of ['Outcomes', 'Calls over time', 'Age of codes when sent', 'What to do']) {
      expect([name, await page.getByRole('region', { name, exact: true }).count()]).toEqual([name, 1]);
    }
    const table = page.getByRole('table', { name: 'Every row with what became of it' });
    expect(await table.getByRole('columnheader').count()).toBe(7);
    expect(await table.getByRole('rowheader').count()).toBe(24);
    // A picture is not read out: beside each stands what it says, in a sentence and in figures.
    expect(await page.locator('svg:not([aria-hidden=true])').count()).toBe(0);
    expect(await page.locator('#calls-title ~ p').innerText()).toMatch(
      /^\d+ calls: .*held all calls back for /,
    );
    expect(await page.locator('#ages-title ~ p').innerText()).toMatch(
      /^Codes were sent \d+ times, .* deadline/,
    );
  });

  it.each(['light', 'dark'] as const)('has contrasts that can be read: %s', async (colorScheme) => {
    const { page } = await open(path, { colorScheme });
    const contrasts = await page.evaluate<Record<string, number>>(CONTRASTS);
    for (const [name, contrast] of Object.entries(contrasts)) {
      expect(contrast, name).toBeGreaterThanOrEqual(/^(body|soft|button|pressed|link)/.test(name) ? 4.5 : 3);
    }
    expect(Object.keys(contrasts).length).toBeGreaterThan(10);
  });

  it('control: the two schemes are two', async () => {
    const backgrounds = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await open(path, { colorScheme });
        return page.evaluate('getComputedStyle(document.body).backgroundColor');
      }),
    );
    expect(new Set(backgrounds).size).toBe(2);
  });

  it('prints the rows that need something, whatever is filtered, and no controls', async () => {
    const { page } = await open(path, { colorScheme: 'dark' });
    await page.getByRole('button', { name: /^enrolled 19/ }).press('Enter');
    await page.emulateMedia({ media: 'print' });
    expect(await shown(page)).toEqual(['failed for good', 'failed for good', 'invalid', 'code rejected']);
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  });

  it.each([320, 360, 640, 768, 1024, 1440])(
    'fits a window %d px wide, and no label is cut off',
    async (width) => {
      const { page } = await open(path, { viewport: { width, height: 900 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate(LABELS_CUT_OFF)).toEqual([]);
      expect(await page.locator('svg text:visible').count()).toBeGreaterThan(10);
    },
  );

  it('no text of the input or of Graph becomes part of the page', async () => {
    const { page, requests, said } = await open(await hostileRun());
    expect(await page.locator('#table tbody th').innerText()).toBe(STRANGE);
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('img, iframe, object, svg[onload]').count()).toBe(0);
    expect(await page.title()).toBe(`oath-enroll: ${STRANGE}`);
    expect([requests, said]).toEqual([[], []]);
  });

  it.each([
    ['and even a script or picture that stood in it would do nothing', /$^/, 'oath-enroll: r1', 0],
    ['control: without the page’s policy they would', /<meta http-equiv[^>]*>/, 'owned', 1],
  ])('%s', async (_, without, title, calls) => {
    let called = 0;
    const server = createServer((_request, response) => {
      called += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const foreign = `<script>document.title = 'owned'</script><img src="http://127.0.0.1:${port}/">`;
    const file = desk.path('taken-over.html');
    const whole = await readFile(path, 'utf8');
    await writeFile(file, whole.replace(without, '').replace('</main>', `${foreign}</main>`));

    const { page } = await open(file);

    expect(await page.locator('script').count()).toBe(2);
    expect([await page.title(), called]).toEqual([title, calls]);
    server.close();
  });
});

/** Contrast (WCAG 2.2) of texts and of marks with what is behind them, by name. Runs in the browser. */
const CONTRASTS = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((each) => each / 255);
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const contrast = (a, b) => Math.max(light(a), light(b)) / Math.min(light(a), light(b));
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const card = style('section').backgroundColor;
  const told = {
    body: contrast(style('body').color, style('body').backgroundColor),
    soft: contrast(style('section .soft').color, card),
    button: contrast(style('button').color, card),
    pressed: contrast(style('button[aria-pressed=true]').color, style('button[aria-pressed=true]').backgroundColor),
    link: contrast(style('nav a').color, style('body').backgroundColor),
  };
  for (const mark of document.querySelectorAll('svg [fill^="var(--"]:not([fill="var(--wait)"])')) {
    told[mark.getAttribute('fill')] = contrast(getComputedStyle(mark).fill, card);
  }
  return told;
})()`;

/** Labels of pictures that reach beyond them, or into one another. Runs in the browser. */
const LABELS_CUT_OFF = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const labels = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const cut = labels.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1);
  const overlap = labels.filter(([, a], at) =>
    labels.slice(at + 1).some(([, b]) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom),
  );
  return frame.width === 0 ? [] : [...cut, ...overlap].map(([text]) => text);
})`;
