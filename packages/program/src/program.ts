import { embeddedText, readSettings, type Settings, type SettingsSchema } from '@pipeline/runtime';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadEnvironments } from './environment.ts';
import { addSettingsHelp, helpWithoutSettings, SETTINGS_GROUP } from './help.ts';

export type { Command } from 'commander';

/**
 * A program whose usage errors end the process with exit code 2. An executable's version includes its commit.
 */
export function createProgram(name: string, about: string, version: string): Command {
  return new Command(name)
    .description(about)
    .version([version, embeddedText('commit')].filter(Boolean).join(' '))
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp(helpWithoutSettings);
}

/**
 * A parser of a flag's number, between two inclusive bounds.
 * @throws InvalidArgumentError, to which commander adds the flag's name
 */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= least && number <= most) return number;
    throw invalidArgument(`Expected a number from ${least} to ${most}.`);
  };
}

/**
 * The error that a flag's parser throws for a wrong value; commander adds the flag's name, the exit code is
 * 2.
 */
export function invalidArgument(message: string): Error {
  return new InvalidArgumentError(message);
}

/**
 * Adds a flag per setting: `KAFKA_BROKERS` is also `--kafka-brokers`. A secret may be passed as a path, as in
 * `--database-url-file`, because other users can read a process's arguments.
 */
export function withSettings(command: Command, schema: SettingsSchema): Command {
  for (const [name, setting] of Object.entries(schema)) {
    command.addOption(settingOption(name, `${setting.about} (${name}, default ${setting.shownDefault})`));
    if (setting.secret)
      command.addOption(settingOption(`${name}_FILE`, `Path of a file that contains ${name} (${name}_FILE)`));
  }
  addSettingsHelp(command);
  return command;
}

function settingOption(name: string, about: string): Option {
  return new Option(`--${name.toLowerCase().replaceAll('_', '-')} <value>`, about).helpGroup(SETTINGS_GROUP);
}

/**
 * The settings of a command: a flag overrides the environment, which overrides the `.env` file and the
 * default.
 * @param ignored settings whose flags are ignored
 * @throws SettingsError that lists every invalid setting
 */
export function settingsOf<Schema extends SettingsSchema>(
  command: Command,
  schema: Schema,
  ignored: readonly string[] = [],
): Settings<Schema> {
  const all = command.optsWithGlobals<Record<string, string | undefined>>();
  const flags = { ...all, ...Object.fromEntries(ignored.map((name) => [camelCase(name), undefined])) };
  const names = Object.keys(schema).flatMap((name) => [name, `${name}_FILE`]);
  const given = Object.fromEntries(names.map((name) => [name, flags[camelCase(name)]]));
  return readSettings(schema, given, ...loadEnvironments());
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
