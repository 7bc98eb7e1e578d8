import * as Type from '@sinclair/typebox/type';

/** A user added a product to the cart; `price` is per unit. */
export const addToCart = Type.Object({
  product_id: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
  price: Type.Number({ minimum: 0 }),
});
