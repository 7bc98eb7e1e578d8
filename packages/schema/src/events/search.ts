import * as Type from '@sinclair/typebox/type';

/** A user searched. */
export const search = Type.Object({ query: Type.String({ description: 'what the user searched for' }) });
