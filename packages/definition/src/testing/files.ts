import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readSettings, SettingsError } from '@pipeline/runtime';
import { createDecoder, type EventDefinition } from '@pipeline/schema';
import { onTestFinished } from 'vitest';
import { loadDefinition } from '../load-definition.ts';
import { eventSettings } from '../settings.ts';

/** A folder outside of the repository with these files; objects are written as JSON. */
export function createFolder(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** Loads the definition that settings name. */
export async function load(
  path: string,
  others: Readonly<Record<string, string>> = {},
): Promise<EventDefinition> {
  return loadDefinition(readSettings(eventSettings, { EVENTS: path, ...others }));
}

/** What is wrong with a definition, one line each, without the path. */
export async function problemsOf(path: string): Promise<readonly string[]> {
  try {
    await load(path);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => problem.replace(`EVENTS: ${path}`, '').replace(/^: /, ''));
  }
}

/** Decodes a native event; returns "ok" or the reason with path and message. */
export function check(definition: EventDefinition, type: string, payload: unknown): string {
  const event = {
    event_id: '0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11',
    event_type: type,
    event_time: '2026-11-24T09:30:12Z',
    user_id: 'user-42',
    payload,
  };
  const result = createDecoder(definition)({ value: Buffer.from(JSON.stringify(event)) });
  return result.ok ? 'ok' : `${result.reason} ${result.path} ${result.message}`;
}
