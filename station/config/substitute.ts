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

const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([^]*))?$/;
const SECRET = /^file:(.+)$/;

export const hasReference = (text: string): boolean => text.includes('${');

/** Replaces `${NAME}`, `${NAME:-default}` (unset or empty takes the default, as in a shell) and `${file:path}`; `$${` is a
 *  plain `${`. An unquoted result is typed again, so that `port: ${PORT:-5555}` is a number; a secret always stays text. */
export const substitute = (text: string, isQuoted: boolean, sources: Sources): Substituted => {
  const problems: string[] = [];
  const secrets: string[] = [];
  const result = text.replace(REFERENCE, (whole: string, inner: string | undefined) => {
    if (inner === undefined) return '${';
    const found = whole.endsWith('}') ? resolve(inner, sources) : misunderstood(whole);
    if (SECRET.test(inner)) secrets.push(inner);
    if ('text' in found) return found.text;
    problems.push(found.problem);
    return '';
  });
  if (problems.length > 0) return { type: 'problem', message: problems.join('; ') };
  const isSecret = secrets.length > 0;
  return { type: 'value', value: isQuoted || isSecret ? result : typed(result), isSecret };
};

type Resolved = { readonly text: string } | { readonly problem: string };

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
  if (fallback !== undefined) return { text: fallback };
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
