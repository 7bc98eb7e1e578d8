/** A word or phrase to avoid, and what to write in its place. */
export interface AvoidedWord {
  /** Source of a regular expression for whole words, in any letter case. A space matches any white space. */
  readonly words: string;
  readonly write: string;
  /** Tolerated in comments up to `COMMENT_LIMIT`, because a list cannot detect the legitimate uses. */
  readonly isTolerated?: true;
}

/** Maximum number of tolerated words per 1,000 words of comments. */
export const COMMENT_LIMIT = 0.5;

/** Name the component, use the term of Kafka, Postgres or TypeScript, and put the subject first. */
export const avoidedWords: readonly AvoidedWord[] = [
  { isTolerated: true, words: 'who(?:m|se)?ever', write: 'name the component: the consumer, the caller' },
  {
    isTolerated: true,
    words: '(?:some|no|any|every)body',
    write: 'name the component, or the passive voice',
  },
  { isTolerated: true, words: 'anew', write: 'again' },
  { isTolerated: true, words: 'so (?:many|often|soon)', write: "the number's name: the limit, the maximum" },
  { isTolerated: true, words: 'says?|said', write: 'return, report, log, name' },
  { words: 'tells?|told', write: 'return, report, log, show' },
  { words: 'mend(?:s|ed|ing)?', write: 'fix, repair, rebuild' },
  { words: 'for ever', write: 'forever, indefinitely' },
  { words: 'beside', write: 'next to, alongside' },
  { words: 'meanwhile', write: 'in the meantime, or two sentences' },
  { words: 'thereby|thereof|thereupon|whereupon|thus|hence|whence', write: 'so, therefore' },
  { words: 'whom', write: 'rephrase' },
  { words: 'where (?:there|none|nothing) (?:is|are|was|were)', write: 'if, when' },
  { words: '(?<=, )for (?:it|they|there) ', write: 'because' },
  { words: '(?:the|an?|broken) world', write: 'an outage, Kafka, Postgres' },
  { words: '(?:passing|lasting) (?:faults?|errors?|ones?)', write: 'transient error, permanent error' },
  { words: 'faults? that pass(?:es)?', write: 'transient error' },
  {
    words: '(?<!dead[\\s-]+)(?<!(?:case|capital|ASCII) )letters?(?! case| (?:and|or) digits)',
    write: 'dead letter, message',
  },
  { words: '(?:came|comes?) again', write: 'is a duplicate' },
  { words: '(?:stands?|stood)(?! for|-alone)', write: 'is, is at, is paused' },
  { words: '(?:is|are|was|were|be|been) shut out', write: 'is removed from the group' },
  { words: 'unfold(?:s|ed|ing)?', write: 'decompress' },
  { words: 'half within', write: 'p50' },
];

/** Legitimate uses. */
export const allowedUses: readonly {
  /** Path from the root, or the start of one. */
  readonly file: string;
  /** As in `AvoidedWord`. */
  readonly words: string;
  readonly reason: string;
}[] = [
  { file: 'docs/src/language/words.ts', words: '.*', reason: 'the list itself' },
  { file: 'packages/servers/src/postgres/postgres-account', words: 'nobody', reason: 'the Unix account' },
];
