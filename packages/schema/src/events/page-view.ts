import * as Type from '@sinclair/typebox/type';

/** A user viewed a page. */
export const pageView = Type.Object({ path: Type.String() });
