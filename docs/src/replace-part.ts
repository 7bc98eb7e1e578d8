/** Replaces what is between two comments, of which the first starts with a name. @throws Error if they are missing */
export function replacePart(page: string, name: string, content: string): string {
  const part = new RegExp(`(^<!-- ${name}: .* -->$)[\\s\\S]*?(^<!-- end of ${name} -->$)`, 'm');
  if (!part.test(page)) throw new Error(`the page has no part for ${name}`);
  return page.replace(part, (_, start, end) => `${start}\n\n${content}\n\n${end}`);
}
