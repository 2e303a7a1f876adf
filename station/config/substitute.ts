import type { Json } from '../../core/json-value.js';

/** Where the values of `${...}` come from. */
export type Sources = {
  readonly env: { readonly [name: string]: string | undefined };
  /** The text of a file that holds a secret; throws when it cannot be read. */
  readonly readSecret: (path: string) => string;
};

export type Substituted =
  | { readonly type: 'value'; readonly value: Json; readonly isSecret: boolean }
  | { readonly type: 'problem'; readonly message: string };

const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;
const SECRET = /^file:(.+)$/;

export const hasReference = (text: string): boolean => text.includes('${');

/** Replaces `${NAME}`, `${NAME:-default}` (unset or empty takes the default, as in a shell) and `${file:path}`; `$${` is a
 *  plain `${`. A default may hold references itself. An unquoted result is typed again, so that `port: ${PORT:-5555}` is a
 *  number; a secret always stays text. */
export const substitute = (text: string, isQuoted: boolean, sources: Sources): Substituted => {
  const problems: string[] = [];
  const secrets: string[] = [];
  const valueOf = (inner: string): string => {
    if (SECRET.test(inner)) secrets.push(inner);
    const found = resolve(inner, sources);
    if ('text' in found) return found.text;
    if ('fallback' in found) return replaced(found.fallback);
    problems.push(found.problem);
    return '';
  };
  const replaced = (within: string): string =>
    piecesOf(within)
      .map((piece) => {
        if (piece.type === 'plain') return piece.text;
        if (piece.type === 'reference') return valueOf(piece.inner);
        problems.push(misunderstood(piece.text).problem);
        return '';
      })
      .join('');
  const result = replaced(text);
  if (problems.length > 0) return { type: 'problem', message: problems.join('; ') };
  const isSecret = secrets.length > 0;
  return { type: 'value', value: isQuoted || isSecret ? result : typed(result), isSecret };
};

type Piece =
  | { readonly type: 'plain'; readonly text: string }
  | { readonly type: 'reference'; readonly inner: string }
  /** A reference that nothing closes. */
  | { readonly type: 'open'; readonly text: string };

const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', at)) {
    const isPlain = start > at && text[start - 1] === '$';
    pieces.push({ type: 'plain', text: text.slice(at, isPlain ? start - 1 : start) });
    if (isPlain) {
      pieces.push({ type: 'plain', text: '${' });
      at = start + 2;
      continue;
    }
    const end = behindReference(text, start);
    if (end === undefined) return [...pieces, { type: 'open', text: text.slice(start) }];
    pieces.push({ type: 'reference', inner: text.slice(start + 2, end - 1) });
    at = end;
  }
  return [...pieces, { type: 'plain', text: text.slice(at) }];
};

/** Where the text goes on behind the reference that begins at `start`, with those inside it; undefined: it has no end. */
const behindReference = (text: string, start: number): number | undefined => {
  const marks = /\$\{|\}/g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '}' ? -1 : 1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
};

type Resolved = { readonly text: string } | { readonly fallback: string } | { readonly problem: string };

const resolve = (inner: string, { env, readSecret }: Sources): Resolved => {
  const file = SECRET.exec(inner)?.[1];
  if (file !== undefined) {
    try {
      return { text: readSecret(file).trim() };
    } catch (thrown) {
      return {
        problem: `the secret in "${file}" cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      };
    }
  }
  const [, name, fallback] = VARIABLE.exec(inner) ?? [];
  if (name === undefined) return misunderstood(`\${${inner}}`);
  const value = env[name];
  if (value !== undefined && (value !== '' || fallback === undefined)) return { text: value };
  if (fallback !== undefined) return { fallback };
  return { problem: `the environment variable ${name} is not set; set it, or write \${${name}:-default}` };
};

const misunderstood = (text: string): { readonly problem: string } => ({
  problem: `"${text.slice(0, 60)}" is not understood; write \${NAME}, \${NAME:-default} or \${file:path}, and $\${ for a plain \${`,
});

const NUMBER = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/;

/** What a YAML reader (core schema) makes of an unquoted scalar. */
const typed = (text: string): Json => {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  return NUMBER.test(text) ? Number(text) : text;
};
