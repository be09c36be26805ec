/** The table of commands. */

import { Command, CommanderError } from 'commander';

import { bgpCommand } from './bgp/bgp.js';
import { checkCommand } from './check.js';
import { diffCommand } from './diff.js';
import { EXIT } from './exit-status.js';
import { explainCommand } from './explain.js';
import { historyCommand } from './history/history.js';
import { resumeCommand, rollbackCommand } from './history/rollback.js';
import { onOutputError } from './output.js';
import { releaseCommand } from './release.js';
import { renderCommand } from './render.js';
import { runCommand } from './run.js';
import { statusCommand } from './status.js';
import { version } from './version.js';

const COMMANDS = [
  runCommand,
  renderCommand,
  checkCommand,
  diffCommand,
  statusCommand,
  explainCommand,
  historyCommand,
  rollbackCommand,
  resumeCommand,
  releaseCommand,
  bgpCommand,
];

/** Runs the command that `args` name; gives the exit status. */
export async function runCli(args: readonly string[], builtInTemplates: string): Promise<number> {
  process.stdout.on('error', onOutputError);
  let exitStatus: number = EXIT.ok;
  const finish = (status: number): void => {
    exitStatus = status;
  };
  const program = new Command('birdkeeper')
    .description('Keeps the BIRD routing daemon configured from a datastore.')
    .version(version)
    // Options after the name of a command are that command's, also where the one above it has the same ones.
    .enablePositionalOptions();
  for (const commandOf of COMMANDS) {
    program.addCommand(commandOf({ builtInTemplates, finish }));
  }
  throwing(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitStatus;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.error;
    }
    throw error;
  }
}

/** `command` and those below it throw where commander would end the process, and warn as all the rest does. */
function throwing(command: Command): void {
  command.commands.forEach(throwing);
  command.exitOverride().configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'birdkeeper: ')),
  });
}
