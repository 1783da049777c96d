import type { Command } from 'commander';
import { optionsOf, wordsOf, type CommandWords, type OptionWords, type Shell, type Values } from './words.js';

const PROGRAM = 'oath-enroll';

/** The script with which a shell completes the program's commands, options and their values. */
export function completionScript(shell: Shell, program: Command): string {
  const lines = SCRIPTS[shell](wordsOf(program), optionsOf(program));
  return `# ${PROGRAM} completion ${shell}\n${lines.join('\n')}\n`;
}

type Script = (commands: readonly CommandWords[], own: readonly OptionWords[]) => string[];

const longs = (options: readonly OptionWords[]): string[] => options.map(({ long }) => long);

/** Where the function has no answer, files are completed (`-o default`): that is right for them, and does no harm else. */
const bash: Script = (commands, own) => [
  '_oath_enroll() {',
  '  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= word',
  '  COMPREPLY=()',
  '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
  `    case $word in ${names(commands).join('|')}) command=$word; break ;; esac`,
  '  done',
  '  case $command:$before in',
  ...commands.flatMap(({ name, options }) =>
    options.flatMap(({ long, values }) => {
      if (values.kind === 'none') return [];
      if (values.kind !== 'choices') return [`    ${name}:${long}) return ;;`];
      return [
        `    ${name}:${long}) COMPREPLY=($(compgen -W ${quoted(values.choices.join(' '))} -- "$current")); return ;;`,
      ];
    }),
  ),
  '  esac',
  '  case $command in',
  `    '') words=${quoted([...names(commands), 'help', ...longs(own)].join(' '))} ;;`,
  ...commands.map(({ name, options, operands }) => {
    const operand = operands.kind === 'choices' ? operands.choices : [];
    return `    ${name}) words=${quoted([...operand, ...longs(options)].join(' '))} ;;`;
  }),
  '  esac',
  '  [[ -z $current && -n $command && $words == -* ]] && return',
  '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
  '}',
  `complete -o default -F _oath_enroll ${PROGRAM}`,
];

const zsh: Script = (commands, own) => [
  '_oath_enroll() {',
  '  if (( CURRENT == 2 )); then',
  '    local -a commands=(',
  ...commands.map(({ name, about }) => `      ${quoted(`${name}:${about.replaceAll(':', '\\:')}`)}`),
  '    )',
  '    _describe command commands',
  `    compadd -- ${['help', ...longs(own)].join(' ')}`,
  '    return',
  '  fi',
  '  shift words',
  '  (( CURRENT -= 1 ))',
  '  case $words[1] in',
  ...commands.flatMap(({ name, options, operands }) => [
    `    ${name}) _arguments -S \\`,
    ...options.map(
      ({ long, about, values }) => `      ${quoted(`*${long}[${bracketed(about)}]${zshValues(values)}`)} \\`,
    ),
    `      ${operands.kind === 'none' ? '' : quoted(`*${zshValues(operands)}`)} ;;`,
  ]),
  '  esac',
  '}',
  `compdef _oath_enroll ${PROGRAM}`,
];

const bracketed = (text: string): string => text.replaceAll(/[[\]:\\]/g, (sign) => `\\${sign}`);

function zshValues(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'choices':
      return `:value:(${values.choices.join(' ')})`;
    case 'file':
      return ':file:_files';
    case 'folder':
      return ':folder:_files -/';
    case 'text':
      return ':value: ';
  }
}

const fish: Script = (commands, own) => [
  `complete -c ${PROGRAM} -n __fish_use_subcommand -f`,
  ...own.map(({ long, about }) => fishLine('__fish_use_subcommand', long, about, { kind: 'none' })),
  ...commands.flatMap(({ name, about, options, operands }) => {
    const seen = `__fish_seen_subcommand_from ${name}`;
    const choices = operands.kind === 'choices' ? ` -a ${quoted(operands.choices.join(' '))}` : '';
    const isFile = operands.kind === 'file' || operands.kind === 'folder';
    return [
      `complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
      ...(isFile ? [] : [`complete -c ${PROGRAM} -n ${quoted(seen)} -f${choices}`]),
      ...options.map((option) => fishLine(seen, option.long, option.about, option.values)),
    ];
  }),
];

function fishLine(when: string, long: string, about: string, values: Values): string {
  const value = {
    none: () => '',
    text: () => ' -x',
    file: () => ' -r -F',
    folder: () => " -x -a '(__fish_complete_directories)'",
    choices: () => ` -x -a ${quoted(values.kind === 'choices' ? values.choices.join(' ') : '')}`,
  }[values.kind]();
  return `complete -c ${PROGRAM} -n ${quoted(when)} -l ${long.slice(2)}${value} -d ${quoted(about)}`;
}

const powershell: Script = (commands, own) => [
  `Register-ArgumentCompleter -Native -CommandName ${PROGRAM} -ScriptBlock {`,
  '  param($wordToComplete, $commandAst, $cursorPosition)',
  '  $options = @{',
  ...commands.map(({ name, options, operands }) => {
    const operand = operands.kind === 'choices' ? operands.choices : [];
    return `    ${listed([name])} = ${listed([...operand, ...longs(options)])}`;
  }),
  '  }',
  '  $values = @{',
  ...commands.flatMap(({ name, options }) =>
    options.flatMap(({ long, values }) => {
      if (values.kind === 'none') return [];
      return [
        `    ${listed([`${name} ${long}`])} = @(${values.kind === 'choices' ? listed(values.choices) : ''})`,
      ];
    }),
  ),
  '  }',
  `  $found = @(${listed([...names(commands), 'help', ...longs(own)])})`,
  '  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })',
  '  $command = $words | Select-Object -Skip 1 | Where-Object { $options.ContainsKey($_) } | Select-Object -First 1',
  '  if ($command) { $found = $options[$command] }',
  '  $before = "$command $($words[-1])"',
  '  if ($command -and $values.ContainsKey($before)) { $found = $values[$before] }',
  '  $found | Where-Object { $_ -like "$wordToComplete*" } |',
  "    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }",
  '}',
];

const SCRIPTS: Readonly<Record<Shell, Script>> = { bash, zsh, fish, powershell };

const names = (commands: readonly CommandWords[]): string[] => commands.map(({ name }) => name);

/** A text as one word of a POSIX shell; fish reads it alike, as long as no backslash is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const listed = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');
