import { compileValidator, Type, type Validate } from '@pipeline/schema';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as formats } from 'ajv-formats';
import type { Bundle } from './bundle.ts';

const compilers = { 'draft-07': Ajv, '2020-12': Ajv2020 };

/** Many patterns were written without the flag `u`, and are valid only without it, such as `\@`. */
const regExp = Object.assign(
  (pattern: string, flags: string) => {
    try {
      return new RegExp(pattern, flags);
    } catch {
      return new RegExp(pattern);
    }
  },
  { code: 'new RegExp' },
);

/** Keywords and formats of other validators are ignored. */
const lenient = { strict: false, logger: false, code: { regExp } } as const;

/**
 * Compiles a schema that was written for any validator. Each has a compiler of its own, because schemas of a
 * folder contain each other under the same `$id`.
 * @throws Error if the schema is invalid
 */
export function compileSchema({ schema, dialect }: Bundle): Validate {
  return compileValidator(Type.Unsafe(schema), (options) => {
    const Compiler = compilers[dialect];
    return formats.default(new Compiler({ ...options, ...lenient, addUsedSchema: true }));
  });
}
