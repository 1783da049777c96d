import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../src/results/report-page/markup.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('<', '>', '"', "'", '&', '</script>', '<!--', ']]>', '<img src=x>', '\u202E', '\0'),
    )
    .map((parts) => parts.join('')),
);

/** The text that a browser makes of escaped text. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('text that is put into HTML', () => {
  it('opens no tag, ends no attribute, and starts no entity, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [, attribute = '', content = ''] = /^<td title="([^]*)">([^]*)<\/td>$/.exec(
          html`<td title="${text}">${text}</td>`.text,
        )!;
        for (const part of [attribute, content]) {
          expect(part).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        }
      }),
    );
  });

  it('reads as it was', () => {
    const seen = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cf}\p{Zl}\p{Zp}]/u.test(text));
    fc.assert(
      fc.property(seen, (text) => {
        expect(unescaped(html`${text}`.text)).toBe(text);
      }),
    );
  });

  it('shows what could not be seen and yet would change what is', () => {
    expect(html`${'FOB\u202E321\u0000 a\u200Fb\u2066c\u200Bd\u{E0041}'}`.text).toBe(
      'FOB[U+202E]321[U+0000] a[U+200F]b[U+2066]c[U+200B]d[U+E0041]',
    );
    expect(html`${'a\u2028b\u2029c'}`.text).toBe('a[U+2028]b[U+2029]c');
  });

  it('is put in as it is where it was made as HTML, also in lists', () => {
    const list = ['a<b', 'c'].map((each) => html`<b>${each}</b>`);
    expect(html`<i>${list}</i>`.text).toBe('<i><b>a&lt;b</b><b>c</b></i>');
  });
});
