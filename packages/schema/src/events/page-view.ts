import { Type } from '@sinclair/typebox';

/** A user viewed a page. */
export const pageView = Type.Object({ path: Type.String() });
