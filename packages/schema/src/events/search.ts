import * as Type from '@sinclair/typebox/type';

/** A user searched. */
export const search = Type.Object({ query: Type.String() });
