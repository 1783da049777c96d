import { createHash } from 'node:crypto';
import { filterRows } from './filter-rows.js';
import { Markup } from './markup.js';
import { STYLE } from './style.js';

const SCRIPT = `(${filterRows.toString()})();`;

export const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

export const SCRIPT_ELEMENT = new Markup(`<script>${SCRIPT}</script>`);

/**
 * The page's own security policy: nothing is loaded from anywhere, and nothing runs or styles but these very texts
 * (Content Security Policy Level 3, section 2.3.1, hash sources). Whatever a CSV or Graph says can do neither.
 */
export const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
