const MAX_LENGTH = 256;

/** What a user name must be, for messages. */
export const USER_NAME = `1 to ${MAX_LENGTH} characters without control characters`;

/** Whether a text may be recorded as a user's name. */
export function isUserName(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(text);
}
