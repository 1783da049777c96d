import { systemClock } from '../../model/clock.js';
import type { CodeDesk } from '../../run/desk/code-desk.js';
import type { Io } from '../io.js';
import { TokenTalk } from './enrol-token.js';
import { Keyboard } from './keyboard.js';
import { PlainScreen, wantsPlain } from './plain-screen.js';
import { PromptScreen } from './prompt-screen.js';
import type { Screen } from './screen.js';
import { isTerminal } from './keyboard.js';

/**
 * Opens the terminal for a conversation and gives it back afterwards, however that ends.
 *
 * @param plain plain lines, also where prompts could redraw themselves
 */
export async function withScreen(
  io: Io,
  plain: boolean,
  desk: CodeDesk,
  converse: (screen: Screen, talk: TokenTalk) => Promise<void>,
): Promise<void> {
  let end = (): void => undefined;
  const keyboard = new Keyboard(io.stdin, systemClock, { interrupt: io.pressedCtrlC, end: () => end() });
  try {
    const screen =
      plain || wantsPlain(io.stdin, io.stderr, io.env)
        ? new PlainScreen(keyboard, io.stderr, systemClock, isTerminal(io.stdin))
        : await PromptScreen.open(keyboard, io.stderr);
    end = () => screen.end();
    if (desk.closed.aborted) end();
    desk.closed.addEventListener('abort', end, { once: true });
    await converse(screen, new TokenTalk(desk, screen, systemClock));
    screen.status('');
  } finally {
    keyboard.close();
  }
}
