import { HardwareError } from '../../../core/errors.js';
import type { Call } from '../../../core/parameter.js';
import { joinBytes } from '../../../core/wire/bytes.js';
import { commandLine } from '../../../core/wire/prologix.js';
import { ResponseFrames } from '../../../core/wire/response-frames.js';
import { isTimeout, type BytePipe } from '../byte-pipe.js';
import { latin1Text } from '../program-text.js';

/** An adapter that boots when its port is opened takes up to 2 s (Arduino): it is asked again until it answers. */
const ASK_AGAIN_MS = 1_000;
/** What is longer is no version. */
const MAX_LINE_BYTES = 256;

/** What an adapter says to `++ver`, after it was given its settings: the first line that comes twice in a row, whatever is
 *  left over from before. Errors: TIMEOUT when nothing says so. */
export const prologixVersion = async (
  name: string,
  pipe: BytePipe,
  settings: readonly string[],
  call: Call,
): Promise<Uint8Array> => {
  const lines = joinBytes([...settings, 'ver', 'ver'].map(commandLine));
  try {
    for (let attempt = 1; ; attempt += 1) {
      await pipe.write(lines, call);
      const frames = new ResponseFrames();
      const seen = { last: '' };
      const version = await pipe.untilQuiet(() => firstTwice(frames, seen, pipe.take()), ASK_AGAIN_MS, call);
      if (version === undefined) continue;
      // Answers to what was asked before may still come.
      if (attempt > 1) await pipe.untilQuiet(() => nothing(pipe.take()), ASK_AGAIN_MS, call);
      return version;
    }
  } catch (thrown) {
    if (!isTimeout(thrown)) throw thrown;
    throw new HardwareError('TIMEOUT', `${name} does not say what it is (++ver): is it a Prologix-style adapter?`);
  }
};

const nothing = (_bytes: Uint8Array): undefined => undefined;

const firstTwice = (frames: ResponseFrames, seen: { last: string }, bytes: Uint8Array): Uint8Array | undefined => {
  frames.push(bytes);
  for (let line = frames.next(); line !== undefined; line = frames.next()) {
    const text = latin1Text(line.subarray(0, MAX_LINE_BYTES));
    if (text !== '' && text === seen.last) return line;
    seen.last = text;
  }
  if (frames.pendingBytes > MAX_LINE_BYTES) frames.takePending();
  return undefined;
};
