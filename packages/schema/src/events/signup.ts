import * as Type from '@sinclair/typebox/type';

/** A user signed up. */
export const signup = Type.Object({
  plan: Type.Unsafe<'free' | 'pro' | 'team'>({
    type: 'string',
    enum: ['free', 'pro', 'team'],
    description: 'the plan that the user chose',
  }),
});
