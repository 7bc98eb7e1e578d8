import { type Stats, statSync } from 'node:fs';
import { resolveCliPath, SettingsError } from '@pipeline/runtime';

/** @throws SettingsError that names the setting if the path does not exist */
export function statPath(setting: string, path: string): Stats {
  const file = resolveCliPath(path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new SettingsError([`${setting}: ${file}: does not exist`]);
  return stats;
}
