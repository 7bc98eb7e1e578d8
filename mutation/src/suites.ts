/** The files of one folder that are mutated, and the tests that have to find the mutants. */
export interface Suite {
  /** From the root of the repository. */
  readonly folder: string;
  /** Globs from `folder`. */
  readonly mutate: readonly string[];
  /** Globs from `folder`; the tests of earlier ones run first. */
  readonly tests: readonly string[];
  /** In percent; 85 if undefined. */
  readonly leastScore?: number;
}

/**
 * A part of the schema package whose tests are next to its files. Those that compare it with the decoder take too long
 * to run for each mutant.
 */
function partOfSchema(name: string): Suite {
  return {
    folder: `packages/schema/src/${name}`,
    mutate: ['!(*.test).ts'],
    tests: ['!(*.long|accept-compared).test.ts'],
    leastScore: 90,
  };
}

/** A file belongs to the first suite whose folder it is in. */
export const suites: readonly Suite[] = [
  ...['accept', 'definition', 'envelopes/cloudevents', 'envelopes/debezium'].map(partOfSchema),
  ...['identity', 'locate', 'rollups', 'views'].map(partOfSchema),
  {
    folder: 'packages/schema/src/envelopes',
    mutate: ['!(*.test).ts'],
    tests: ['**/!(describe-fields|never-throws).test.ts', 'describe-fields.test.ts'],
    leastScore: 90,
  },
  {
    folder: 'packages/schema/src',
    mutate: [
      '{decode,encode,event-makers,json-schema,keywords,known-path,parse,portable,reasons,registry}.ts',
      '{scan-payload,text-rules,validate}.ts',
      'time/{date-time,event-time}.ts',
    ],
    tests: [
      '{decode,encode,event-makers,own-types,portable,rejection,text-rules}.test.ts',
      '{testing,time}/*.test.ts',
    ],
    leastScore: 90,
  },
  {
    folder: 'packages/db/src/write/message',
    mutate: ['{copy-errors,find-repeated}.ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/db/src/statement',
    mutate: ['!(*.test).ts'],
    tests: ['*.test.ts'],
  },
  {
    folder: 'packages/db/src/write/columns',
    mutate: ['!(*.test|incoming).ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/db/src/write',
    mutate: ['{batch,event-rows,insert-form,isolate,log-tail,minute-counts,record-time}.ts', 'too-slow.ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/db/src/client',
    mutate: ['{database-url,errors,password,settings,tls}.ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/db/src/views',
    mutate: ['{evolve-view,quote,view-text}.ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/db/src',
    mutate: ['dead-letters/dead-letter.ts', 'maintenance/day.ts', 'prove/{column,sent-events,versions}.ts'],
    tests: ['{dead-letters,maintenance,prove}/!(*.int|dead-letter-reasons).test.ts'],
  },
  {
    folder: 'packages/kafka/src/admin',
    mutate: ['{lag,split-slice}.ts'],
    tests: ['{lag,split-slice}.test.ts'],
  },
  {
    folder: 'packages/kafka/src/consume',
    mutate: [
      '{assigned-partition,assignment,chunk-queue,check-log,continues-log,divergence,locator,offset-committer}.ts',
      '{resume,unreadable}.ts',
    ],
    tests: ['!(*.int|batch-source|group-member).test.ts'],
  },
  {
    folder: 'packages/kafka/src/client/sasl',
    mutate: ['!(*.test).ts'],
    tests: ['*.test.ts'],
  },
  {
    folder: 'packages/kafka/src/client',
    mutate: ['{codecs,errors,lz4,response-reader}.ts'],
    tests: ['{codecs,errors,lz4,response-reader}.test.ts'],
  },
  {
    folder: 'packages/kafka/src/produce',
    mutate: ['{dead-letter-record,encode-headers,partitioner}.ts'],
    tests: ['!(*.int).test.ts'],
  },
  {
    folder: 'packages/program/src',
    mutate: ['limit-types.ts'],
    tests: ['limit-types.test.ts'],
  },
  {
    folder: 'apps/consumer/src',
    mutate: [
      '{admission,consume,dead-letter,dead-letter-limit,failing-writes,health,lag,observe,retry-policy}.ts',
      '{shadow,stages,triage}.ts',
      '{pauses/watch-pauses,replay/plan,replay/read-ranges,replay/report,traces/trace-stages}.ts',
    ],
    tests: [
      '{admission,consume,dead-letter,dead-letter-limit,health,lag,observe,retry-policy}.test.ts',
      '{shadow,stages,triage}.test.ts',
      '{pauses,replay,traces}/*.test.ts',
    ],
  },
];
