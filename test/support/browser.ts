import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** `CHROMIUM` names the browser, and must; without it, one is used where it is usually found. */
export const CHROMIUM =
  process.env['CHROMIUM'] ??
  [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ].find((path) => existsSync(path));

export const NO_CHROMIUM = 'no Chromium on this machine: name one by the variable CHROMIUM';

/** A browser that calls nobody of its own accord. */
export async function launchChromium(): Promise<Browser> {
  // A library of Playwright's puts the working directory of that moment in the place of `process.cwd`.
  const cwd = process.cwd.bind(process);
  const { chromium } = await import('playwright-core');
  process.cwd = cwd;
  const flags = 'quic background-networking component-update sync gpu'.split(' ');
  // Chromium refuses its sandbox to root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: ['--no-first-run', ...flags.map((flag) => `--disable-${flag}`), ...asRoot],
    timeout: 60_000,
  });
}

/** A page as it opens from disk, with what must not happen on it. */
export interface OpenPage {
  readonly page: Page;
  /** Requests for anything but the file itself. */
  readonly requests: readonly string[];
  /** What stood on the console, errors and refusals of the security policy among it. */
  readonly said: readonly string[];
}

export async function openPage(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const page = await browser.newPage(options);
  const file = pathToFileURL(path).href;
  const requests: string[] = [];
  const said: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== file) requests.push(request.url());
  });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(file);
  return { page, requests, said };
}
