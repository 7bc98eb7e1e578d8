import { custom, type Setting } from '@pipeline/runtime';

const segments = /^(\/(?!\.\.?(\/|$))[\w.~-]+)*\/?$/;

/** A setting for the path below which a server is reached; its value begins and ends with a slash. */
export function basePath(about: string): Setting<string> {
  return custom('/', about, 'a path such as /pipeline/, without special characters', (path) =>
    segments.test(path) ? path.replace(/\/?$/, '/') : undefined,
  );
}
