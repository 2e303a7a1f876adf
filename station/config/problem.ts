/** Line and column, both from 1. */
export type Position = { readonly line: number; readonly column: number };

/** One thing wrong with a config: where it stands in the file, where in the tree, and a sentence. */
export type ConfigProblem = Position & { readonly path: string; readonly message: string };

/** `lab.yaml:12:5: connectors.web.port: must be a number, not "http"` */
export const printProblem = (file: string, { line, column, path, message }: ConfigProblem): string =>
  `${file}:${line}:${column}: ${path}: ${message}`;

/** Top to bottom, as a person goes through the file. */
export const inFileOrder = (problems: readonly ConfigProblem[]): readonly ConfigProblem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
