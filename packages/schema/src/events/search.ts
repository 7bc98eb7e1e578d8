import { Type } from '@sinclair/typebox';

/** Somebody searched for something. */
export const search = Type.Object({ query: Type.String() });
