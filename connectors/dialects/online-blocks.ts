import { HardwareError } from '../../core/errors.js';
import { readingTopic, type ChannelId } from '../../core/message.js';

/** One block of Online: a channel of a manager, or a manager that has no channels. */
export type Block = { readonly name: string; readonly manager: string; readonly channel?: ChannelId };

/** `{'1': 'hv/1'}`: which block is what here. */
export type BlockOptions = { readonly [block: string]: string };

/** The blocks of a config, found from either side. */
export type BlockTable = {
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, Block>;
  /** By the topic of the measured voltage. */
  readonly byTopic: ReadonlyMap<string, Block>;
  readonly at: (manager: string, channel: ChannelId | undefined) => Block | undefined;
  readonly hasManager: (manager: string) => boolean;
};

/** Throws BAD_ARGUMENT when two blocks are the same channel: one reading cannot be told as two. */
export const blockTable = (options: BlockOptions): BlockTable => {
  const blocks = Object.entries(options).map(([name, address]) => blockOf(name, address));
  const byAddress = new Map<string, Block>();
  for (const block of blocks) {
    const address = options[block.name] ?? '';
    const other = byAddress.get(address);
    if (other !== undefined) {
      throw new HardwareError(
        'BAD_ARGUMENT',
        `blocks ${other.name} and ${block.name} are both ${address}; each needs a channel of its own`,
      );
    }
    byAddress.set(address, block);
  }
  const managers = new Set(blocks.map(({ manager }) => manager));
  return {
    names: blocks.map(({ name }) => name),
    byName: new Map(blocks.map((block) => [block.name, block])),
    byTopic: new Map(blocks.map((block) => [readingTopic(block.manager, block.channel, 'voltage'), block])),
    at: (manager, channel) => byAddress.get(channel === undefined ? manager : `${manager}/${channel}`),
    hasManager: (manager) => managers.has(manager),
  };
};

const blockOf = (name: string, address: string): Block => {
  const [manager = '', channel] = address.split('/');
  if (channel === undefined) return { name, manager };
  return { name, manager, channel: /^(?:0|[1-9]\d{0,8})$/.test(channel) ? Number(channel) : channel };
};
