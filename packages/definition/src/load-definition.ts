import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { resolveCliPath, type Settings, SettingsError } from '@pipeline/runtime';
import { DefinitionError, type EventDefinition, shopEvents } from '@pipeline/schema';
import { loadFolder } from './folder/load-folder.ts';
import { importDefinition } from './load-module.ts';
import type { eventSettings } from './settings.ts';

type EventSettings = Settings<typeof eventSettings>;

/**
 * Loads the definition of the events; by default the built-in one.
 * @throws SettingsError that lists everything that is wrong with it
 */
export function loadDefinition(settings: EventSettings): EventDefinition {
  const { EVENTS: path } = settings;
  if (path === undefined || !statPath('EVENTS', path).isDirectory()) forbidFolderSettings(settings);
  return path === undefined ? shopEvents : loadEvents('EVENTS', path, settings);
}

/**
 * Loads a definition from a module or from a folder of JSON Schemas; only a folder uses the other settings.
 * @param setting that has the path, for errors
 * @throws SettingsError that lists everything that is wrong with it
 */
export function loadEvents(
  setting: string,
  path: string,
  { EVENTS_ENVELOPE: envelope, EVENTS_UNKNOWN_TYPES: unknownTypes }: EventSettings,
): EventDefinition {
  const file = resolveCliPath(path);
  const isFolder = statPath(setting, path).isDirectory();
  try {
    return isFolder ? loadFolder(file, { envelope, unknownTypes }) : importDefinition(file);
  } catch (error) {
    throw new SettingsError(problemsOf(error, file).map((problem) => `${setting}: ${file}: ${problem}`));
  }
}

function statPath(setting: string, path: string): Stats {
  const file = resolveCliPath(path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new SettingsError([`${setting}: ${file}: does not exist`]);
  return stats;
}

/** A module names its envelope itself, so these settings would have no effect. */
function forbidFolderSettings({ EVENTS_ENVELOPE, EVENTS_UNKNOWN_TYPES }: EventSettings): void {
  const given = Object.entries({ EVENTS_ENVELOPE, EVENTS_UNKNOWN_TYPES }).filter(([, value]) => value);
  if (given.length === 0) return;
  throw new SettingsError(
    given.map(([name]) => `${name}: applies only if EVENTS is a folder of JSON Schemas`),
  );
}

function problemsOf(error: unknown, file: string): readonly string[] {
  if (error instanceof DefinitionError) return error.problems;
  if (!(error instanceof Error)) return [firstLine(String(error))];
  return [`${firstLine(error.message)}${placeIn(error.stack ?? '', dirname(realpathSync(file)))}`];
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** The first line of the user's code in a stack, such as ` (events.ts:7)`; otherwise empty. */
function placeIn(stack: string, folder: string): string {
  const [, after = ''] = stack.split(`${folder}${sep}`);
  const [place] = /^[^\s:)]+:\d+/.exec(after) ?? [];
  return place === undefined ? '' : ` (${place})`;
}
