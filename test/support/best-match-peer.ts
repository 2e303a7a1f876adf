import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Debian's own, which can see Debian's python3-jsonschema. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('../peers/python/best_match.py', import.meta.url));

/** Where the schema of Online's commands is written down. */
export const ONLINE_SCHEMA = new URL('../../schemas/dialects/online-command.schema.json', import.meta.url);

/** What Python's jsonschema says of each JSON text: the message of its best match, null where it has none. */
export const bestMatchesOf = (texts: readonly string[]): readonly (string | null)[] => {
  const lines = texts.map((text) => `${text.replaceAll('\n', ' ')}\n`).join('');
  const answers = execFileSync(PYTHON, [SCRIPT, fileURLToPath(ONLINE_SCHEMA)], {
    input: lines,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return answers
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string | null);
};
