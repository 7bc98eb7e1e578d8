import * as Type from '@sinclair/typebox/type';

/** A user placed an order. */
export const purchase = Type.Object({
  order_id: Type.String(),
  amount: Type.Number({ minimum: 0 }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'a code of ISO 4217, such as EUR' }),
});
