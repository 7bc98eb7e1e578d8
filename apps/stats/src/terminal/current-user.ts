import { userInfo } from 'node:os';

/** The name of the user that runs this process; in a container a user may have only a number. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}
