import { type Environment, exitCode, SettingsError, StopRequest, UserError } from '@pipeline/runtime';
import { type Command, CommanderError } from 'commander';
import { closestWord } from './closest-word.ts';
import { loadEnvironments } from './environment.ts';
import { errorLine } from './error-line.ts';
import { createLogger } from './logger.ts';
import { stackOf } from './stack.ts';

/** How long a program that is done waits for sockets that a library left open. */
const LEFTOVERS_MS = 1_000;

/**
 * Runs a program and ends the process with the contract's exit codes.
 * An error is reported as one line on stderr, with its stack only at LOG_LEVEL=debug or trace.
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  exitOnClosedPipe();
  if (program.commands.length > 0) program.helpCommand(true);
  process.on('uncaughtException', (error) => process.exit(reportBug(program, error)));
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportEnd(program, error);
  }
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}

/** A closed pipe, as after `| head`, is not an error. */
function exitOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' || error.code === 'EIO' ? exitCode.done : exitCode.failed);
    });
  }
}

/**
 * Reports how the program ended. Only an error's message and stack are shown: its fields may hold an event's
 * content.
 */
function reportEnd(program: Command, thrown: unknown): number {
  const error = firstCause(thrown);
  if (error instanceof CommanderError) return reportUsage(program, error);
  if (error instanceof StopRequest) return exitCode.done;
  writeError(program, error);
  if (error instanceof SettingsError) return exitCode.usage;
  return error instanceof UserError ? error.code : exitCode.failed;
}

/** The original error: `await using` wraps it in a SuppressedError if closing a resource fails too. */
function firstCause(error: unknown): unknown {
  return error instanceof SuppressedError ? firstCause(error.suppressed) : error;
}

function reportUsage(program: Command, error: CommanderError): number {
  if (error.exitCode === 0) return exitCode.done;
  if (isHelpCommand(program, error)) {
    program.outputHelp();
    return exitCode.done;
  }
  // The help has been printed in place of an error message.
  if (error.code === 'commander.help') return exitCode.usage;
  process.stderr.write(`${unknownCommand(program, error) ?? error.message}\n(see --help)\n`);
  return exitCode.usage;
}

/** Commander adds a help command only to programs with commands. */
function isHelpCommand({ args }: Command, { code }: CommanderError): boolean {
  return code === 'commander.excessArguments' && args[0] === 'help';
}

/** If a program also runs without a command, commander reports an unknown command as an excess argument. */
function unknownCommand({ args: [word], commands }: Command, { code }: CommanderError): string | undefined {
  const names = [...commands.map((command) => command.name()), 'help'];
  if (code !== 'commander.excessArguments' || word === undefined || names.includes(word)) return undefined;
  const closest = closestWord(word, names);
  return `error: unknown command '${word}'${closest === undefined ? '' : `\n(Did you mean ${closest}?)`}`;
}

/** As text, or as a log line if LOG_FORMAT is json. */
function writeError(program: Command, error: unknown): void {
  const { format, level } = chosenLog(program);
  if (format === 'json') {
    createLogger(program.name(), { LOG_FORMAT: 'json', LOG_LEVEL: 'error' }).fatal(errorLine(error));
    return;
  }
  process.stderr.write(`${program.name()}: ${errorLine(error)}\n`);
  if (level === 'debug' || level === 'trace') writeStack(error);
}

/** Read leniently: the error to report may be that the settings are invalid. */
function chosenLog(program: Command): { readonly format: unknown; readonly level: unknown } {
  const flags = innermost(program).optsWithGlobals<Record<string, unknown>>();
  const variables: Environment = Object.assign({}, ...readableEnvironments().toReversed());
  return {
    format: flags['logFormat'] ?? variables['LOG_FORMAT'],
    level: flags['logLevel'] ?? variables['LOG_LEVEL'],
  };
}

function readableEnvironments(): readonly Environment[] {
  try {
    return loadEnvironments();
  } catch {
    return [process.env];
  }
}

/** The command that ran. */
function innermost(command: Command): Command {
  const next = command.commands.find((one) => one.name() === command.args[0]);
  return next === undefined ? command : innermost(next);
}

/** An uncaught error is a bug, and only its stack helps to find it. */
function reportBug(program: Command, error: unknown): number {
  writeStack(error);
  return reportEnd(program, error);
}

function writeStack(error: unknown): void {
  if (error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
}
