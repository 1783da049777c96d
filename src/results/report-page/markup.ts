/** Text that is HTML already. Whatever else is put into HTML is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** Makes HTML; what is filled in is escaped unless it was made here. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(
    withoutIndents(parts).reduce((all, part, index) => all + render(contents[index - 1]) + part),
  );
}

const stripped = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Source code is indented, and a page of thousands of rows need not be. */
function withoutIndents(parts: TemplateStringsArray): readonly string[] {
  const known = stripped.get(parts) ?? parts.map((part) => part.replace(/\n\s*/g, '\n'));
  stripped.set(parts, known);
  return known;
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  return typeof content === 'string' || typeof content === 'number'
    ? escapeHtml(String(content))
    : content.map(render).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Characters that cannot be seen and yet change what is: controls, those that turn the direction of writing, and those
 * without width, by which one serial number could pass for another (Unicode TR36, "Bidirectional Text Spoofing").
 */
const UNSEEN = /[^\P{Cc}\t\n\r]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(UNSEEN, (character) => `[U+${hex(character)}]`);
}

const hex = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
