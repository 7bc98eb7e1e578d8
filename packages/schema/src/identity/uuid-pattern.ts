/** Repeats the character class: V8 matches a counted quantifier at half the speed. */
const hex = (digits: number) => '[0-9a-fA-F]'.repeat(digits);

/** RFC 9562, section 4: any version; not the `urn:uuid:` form. */
export const uuidPattern = `^${[8, 4, 4, 4, 12].map(hex).join('-')}$`;
