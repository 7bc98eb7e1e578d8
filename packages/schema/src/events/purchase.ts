import * as Type from '@sinclair/typebox/type';

/** A user placed an order. */
export const purchase = Type.Object({
  order_id: Type.String({ description: 'the id of the order' }),
  amount: Type.Number({ minimum: 0, description: 'the total of the order, in the currency' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'a code of ISO 4217, such as EUR' }),
});
