import { parseSync, Visitor } from 'rolldown/utils';

/** A measured TypeScript file. */
export interface MeasuredSource {
  /** From the root of the repository. */
  readonly path: string;
  readonly lines: number;
  readonly functions: readonly MeasuredFunction[];
}

/** A function with a body: a declaration, a method, an accessor or an arrow function. */
interface MeasuredFunction {
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Number of lines, the first and the last included. */
  readonly length: number;
}

/**
 * Measures a TypeScript file.
 * @throws SyntaxError if it cannot be parsed
 */
export function measureSource(path: string, text: string): MeasuredSource {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors.map(({ message }) => message).join(', ')}`);
  const functions: MeasuredFunction[] = [];
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const add = ({ start, end, body }: { start: number; end: number; body: object | null }) => {
    const line = lineAt(start);
    if (body !== null) functions.push({ line, length: lineAt(end) - line + 1 });
  };
  const visitor = { FunctionDeclaration: add, FunctionExpression: add, ArrowFunctionExpression: add };
  new Visitor(visitor).visit(program);
  return { path, lines: text.split('\n').length - 1, functions };
}

/** Whether a path is TypeScript that is shipped or run: no test, no support of tests, no declarations. */
export function isProduction(path: string): boolean {
  return /(?<!\.(test|d))\.ts$/.test(path) && !/^(e2e|model|mutation)\/|(^|\/)testing(\/|\.ts$)/.test(path);
}
