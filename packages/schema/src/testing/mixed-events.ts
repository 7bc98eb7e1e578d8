/** Valid and invalid JSON texts of a member, close to the limits. */
interface Pool {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

const anything = ['null', 'true', '0', '-1', '1e400', '""', '"x"', '[]', '{}', '[{}]', '{"a":1}'];

const envelopePools: Readonly<Record<string, Pool>> = {
  event_id: {
    right: ['"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11"', '"FFFFFFFF-ffff-ffff-ffff-000000000000"'],
    wrong: ['"0198c5b0-7c1e-7a4f-9d55-3f0e8f6f2b11\\n"', '"0198c5b07c1e7a4f9d553f0e8f6f2b11"', ...anything],
  },
  event_time: {
    right: ['"2026-11-24T09:30:12Z"', '"2024-02-29t23:59:59.123456789+15:59"', '"0001-01-01T00:00:00z"'],
    wrong: ['"2026-02-29T00:00:00Z"', '"2026-11-24T09:30:60Z"', '"2026-11-24T09:30:12Z\\n"', ...anything],
  },
  user_id: {
    right: ['"u"', '"a\\nb\\n"', `"${'😀'.repeat(256)}"`, '"\\ud83d\\ude00"', '"\\u2028"'],
    wrong: [
      `"${'😀'.repeat(257)}"`,
      '"\\u0000"',
      '"\\ud83d"',
      '"\\ude00\\ud83d"',
      ...anything.filter((text) => text !== '"x"'),
    ],
  },
};

const text: Pool = {
  right: ['""', '"x"', '"\\u0000\\ud83d"', '"\\n"'],
  wrong: anything.filter((value) => !value.startsWith('"')),
};
const amount: Pool = {
  right: ['0', '-0', '0.1', '1e300', '99.50', '9007199254740993', '-1e-400'],
  wrong: ['-1', '-1e-300', '"1"', 'null', 'true', '[]', '{}'],
};

const payloadPools: Readonly<Record<string, Readonly<Record<string, Pool>>>> = {
  page_view: { path: text },
  search: { query: text },
  add_to_cart: {
    product_id: text,
    price: amount,
    quantity: {
      right: ['1', '1.0', '2e3', '9007199254740993'],
      wrong: ['0', '1.5', '-1', '"1"', 'null', '[1]'],
    },
  },
  purchase: {
    order_id: text,
    amount,
    // ISO 4217 has XXX for no currency.
    currency: { right: ['"EUR"', '"XXX"'], wrong: ['"EUR\\n"', '"eur"', '"EURO"', '""', '978', 'null'] },
  },
  signup: { plan: { right: ['"free"', '"pro"', '"team"'], wrong: ['"Free"', '"free\\n"', ...anything] } },
};

const typeNames = Object.keys(payloadPools);
const oddTypes = ['"teleport"', '"constructor"', '"Search"', '"__proto__"', '"search\\n"', ...anything];
const oddNames = ['more', '__proto__', 'constructor', 'toString', 'Payload', ''];

/**
 * Texts of events, valid or with an error: an invalid value, or a missing, additional or duplicate member.
 * @param random returns numbers in [0, 1)
 */
export function* mixedEvents(random: () => number): Generator<string, never> {
  const choose = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? 'null';
  const oneOf = (times: number) => random() * times < 1;
  const draw = ({ right, wrong }: Pool) => choose(oneOf(25) ? wrong : right);
  const write = (pools: Readonly<Record<string, Pool>>, more: readonly string[], mayExtend: boolean) => {
    const drawn = Object.entries(pools).map(([name, pool]) => `"${name}":${draw(pool)}`);
    const members = [...drawn, ...more].filter(() => !oneOf(60));
    if (oneOf(mayExtend ? 3 : 40)) members.push(`"${choose(oddNames)}":${choose(anything)}`);
    if (members.length > 0 && oneOf(20)) members.unshift(choose(members));
    return `{${members.join(',')}}`;
  };
  while (true) {
    const type = choose(typeNames);
    const payload = oneOf(40) ? choose(anything) : write(payloadPools[type] ?? {}, [], true);
    const eventType = oneOf(40) ? choose(oddTypes) : `"${type}"`;
    yield write(envelopePools, [`"event_type":${eventType}`, `"payload":${payload}`], false);
  }
}
