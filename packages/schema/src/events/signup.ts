import { Type } from '@sinclair/typebox';

/** A user signed up. */
export const signup = Type.Object({
  plan: Type.Unsafe<'free' | 'pro' | 'team'>({ type: 'string', enum: ['free', 'pro', 'team'] }),
});
