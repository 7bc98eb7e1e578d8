export { corpus } from './testing/corpus.ts';
export type { ExpectedEvent, FormatRecord, PublicFormat } from './testing/formats/public-format.ts';
export { publicFormats } from './testing/formats/public-formats.ts';
export type { InputCase } from './testing/input-case.ts';
export { anyBytes, anyJsonText } from './testing/json-text.ts';
export { oddEvent } from './testing/odd-event.ts';
export { dateTimePattern } from './time/date-time.ts';
