/** Repeats the character class: V8 matches a counted quantifier at half the speed. */
const patternOf = (digit: string) => `^${[8, 4, 4, 4, 12].map((count) => digit.repeat(count)).join('-')}$`;

/** RFC 9562, section 4: any version; not the `urn:uuid:` form. */
export const uuidPattern = patternOf('[0-9a-fA-F]');

/** Without capital letters. */
export const lowerUuidPattern = patternOf('[0-9a-f]');
