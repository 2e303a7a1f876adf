import type { ChannelId } from './message.js';

export type Address = { readonly manager: string; readonly channel?: ChannelId; readonly parameter: string };

/** Splits `manager/channel/parameter` or `manager/parameter`; undefined when it is neither. */
export const parseAddress = (text: string): Address | undefined => {
  const parts = text.split('/');
  if (parts.some((part) => part === '')) return undefined;
  const [manager, second, third] = parts;
  if (manager === undefined || second === undefined || parts.length > 3) return undefined;
  return third === undefined ? { manager, parameter: second } : { manager, channel: second, parameter: third };
};

export const managerName = /^[a-z][a-z0-9-]*$/;

/** Tests topics against patterns: `*` is one part (but no `$` part), `**` at the end is any rest, `$` parts included; `*`
 *  inside a part is any text. Takes time in proportion to the lengths, whatever the pattern: clients write them. */
export const topicMatcher = (patterns: readonly string[]): ((topic: string) => boolean) => {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('/'));
  return (topic) => {
    if (exact.has(topic)) return true;
    if (globs.length === 0) return false;
    const parts = topic.split('/');
    return globs.some((glob) => partsFit(glob, parts));
  };
};

const partsFit = (glob: readonly string[], parts: readonly string[]): boolean => {
  const hasRest = glob.at(-1) === '**';
  const fixed = hasRest ? glob.slice(0, -1) : glob;
  if (hasRest ? parts.length <= fixed.length : parts.length !== fixed.length) return false;
  return fixed.every((pattern, index) => partFits(pattern, parts[index] ?? ''));
};

const partFits = (pattern: string, part: string): boolean =>
  pattern === '*' ? part !== '' && !part.startsWith('$') : wildcardFits(pattern, part);

/** Goes back to the newest `*` alone: an earlier one could not do better. */
const wildcardFits = (pattern: string, text: string): boolean => {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') {
      star = at++;
      resumeAt = index;
    } else if (at < pattern.length && pattern[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resumeAt;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
};
