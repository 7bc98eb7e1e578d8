const byText = new Map<string, object>();
const numbers = new WeakMap<object, number>();

/** The one object that represents all objects with the same content. */
export function intern<Part extends object>(part: Part): Part {
  if (numbers.has(part)) return part;
  const text = JSON.stringify(part);
  const known = byText.get(text);
  if (known !== undefined) return known as Part;
  byText.set(text, part);
  numbers.set(part, byText.size);
  return part;
}

/** The number of an interned object. */
export function numberOf(part: object): number {
  return numbers.get(part) ?? 0;
}

/** Computes a function once per interned object and further arguments; interns its result. */
export function memoize<Key extends object, Rest extends readonly unknown[], Value>(
  compute: (key: Key, ...rest: Rest) => Value,
): (key: Key, ...rest: Rest) => Value {
  const known = new WeakMap<Key, Map<unknown, Value>>();
  return (key, ...rest) => {
    let values = known.get(key);
    if (values === undefined) {
      values = new Map();
      known.set(key, values);
    }
    const name = rest.length === 1 ? rest[0] : rest.map(nameOf).join();
    if (!values.has(name)) values.set(name, internIfObject(compute(key, ...rest)));
    return values.get(name) as Value;
  };
}

function nameOf(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null ? `#${numberOf(argument)}` : argument;
}

function internIfObject<Value>(value: Value): Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? intern(value) : value;
}
