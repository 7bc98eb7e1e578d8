import { expect, test } from 'vitest';
import { quoteName, quoteText } from './quote.ts';

test('quotes are doubled, and texts with a backslash are escaped', () => {
  expect(quoteName('a"b\\c')).toBe('"a""b\\c"');
  expect(quoteText("it's")).toBe("'it''s'");
  expect(quoteText("it's \\")).toBe("E'it''s \\\\'");
});

test('a definition cannot write the placeholder of the schema', () => {
  expect(quoteName('the pipeline."x\\')).toBe('u&"the pipeline\\002e""x\\\\"');
  expect(quoteText("the pipeline.'x\\")).toBe("E'the pipeline\\x2e''x\\\\'");
});
