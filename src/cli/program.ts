import { Command, CommanderError } from 'commander';
import { OathEnrollError } from '../model/errors.js';
import { visibleLines } from '../model/words.js';
import type { Io } from './io.js';
import { collectCommand } from './commands/collect-command.js';
import { completionCommand } from './commands/completion-command.js';
import { demoCommand } from './commands/demo-command.js';
import { emulateCommand } from './commands/emulate-command.js';
import { importCommand } from './commands/import-command.js';
import { manualPage } from './help/manual.js';
import { meCommand } from './commands/me-command.js';
import { exitCodeOf } from './exit-codes.js';
import { planCommand } from './commands/plan-command.js';
import { reportCommand } from './commands/report-command.js';
import { resumeCommand } from './commands/resume-command.js';
import { runCommand } from './commands/run-command.js';
import { statusCommand } from './commands/status-command.js';

/**
 * Runs the program for one command line, to its end.
 *
 * @param args the arguments behind the program's name
 */
export async function runProgram(args: readonly string[], version: string, io: Io): Promise<void> {
  const program = new Command('oath-enroll')
    .description(
      'Rolls out hardware OATH tokens in Microsoft Entra ID from a CSV of serial numbers, users and codes.',
    )
    .version(version);
  for (const make of [
    runCommand,
    collectCommand,
    meCommand,
    importCommand,
    statusCommand,
    resumeCommand,
    reportCommand,
    planCommand,
    emulateCommand,
    demoCommand,
    completionCommand,
  ])
    program.addCommand(make(io));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureHelp({ formatHelp: manualPage })
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        outputError: (text, write) => write(visibleLines(text.replace(/^error: /, 'oath-enroll: '))),
      });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) io.exit(error.exitCode === 0 ? 0 : 2);
    else if (error instanceof OathEnrollError) {
      io.stderr.write(`oath-enroll: ${error.toString()}\n`);
      io.exit(exitCodeOf(error, io));
    } else throw error;
  }
}
