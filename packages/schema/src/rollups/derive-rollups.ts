import type { EventDefinition } from '../definition/definition.ts';
import { deriveViews } from '../views/derive-views.ts';
import { asSchema } from '../views/schema-index.ts';
import { findNameProblem } from '../views/view-names.ts';
import { checkRollup } from './check-rollup.ts';
import { type Read, readKeywords } from './read-declaration.ts';
import type { DeclaredRollup, Rollup } from './rollup.ts';

type Declaring = Pick<EventDefinition, 'types' | 'rollups' | 'viewNames'>;

interface Derived {
  readonly rollups: readonly Rollup[];
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];
}

const namePattern = /^[a-z][a-z0-9_]{0,62}$/;

/** The roll-ups of a definition without problems. Pure: depends on the definition alone. */
export function deriveRollups(definition: Declaring): readonly Rollup[] {
  return derive(definition).rollups;
}

/** What is wrong with the roll-ups of a definition, one line each. */
export function findRollupProblems(definition: Declaring): readonly string[] {
  const { rollups, problems } = derive(definition);
  const byView = Map.groupBy(rollups, ({ viewName }) => viewName);
  const repeated = [...byView].filter(([, some]) => some.length > 1);
  return [
    ...problems,
    ...repeated.map(
      ([view, some]) =>
        `roll-ups ${some.map(({ eventType, name }) => `${eventType} ${name}`).join(', ')}: have the same view ` +
        `${JSON.stringify(view)}: rename one of them`,
    ),
  ];
}

/** An event type that declares roll-ups. */
interface DeclaringType {
  readonly name: string;
  readonly payload: unknown;
  /** The name of its view. */
  readonly view: string;
}

function derive(definition: Declaring): Derived {
  const { types, rollups = {} } = definition;
  return joinAll(
    deriveViews(definition).map(({ eventType: name, name: view }) => {
      const type = { name, view, payload: types[name] };
      const declared = Object.hasOwn(rollups, name) ? rollups[name] : undefined;
      return declared === undefined ? deriveKeywords(type) : deriveEach(type, declared, readBuilt);
    }),
  );
}

function deriveKeywords(type: DeclaringType): Derived {
  const keyword = asSchema(type.payload)?.['x-rollups'];
  if (keyword === undefined) return { rollups: [], problems: [] };
  const declared = asSchema(keyword);
  return declared === undefined
    ? { rollups: [], problems: [`type ${type.name}: x-rollups: must be an object of roll-ups by name`] }
    : deriveEach(type, declared, readKeywords);
}

/** A module in JavaScript may declare anything. */
function readBuilt(one: unknown): Read {
  return typeof one === 'object' && one !== null && 'aggregate' in one
    ? { declared: one as DeclaredRollup }
    : { problem: 'must be the result of count(), sum(), min() or max()' };
}

function deriveEach(type: DeclaringType, declared: object, read: (one: unknown) => Read): Derived {
  return joinAll(Object.entries(declared).map(([name, one]) => deriveOne(type, name, read(one))));
}

function deriveOne({ name: eventType, payload, view }: DeclaringType, name: string, read: Read): Derived {
  const place = `type ${eventType}: roll-up ${JSON.stringify(name)}: `;
  if ('problem' in read) return { rollups: [], problems: [`${place}${read.problem}`] };
  const viewName = `rollup_${view.replace(/^event_/, '')}_${name}`;
  const { rollup, problems } = checkRollup(name, read.declared, payload);
  const viewProblem = findNameProblem(viewName);
  const all = [
    ...(namePattern.test(name) ? [] : ['the name must be lower-case letters, digits and underscores']),
    ...(viewProblem === undefined
      ? []
      : [`its view ${JSON.stringify(viewName)} ${viewProblem}: rename it or the view of its type`]),
    ...problems,
  ];
  return {
    rollups: [{ eventType, name, viewName, ...rollup }],
    problems: all.map((one) => `${place}${one}`),
  };
}

function joinAll(all: readonly Derived[]): Derived {
  return { rollups: all.flatMap((one) => one.rollups), problems: all.flatMap((one) => one.problems) };
}
