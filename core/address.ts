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

/** Tests topics against patterns: `*` is one part (but no `$` part), `**` at the end is any rest, `$` parts included. */
export const topicMatcher = (patterns: readonly string[]): ((topic: string) => boolean) => {
  const expressions = patterns.map(patternExpression);
  return (topic) => expressions.some((expression) => expression.test(topic));
};

const patternExpression = (pattern: string): RegExp => {
  const parts = pattern.split('/').map((part, index, all) => {
    if (part === '**' && index === all.length - 1) return '.+';
    if (part === '*') return '[^/$][^/]*';
    return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/]*');
  });
  return new RegExp(`^${parts.join('/')}$`);
};
