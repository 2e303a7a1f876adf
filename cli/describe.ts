import { descriptionLines, jsonText, type Lines } from './print.js';
import type { Session } from './session.js';
import { managerNamed } from './target.js';

/** `busbar describe [manager]`: what there is to read, set and call. */
export const describeManagers = async (
  { client, expect }: Session,
  name: string | undefined,
  options: { readonly json?: boolean },
  { out }: Lines,
): Promise<void> => {
  const all = expect(await client.describe());
  const managers = name === undefined ? all : [managerNamed(all, name)];
  if (options.json === true) out(jsonText(managers));
  else for (const manager of managers) for (const line of descriptionLines(manager)) out(line);
};
