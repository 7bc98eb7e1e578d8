import type { EventDefinition } from '../definition/definition.ts';
import { schemaOf } from '../validate.ts';
import type { AcceptedType } from './accepted-event.ts';
import { OPEN_OBJECT } from './characters.ts';
import { compileSchema } from './compile-schema.ts';
import type { Layout } from './layout.ts';
import { refuse, type Step, startsWith, toPlainString } from './step.ts';

/** A type, and the step that reads its payload. */
export interface ReadableType extends AcceptedType {
  readonly payload: Step;
}

/** Stands for the type before it is found. */
export const noType: ReadableType = { name: '', bytes: new Uint8Array(), payload: refuse };

/** The types of a definition whose payloads can be read. @param maxDepth of a payload */
export function compileTypes(
  { validators }: EventDefinition,
  { isTypeName, isPayloadObject }: Layout,
  maxDepth: number,
): readonly ReadableType[] {
  return Object.entries(validators).flatMap(([name, validate]) => {
    const schema = schemaOf(validate);
    const payload = schema && compileSchema(schema, maxDepth);
    const json = toPlainString(name);
    if (payload === undefined || json === undefined || !isTypeName(name)) return [];
    return [{ name, bytes: json.slice(1, -1), payload: isPayloadObject ? onlyObject(payload) : payload }];
  });
}

function onlyObject(step: Step): Step {
  return (bytes, at) => (bytes[at] === OPEN_OBJECT ? step(bytes, at) : -1);
}

/** Creates a function that finds the type whose name is the string from `start` to `end`, or returns `noType`. */
export function createTypeFinder(types: readonly ReadableType[]) {
  const byLength = Map.groupBy(types, ({ bytes }) => bytes.length + 2);
  return (bytes: Uint8Array, start: number, end: number): ReadableType => {
    for (const type of byLength.get(end - start) ?? [])
      if (startsWith(bytes, start + 1, type.bytes)) return type;
    return noType;
  };
}
