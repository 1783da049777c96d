import { Argument, Command } from 'commander';
import { SHELLS, type Shell } from '../completion/words.js';
import type { Io } from '../io.js';

/** `oath-enroll completion`: a script that completes the program's own commands and options. */
export function completionCommand(io: Io): Command {
  return new Command('completion')
    .summary('print a script that completes commands and options in a shell')
    .description(
      'Prints a script for a shell to read at its start. It is made from the commands and options themselves: make it anew after ' +
        'an update.',
    )
    .addArgument(new Argument('<shell>', 'the shell to print it for').choices(SHELLS))
    .action(async (shell: Shell, _options: object, command: Command) => {
      const { completionScript } = await import('../completion/script.js');
      io.stdout.write(completionScript(shell, command.parent ?? command));
    });
}
