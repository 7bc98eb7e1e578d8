export { corpus } from './testing/corpus.ts';
export type { InputCase } from './testing/input-case.ts';
export { anyBytes, anyJsonText } from './testing/json-text.ts';
export { oddEvent } from './testing/odd-event.ts';
