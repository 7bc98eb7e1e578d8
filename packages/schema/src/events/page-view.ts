import * as Type from '@sinclair/typebox/type';

/** A user viewed a page. */
export const pageView = Type.Object({
  path: Type.String({ description: 'the path of the page, such as /products/1' }),
});
