import type { CodeDesk } from '../../run/desk/code-desk.js';
import { plural } from '../words.js';
import type { TokenTalk } from './enrol-token.js';
import type { Screen } from './screen.js';
import { Walk } from './walk.js';

const QUESTION = 'Code  (or s skip, b back, /text find, q quit)';
const WORDS = /^(?:[sbq]|\/.*)$/i;

/** Walks through the tokens of a file and asks for the code of each. */
export async function throughFile(desk: CodeDesk, screen: Screen, talk: TokenTalk): Promise<void> {
  const walk = new Walk(desk.tokens.filter(({ outcome }) => outcome === undefined));
  if (walk.current === undefined) screen.say('note', 'No row of this file waits for a code.');
  while (walk.current !== undefined) {
    const { serialNumber, user } = walk.current;
    const [at, of] = walk.position;
    screen.gap();
    screen.say('note', `${at} of ${of}  ${serialNumber}  ${user}`);
    const ending = await talk.enrol(walk.current, QUESTION, WORDS);
    if (ending.kind === 'ended') return;
    if (ending.kind === 'settled') walk.done();
    else if (!(await obey(ending.word.toLowerCase(), walk, screen))) return;
  }
}

/** Does what a word asks for. False for the end. */
async function obey(word: string, walk: Walk, screen: Screen): Promise<boolean> {
  if (word === 'q') return false;
  if (word === 's') walk.skip();
  else if (word === 'b') {
    if (!walk.back()) screen.say('bad', 'No row before this one waits for a code.');
  } else return find(word.slice(1).trim(), walk, screen);
  return true;
}

async function find(given: string, walk: Walk, screen: Screen): Promise<boolean> {
  const text = given === '' ? (await screen.ask('Find (part of serial number or user)'))?.text : given;
  if (text === undefined) return false;
  const found = text === '' ? [] : walk.find(text);
  const choices = found.map(({ serialNumber, user }) => `${serialNumber}  ${user}`);
  if (found.length > 1) screen.say('note', `${plural(found.length, 'row')} found.`);
  const picked = found.length > 1 ? await screen.pick('Which one?', choices) : 0;
  if (picked === undefined) return false;
  const token = found[picked];
  if (token === undefined) screen.say('bad', 'No such row waits for a code.');
  else walk.goTo(token);
  return true;
}
