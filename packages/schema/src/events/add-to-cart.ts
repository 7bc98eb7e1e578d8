import { Type } from '@sinclair/typebox';

/** Somebody put a product into the cart; `price` is for one piece. */
export const addToCart = Type.Object({
  product_id: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  price: Type.Number({ minimum: 0 }),
});
