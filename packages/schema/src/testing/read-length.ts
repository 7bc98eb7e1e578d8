import type { Step } from '../accept/step.ts';
import { toBytes } from './event-text.ts';

const before = toBytes('"" '.repeat(30));
const after = toBytes('#');

/**
 * The number of bytes of a JSON text that a step reads, or -1.
 * @throws Error if the step reads another number of them between other bytes
 */
export function readLength(step: Step, json: string): number {
  const bytes = toBytes(json);
  const length = step(bytes, 0);
  const end = step(Uint8Array.of(...before, ...bytes, ...after), before.length);
  if (end !== (length < 0 ? -1 : before.length + length))
    throw new Error(`${json} is read up to ${length}, but between other bytes up to ${end - before.length}`);
  return length;
}

/** Whether a step reads a whole JSON text. */
export function isRead(step: Step, json: string): boolean {
  return readLength(step, json) === toBytes(json).length;
}
