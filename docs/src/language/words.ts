/** A word or phrase to avoid, and what to write in its place. */
export interface AvoidedWord {
  /** Source of a regular expression, matched as whole words in any letter case; a space matches any white space. */
  readonly words: string;
  readonly write: string;
  /** Tolerated in comments, up to `COMMENT_LIMIT`: these words have legitimate uses that a list cannot detect. */
  readonly counted?: true;
}

/** Maximum number of `counted` words per 1,000 words of comments. */
export const COMMENT_LIMIT = 0.5;

/** Name the component, use the field's term, and state it directly. */
export const avoidedWords: readonly AvoidedWord[] = [
  { words: 'who(?:m|se)?ever', write: 'name the component: the consumer, the caller', counted: true },
  { words: '(?:some|no|any|every)body', write: 'name the component, or rephrase', counted: true },
  { words: 'anew', write: 'again', counted: true },
  { words: 'so (?:many|often|soon)', write: "the number's name: the limit, the maximum", counted: true },
  { words: 'says?|said', write: 'return, report, log, name, state', counted: true },
  { words: 'mend(?:s|ed|ing)?', write: 'fix, repair, rebuild' },
  { words: 'made again', write: 'recreated' },
  { words: 'for ever', write: 'forever, indefinitely' },
  { words: 'beside', write: 'next to, alongside' },
  { words: 'meanwhile', write: 'in the meantime, or two sentences' },
  { words: 'thereby|thereof|thereupon|whereupon', write: 'so, therefore' },
  { words: 'whom', write: 'rephrase' },
  { words: '(?:the|an?|broken) world', write: 'outage, Kafka or Postgres' },
  { words: '(?:passing|lasting) (?:faults?|errors?|ones?)', write: 'transient or permanent error' },
  { words: 'faults? that pass(?:es)?', write: 'transient error' },
  { words: '(?<!dead[\\s-]+)(?<!(?:case|capital|ASCII) )letters?(?! case)', write: 'dead letter, message' },
  { words: '(?:came|comes?) again', write: 'duplicate' },
  { words: '(?:stand|stands|stood) still', write: 'is paused, is idle' },
  { words: '(?:is|are|was|were|be|been|being) told', write: 'is passed, is notified, is logged' },
  { words: '(?:is|are|was|were|be|been) shut out', write: 'is removed from the group' },
  { words: 'half within', write: 'p50' },
  { words: '(?<=, )for (?:it|they|there) ', write: 'because' },
];

/** Legitimate uses. A file is a path from the root or the start of one. */
export const allowedUses: readonly {
  readonly file: string;
  readonly words: string;
  readonly reason: string;
}[] = [{ file: 'docs/src/language/', words: '.*', reason: 'the list itself and its tests' }];
