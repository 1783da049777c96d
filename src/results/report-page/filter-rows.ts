/** As much of a browser as the page needs: the compiler's own types of one would hold for all of the program. */
interface PageElement {
  hidden: boolean;
  textContent: string | null;
  value: string;
  readonly dataset: Readonly<Record<string, string | undefined>>;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: () => void): void;
  focus(): void;
  scrollIntoView(): void;
}
declare const document: {
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
};

/**
 * Runs in the browser, as the page's only script: its text is put into the page, so it uses nothing from outside
 * of itself. Shows the rows that bear one of the marks that are pressed, and all words that are searched for.
 */
export function filterRows(): void {
  const table = document.querySelector('#table');
  const search = document.querySelector('#search');
  const said = document.querySelector('#said');
  if (table === null || search === null || said === null) return;
  const rows = [...document.querySelectorAll('#table tbody tr')].map((row) => ({
    row,
    text: (row.textContent ?? '').toLowerCase(),
    marks: (row.dataset['marks'] ?? '').split(' '),
  }));
  const buttons = [...document.querySelectorAll('button[data-mark]')];
  const pressed = new Set<string>();

  const show = (): void => {
    const words = search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const { row, text, marks } of rows) {
      const isMarked = pressed.size === 0 || marks.some((mark) => pressed.has(mark));
      const isShown = isMarked && words.every((word) => text.includes(word));
      row.hidden = !isShown;
      if (isShown) shown += 1;
    }
    const names: string[] = [];
    for (const button of buttons) {
      const mark = button.dataset['mark'] ?? '';
      const isPressed = mark === '' ? pressed.size === 0 : pressed.has(mark);
      button.setAttribute('aria-pressed', String(isPressed));
      if (isPressed && mark !== '') names.push(button.dataset['name'] ?? '');
    }
    const which = names.length === 0 ? '' : `: ${names.join('; ')}`;
    said.textContent = `${shown === 0 ? 'No row' : `${shown} of ${rows.length} rows`} shown${which}.`;
  };

  const press = (button: PageElement): void => {
    const mark = button.dataset['mark'] ?? '';
    const isJump = button.dataset['jump'] !== undefined;
    if (mark === '' || isJump) pressed.clear();
    if (isJump) search.value = '';
    if (mark !== '' && !pressed.delete(mark)) pressed.add(mark);
    show();
    if (!isJump) return;
    document.querySelector('#rows')?.scrollIntoView();
    table.focus();
  };

  search.addEventListener('input', show);
  for (const button of buttons) button.addEventListener('click', () => press(button));
  for (const element of document.querySelectorAll('[data-needs-script]')) element.hidden = false;
  show();
}
