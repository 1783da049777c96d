import type { Command, Help } from 'commander';
import { EXIT_CODES } from '../../model/exit-codes.js';
import { COMMAND_PAGES, ENVIRONMENT, FILES, SEE_ALSO, type CommandPage, type Entry } from './manual-pages.js';

const WIDTH = 80;
const INDENT = 4;
const DEEPER = 8;

/** The help of the program or of a command, in the shape of a man page, 80 columns wide. */
export function manualPage(command: Command, helper: Help): string {
  const page = COMMAND_PAGES[command.name()];
  const sections = command.parent === null ? ofProgram(command, helper) : ofCommand(command, helper, page);
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.join('\n')}\n`)
    .join('\n');
}

type Section = readonly [title: string, lines: readonly string[]];

function ofProgram(program: Command, helper: Help): Section[] {
  const commands = program.commands.map((command): Entry => [synopsis(command), command.summary()]);
  return [
    ['NAME', wrapped(`${program.name()} - rolls out hardware OATH tokens in Microsoft Entra ID`)],
    [
      'SYNOPSIS',
      ['<command> [options]', 'help [command]'].flatMap((how) => wrapped(`${program.name()} ${how}`)),
    ],
    ['DESCRIPTION', wrapped(program.description())],
    ['COMMANDS', entries(commands)],
    ['OPTIONS', options(program, helper)],
    ['FILES', entries(FILES)],
    ['ENVIRONMENT', entries([...variables(program.commands), ...ENVIRONMENT])],
    ['EXIT STATUS', exitStatus(EXIT_CODES.map(({ code }) => code))],
    ['EXAMPLES', entries(Object.values(COMMAND_PAGES).flatMap(({ examples }) => examples.slice(0, 1)))],
    ['SEE ALSO', entries(SEE_ALSO)],
  ];
}

function ofCommand(command: Command, helper: Help, page: CommandPage | undefined): Section[] {
  const operands = helper
    .visibleArguments(command)
    .map((argument): Entry => [helper.argumentTerm(argument), helper.argumentDescription(argument)]);
  return [
    ['NAME', wrapped(`oath-enroll ${command.name()} - ${command.summary()}`)],
    ['SYNOPSIS', wrapped(`oath-enroll ${synopsis(command)}`)],
    ['DESCRIPTION', wrapped(command.description())],
    ['ARGUMENTS', entries(operands)],
    ['OPTIONS', options(command, helper)],
    ['FILES', page === undefined ? [] : filesOf(page)],
    ['ENVIRONMENT', entries(variables([command]))],
    ['EXIT STATUS', exitStatus(page?.exitCodes ?? [])],
    ['EXAMPLES', entries(page?.examples ?? [])],
    ['SEE ALSO', wrapped('oath-enroll help')],
  ];
}

function synopsis(command: Command): string {
  const operands = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const must = command.options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags);
  return [
    command.name(),
    ...must,
    ...(command.options.length > must.length ? ['[options]'] : []),
    ...operands,
  ].join(' ');
}

/** The options of a command, under the headings that group them. */
function options(command: Command, helper: Help): string[] {
  const groups = helper.groupItems(
    [...command.options],
    helper.visibleOptions(command),
    (option) => option.helpGroupHeading ?? '',
  );
  return [...groups].flatMap(([heading, group]) => [
    ...(heading === '' || group.length === 0 ? [] : wrapped(heading, INDENT - 2)),
    ...entries(group.map((option) => [helper.optionTerm(option), helper.optionDescription(option)])),
  ]);
}

/** The variables that stand for options, each once. */
function variables(commands: readonly Command[]): Entry[] {
  const found = new Map<string, string>();
  for (const { envVar, long } of commands.flatMap((command) => [...command.options])) {
    if (envVar !== undefined) found.set(envVar, `in place of ${long ?? ''}`);
  }
  return [...found];
}

function filesOf({ writes }: CommandPage): string[] {
  if (writes === 'run folder') return entries(FILES);
  return writes === undefined ? wrapped('It writes none.') : entries(writes);
}

function exitStatus(codes: readonly number[]): string[] {
  const known = EXIT_CODES.filter(({ code }) => codes.includes(code));
  return known.flatMap(({ code, meaning }) => {
    const [first = '', ...more] = wrapped(meaning, DEEPER);
    return [`${' '.repeat(INDENT)}${String(code).padEnd(DEEPER - INDENT)}${first.trimStart()}`, ...more];
  });
}

/** A term on a line of its own, and below it what it means. */
function entries(list: readonly Entry[]): string[] {
  return list.flatMap(([term, meaning]) => [...wrapped(term), ...wrapped(meaning, DEEPER)]);
}

/** A text in lines that fit; a word that is longer than a line stays whole. */
function wrapped(text: string, indent = INDENT): string[] {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(margin + line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, margin + line];
}
