import { Type } from '@sinclair/typebox';

/** Somebody looked at a page. */
export const pageView = Type.Object({ path: Type.String() });
