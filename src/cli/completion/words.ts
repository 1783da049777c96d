import type { Command, Option } from 'commander';

/** Shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell may put behind an option, or as an operand. */
export type Values =
  | { readonly kind: 'none' }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'text' };

export interface OptionWords {
  readonly long: string;
  readonly about: string;
  readonly values: Values;
}

export interface CommandWords {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionWords[];
  readonly operands: Values;
}

/** All that can be completed behind the program's name, out of the program itself. */
export function wordsOf(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: command.summary(),
    options: optionsOf(command),
    operands: operandsOf(command),
  }));
}

/** The options of the program, or of a command, its help included. */
export const optionsOf = (command: Command): readonly OptionWords[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) =>
      option.long === undefined
        ? []
        : [{ long: option.long, about: option.description, values: valuesOf(option) }],
    );

function valuesOf({ flags, argChoices, required, optional }: Option): Values {
  if (!required && !optional) return { kind: 'none' };
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  if (flags.includes('<file>')) return { kind: 'file' };
  return { kind: flags.includes('<dir>') ? 'folder' : 'text' };
}

function operandsOf({ registeredArguments: [first] }: Command): Values {
  if (first === undefined) return { kind: 'none' };
  if (first.argChoices !== undefined) return { kind: 'choices', choices: first.argChoices };
  if (first.name().includes('folder')) return { kind: 'folder' };
  return { kind: /csv|input/.test(first.name()) ? 'file' : 'text' };
}
