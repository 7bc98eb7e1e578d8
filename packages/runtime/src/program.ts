import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { embeddedText } from './embedded.ts';
import { loadEnvironments } from './environment.ts';
import { readSettings, type Settings, SettingsError, type SettingsSchema } from './settings.ts';
import { StopRequest } from './stop.ts';
import { errorLine, exitCode, firstCause, UserError } from './user-error.ts';

export type { Command } from 'commander';

/** A command of the given name whose wrong use ends the process with exit code 2. An executable's version names its commit. */
export function createProgram(name: string, about: string, version: string): Command {
  return new Command(name)
    .description(about)
    .version([version, embeddedText('commit')].filter(Boolean).join(' '))
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(see --help)');
}

/**
 * A flag's number, between two bounds that are both included.
 * @throws InvalidArgumentError, to which commander adds the flag's name
 */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= least && number <= most) return number;
    throw invalidArgument(`Expected a number from ${least} to ${most}.`);
  };
}

/** What the parser of a flag throws for a wrong value: the flag's name is added to the message, the exit code is 2. */
export function invalidArgument(message: string): Error {
  return new InvalidArgumentError(message);
}

/**
 * Gives a command a flag for every setting: `KAFKA_BROKERS` may also be said as `--kafka-brokers`, and a secret as
 * `--database-url-file`, where no list of processes shows it.
 */
export function withSettings(command: Command, schema: SettingsSchema): Command {
  for (const [name, setting] of Object.entries(schema)) {
    command.addOption(settingOption(name, `${setting.about} (${name}, default ${setting.shownDefault})`));
    if (setting.secret)
      command.addOption(settingOption(`${name}_FILE`, `A file that holds it (${name}_FILE)`));
  }
  return command;
}

function settingOption(name: string, about: string): Option {
  return new Option(`--${name.toLowerCase().replaceAll('_', '-')} <value>`, about).helpGroup('Settings:');
}

/**
 * The settings of a command: a flag wins over the environment, that over a `.env` file, that over the default.
 * @throws SettingsError that lists every wrong setting at once.
 */
export function settingsOf<Schema extends SettingsSchema>(
  command: Command,
  schema: Schema,
): Settings<Schema> {
  const flags = command.optsWithGlobals<Record<string, string | undefined>>();
  const names = Object.keys(schema).flatMap((name) => [name, `${name}_FILE`]);
  const given = Object.fromEntries(names.map((name) => [name, flags[camelCase(name)]]));
  return readSettings(schema, given, ...loadEnvironments());
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** A socket that a library left open does not keep a program that is over from ending. */
const LEFTOVERS_MS = 1_000;

/**
 * Runs a program to its end and ends the process with the contract's exit codes.
 * An error is shown as one line on stderr; its stack only with LOG_LEVEL=debug or trace.
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  endQuietlyWhenNobodyReads();
  process.on('uncaughtException', (error) => process.exit(reportBug(program, error)));
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportEnd(program, error);
  }
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}

/** `| head` closes the pipe: that is the reader's good right, not an error. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' || error.code === 'EIO' ? exitCode.done : exitCode.failed);
    });
  }
}

/** Says how it ended. Of an error only message and stack are shown: what else it carries may be an event's content. */
function reportEnd(program: Command, thrown: unknown): number {
  const error = firstCause(thrown);
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  if (error instanceof StopRequest) return exitCode.done;
  process.stderr.write(`${program.name()}: ${errorLine(error)}\n`);
  const level = program.getOptionValue('logLevel') ?? process.env['LOG_LEVEL'];
  if (level === 'debug' || level === 'trace') writeStack(error);
  if (error instanceof SettingsError) return exitCode.usage;
  return error instanceof UserError ? error.code : exitCode.failed;
}

/** What nobody caught is a mistake of ours, and its place is all that helps to find it. */
function reportBug(program: Command, error: unknown): number {
  writeStack(error);
  return reportEnd(program, error);
}

function writeStack(error: unknown): void {
  if (error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
