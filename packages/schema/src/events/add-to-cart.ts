import * as Type from '@sinclair/typebox/type';

/** A user added a product to the cart. */
export const addToCart = Type.Object({
  product_id: Type.String({ description: 'the id of the product' }),
  quantity: Type.Integer({ minimum: 1, description: 'the number of units' }),
  price: Type.Number({ minimum: 0, description: 'the price per unit' }),
});
