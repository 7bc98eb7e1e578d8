import { expect, test } from 'vitest';
import { splitStatements } from './statements.ts';

test('a statement ends at its semicolon and may span lines', () => {
  expect(splitStatements('select 1; select\n2')).toEqual({ statements: ['select 1'], rest: 'select\n2' });
  expect(splitStatements('select\n2;')).toEqual({ statements: ['select\n2'], rest: '' });
});

test.each(["select ';'", 'select ";"', 'select $$;$$', 'select $a$;$$;$a$', 'select /* ; */ 1'])(
  'a semicolon inside %s ends nothing',
  (statement) => {
    expect(splitStatements(`${statement};`)).toEqual({ statements: [statement], rest: '' });
  },
);

test('an open quote keeps everything after it', () => {
  expect(splitStatements("select 'a; b;").statements).toEqual([]);
});
