import { Command, CommanderError, Option } from 'commander';
import { loadEnvironment } from './environment.ts';
import { exitCode, Failure, failureLine } from './failure.ts';
import { readSettings, type Setting, type Settings, SettingsError, type SettingsSchema } from './settings.ts';
import { StopRequest } from './stop.ts';

/** A command of the given name whose wrong use ends the process with exit code 2. */
export function createProgram(name: string, about: string, version: string): Command {
  return new Command(name)
    .description(about)
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(see --help)');
}

/** Gives a command a flag for every setting: `KAFKA_BROKERS` may also be said as `--kafka-brokers`. */
export function withSettings(command: Command, schema: SettingsSchema): Command {
  for (const [name, setting] of Object.entries(schema)) command.addOption(settingOption(name, setting));
  return command;
}

function settingOption(name: string, setting: Setting<unknown>): Option {
  const fallback =
    setting.fallback === undefined ? '' : `, default ${setting.secret ? '***' : setting.fallback}`;
  return new Option(`${flagOf(name)} <value>`, `${setting.about} (${name}${fallback})`).helpGroup(
    'Settings:',
  );
}

function flagOf(name: string): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
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
  const given = Object.keys(schema).flatMap((name) => {
    const value = flags[camelCase(name)];
    return value === undefined ? [] : [[name, value] as const];
  });
  return readSettings(schema, { ...loadEnvironment(), ...Object.fromEntries(given) });
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Runs a program to its end and ends the process with the contract's exit codes.
 * An error is shown as one line on stderr; its stack only with LOG_LEVEL=debug or trace.
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  endQuietlyWhenNobodyReads();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportEnd(program.name(), error);
  }
}

/** `| head` closes the pipe: that is the reader's good right, not an error. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' || error.code === 'EIO' ? exitCode.done : exitCode.failed);
    });
  }
}

function reportEnd(name: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  if (error instanceof StopRequest) return exitCode.done;
  process.stderr.write(`${name}: ${failureLine(error)}\n`);
  if (/^(debug|trace)$/.test(process.env['LOG_LEVEL'] ?? '')) console.error(error);
  if (error instanceof SettingsError) return exitCode.usage;
  return error instanceof Failure ? error.code : exitCode.failed;
}
