import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { resolveCliPath, type Settings, SettingsError } from '@pipeline/runtime';
import { DefinitionError, type EventDefinition } from '@pipeline/schema';
import { loadFolder } from './folder/load-folder.ts';
import { importDefinition } from './load-module.ts';
import type { eventSettings } from './settings.ts';
import { statPath } from './stat-path.ts';

/** See `loadEvents`. */
export function readEvents(
  setting: string,
  path: string,
  { EVENTS_ENVELOPE: envelope, EVENTS_UNKNOWN_TYPES: unknownTypes }: Settings<typeof eventSettings>,
): EventDefinition {
  const file = resolveCliPath(path);
  const isFolder = statPath(setting, path).isDirectory();
  try {
    return isFolder ? loadFolder(file, { envelope, unknownTypes }) : importDefinition(file);
  } catch (error) {
    throw new SettingsError(problemsOf(error, file).map((problem) => `${setting}: ${file}: ${problem}`));
  }
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
