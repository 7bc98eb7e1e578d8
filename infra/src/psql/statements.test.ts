import { expect, test } from 'vitest';
import { splitStatements } from './statements.ts';

test('a statement ends at its semicolon and may span lines', () => {
  expect(splitStatements('select 1; select\n2')).toEqual({ statements: ['select 1'], rest: 'select\n2' });
  expect(splitStatements('select\n2;')).toEqual({ statements: ['select\n2'], rest: '' });
});

test.each(["select ';'", 'select ";"', 'select $$;$$', 'select $a$;$$;$a$', 'select /* ; */ 1'])(
  'the semicolon inside %s does not end the statement',
  (statement) => {
    expect(splitStatements(`${statement};`)).toEqual({ statements: [statement], rest: '' });
  },
);

test('a statement with an open quote is incomplete', () => {
  expect(splitStatements("select 'a; b;").statements).toEqual([]);
});
