/** The rules of texts in an event, for envelopes that find them in other places than the native one. */

const MAX_TYPE_BYTES = 255;
/** Maximum length of a `user_id`. */
export const MAX_USER_CHARACTERS = 256;

/** Control characters would break logs, metrics and terminals. */
const control = /\p{Cc}/u;
const utf8 = new TextEncoder();

/** Whether a text can name an event type, see `typeNameRule`. */
export function isTypeName(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || control.test(name) || !name.isWellFormed()) return false;
  return name.length * 3 <= MAX_TYPE_BYTES || utf8.encode(name).length <= MAX_TYPE_BYTES;
}

export const typeNameRule = 'must be 1 to 255 bytes of UTF-8 without control characters';

/** Whether a text can be a `user_id`, see `userIdRule`. */
export function isUserId(text: string): boolean {
  if (text === '' || text.includes('\0') || !text.isWellFormed()) return false;
  return text.length <= MAX_USER_CHARACTERS || [...text].length <= MAX_USER_CHARACTERS;
}

export const userIdRule = 'must be 1 to 256 characters without NUL or unpaired surrogates';

/** Whether an id can be derived from a text: encoding would replace unpaired surrogates, so ids would collide. */
export function isIdText(text: string): boolean {
  return text !== '' && text.isWellFormed();
}

export const idRule = 'must be text of at least one character without unpaired surrogates';
