import type { JsonObject } from '../../core/json-value.js';
import type { CommandRequest, Failure, Reply } from '../../core/message.js';
import { refusalOf, unableToSet, type Refusal } from '../dialects/psudaemon-errors.js';
import type { ChannelChange } from '../dialects/psudaemon-parameters.js';
import type { UnitView } from './units.js';

/** Sends a command through the gate and resolves with its one answer. */
export type Ask = (question: Omit<CommandRequest, 'origin'>) => Promise<Reply | Failure>;

/** What each word of the original is to our supplies, in the order in which they are applied. */
const words = {
  current_limit: 'currentLimit',
  voltage_limit: 'voltageSetpoint',
  state: 'enabled',
  name: 'name',
} as const satisfies Readonly<Record<keyof ChannelChange, string>>;

const wordsInOrder = Object.entries(words) as readonly (readonly [keyof ChannelChange, string])[];

/** An external unit cannot be switched; a limit or a name is taken and changes nothing (psu-rest spec, 1.7). */
const EXTERNAL = 'external';

/** What can only be measured anew, besides what `configure` reads back. */
const MEASURED = ['voltage', 'current'] as const;

/** Applies a change to a channel; afterwards the snapshot has what was read back. Undefined: done. */
export const applyChange = async (
  { options, model }: UnitView,
  channel: number,
  change: ChannelChange,
  ask: Ask,
): Promise<Refusal | undefined> => {
  if (model === EXTERNAL) return change.state === undefined ? undefined : unableToSet('state');
  const { manager } = options;
  const values: JsonObject = Object.fromEntries(
    wordsInOrder.flatMap(([word, ours]) => {
      const value = change[word];
      return value === undefined ? [] : [[ours, value] as const];
    }),
  );
  if (manager === undefined || Object.keys(values).length === 0) return undefined;
  const answer = await ask({ manager, channel, command: 'configure', arguments: values });
  if (answer.type === 'failure') return refusalIn(answer, change);
  for (const parameter of MEASURED) await ask({ manager, channel, command: 'refresh', arguments: { parameter } });
  return undefined;
};

/** In the words of the original; a channel that has no such parameter at all cannot be set. */
const refusalIn = ({ problem }: Failure, change: ChannelChange): Refusal => {
  const asked = wordsInOrder.filter(([word]) => change[word] !== undefined);
  const [absent] = asked.find(([, ours]) => ours === problem.details?.['parameter']) ?? [];
  if (problem.code === 'BAD_COMMAND' && absent !== undefined) return unableToSet(absent);
  const message = asked.reduce((text, [word, ours]) => text.replaceAll(ours, word), problem.message);
  return refusalOf({ ...problem, message });
};
