import { loadDefinition } from '@pipeline/definition';
import { exitCode, type Settings, UserError } from '@pipeline/runtime';
import type { producerSettings } from '../settings.ts';
import { findExample } from './find-example.ts';

/**
 * Prints a valid record of a type, or of each type, a line each. They are always the same.
 * @throws UserError if the definition has no such type, or if no example is found
 */
export async function printExamples(
  settings: Settings<typeof producerSettings>,
  type?: string,
): Promise<void> {
  const definition = await loadDefinition(settings);
  const known = Object.keys(definition.types);
  if (type !== undefined && !known.includes(type))
    throw new UserError(
      `the definition has no type ${type}`,
      `use one of ${known.join(', ')}`,
      exitCode.usage,
    );
  const examples = (type === undefined ? known : [type]).map((one) => findExample(definition, one));
  process.stdout.write(examples.map((example) => `${example}\n`).join(''));
}
