import { Type } from '@sinclair/typebox';

/** A user searched. */
export const search = Type.Object({ query: Type.String() });
