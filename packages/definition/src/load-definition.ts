import { type Settings, SettingsError } from '@pipeline/runtime';
import { type EventDefinition, shopEvents } from '@pipeline/schema';
import type { FolderOptions } from './folder/load-folder.ts';
import type { eventSettings } from './settings.ts';
import { statPath } from './stat-path.ts';

type EventSettings = Settings<typeof eventSettings>;

/**
 * Loads the definition of the events; by default the built-in one.
 * @throws SettingsError that lists everything that is wrong with it
 */
export async function loadDefinition(settings: EventSettings): Promise<EventDefinition> {
  const { EVENTS: path } = settings;
  if (path === undefined || !statPath('EVENTS', path).isDirectory()) forbidFolderSettings(settings);
  return path === undefined ? shopEvents : loadEvents('EVENTS', path, settings);
}

/**
 * Loads a definition from a module or from a folder of JSON Schemas; only a folder uses the other settings.
 * @param setting that has the path, for errors
 * @throws SettingsError that lists everything that is wrong with it
 */
export async function loadEvents(
  setting: string,
  path: string,
  settings: EventSettings,
): Promise<EventDefinition> {
  // Imported on demand: most programs use the built-in definition, and this takes a tenth of their start.
  const { readEvents } = await import('./read-events.ts');
  return readEvents(setting, path, settings);
}

/**
 * Compiles a definition from JSON Schemas by the names of their types, as a folder of them would be.
 * @param options as the settings of a folder
 * @throws DefinitionError that lists everything that is wrong with it
 */
export async function compileDefinition(
  schemas: Readonly<Record<string, unknown>>,
  options: FolderOptions,
): Promise<EventDefinition> {
  const { defineSchemas } = await import('./folder/load-folder.ts');
  return defineSchemas(schemas, options);
}

/** A module names its envelope itself, so these settings would have no effect. */
function forbidFolderSettings({ EVENTS_ENVELOPE, EVENTS_UNKNOWN_TYPES }: EventSettings): void {
  const given = Object.entries({ EVENTS_ENVELOPE, EVENTS_UNKNOWN_TYPES }).filter(([, value]) => value);
  if (given.length === 0) return;
  throw new SettingsError(
    given.map(([name]) => `${name}: applies only if EVENTS is a folder of JSON Schemas`),
  );
}
