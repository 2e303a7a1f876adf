import type { Session } from './session.js';
import { argumentNames } from './target.js';

/** What the shells run to complete a word; they ask a hidden subcommand, which asks the station. */
export const shellScripts: Readonly<Record<string, string>> = {
  bash: `_busbar() { mapfile -t COMPREPLY < <(busbar complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); }
complete -o default -F _busbar busbar`,
  zsh: `#compdef busbar
_busbar() { local -a words_; words_=("\${(@f)$(busbar complete -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)}"); compadd -a words_ || _files; }
compdef _busbar busbar`,
  fish: `complete -c busbar -f -a '(busbar complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** A subcommand with its options, `--json`. */
export type Subcommand = { readonly name: string; readonly options: readonly string[] };

/** The words that may stand where the last of `words` is being typed. */
export const complete = async (
  words: readonly string[],
  subcommands: readonly Subcommand[],
  open: <R>(work: (session: Session) => Promise<R>) => Promise<R>,
): Promise<readonly string[]> => {
  const current = words.at(-1) ?? '';
  const [subcommand, target, command] = words;
  const startsRight = (word: string): boolean => word.startsWith(current);
  if (words.length <= 1) return subcommands.map(({ name }) => name).filter(startsRight);
  if (current.startsWith('-'))
    return (subcommands.find(({ name }) => name === subcommand)?.options ?? []).filter(startsRight);
  switch (subcommand) {
    case 'get':
    case 'set':
    case 'watch':
      return subcommand === 'set' && words.length > 2
        ? []
        : open(async (session) => (await addresses(session)).filter(startsRight));
    case 'describe':
    case 'call':
      return open(async (session) => (await callWords(session, words.length, target, command)).filter(startsRight));
    case 'simulate':
      return words.length > 2 ? [] : (await shippedDrivers()).filter(startsRight);
    case 'completion':
      return Object.keys(shellScripts).filter(startsRight);
    default:
      return [];
  }
};

const shippedDrivers = async (): Promise<readonly string[]> =>
  (await import('../station/driver-files.js')).driverFiles.names();

const addresses = async ({ client, expect }: Session): Promise<readonly string[]> =>
  expect(await client.get(['**'])).map(({ topic }) => topic);

const callWords = async (
  { client, expect }: Session,
  position: number,
  target: string | undefined,
  command: string | undefined,
): Promise<readonly string[]> => {
  const managers = expect(await client.describe());
  if (position === 2)
    return managers.flatMap(({ name, channels }) => [name, ...channels.map(({ id }) => `${name}/${id}`)]);
  const manager = managers.find(({ name }) => name === target?.split('/')[0]);
  if (manager === undefined) return [];
  if (position === 3) return Object.keys(manager.commands);
  const description = command === undefined ? undefined : manager.commands[command];
  return description === undefined ? [] : argumentNames(description).map((name) => `${name}=`);
};
