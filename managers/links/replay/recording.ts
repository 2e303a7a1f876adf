import { HardwareError } from '../../../core/errors.js';
import { isJsonObject, type Json } from '../../../core/json-value.js';

/** What the played instrument says to one request; no `answer`: it says nothing. */
export type Response = { readonly answer?: string; readonly afterMs?: number };

/** One request of a recorded conversation, and what came back. */
export type Exchange = Response & { readonly send: string };

/** A conversation with an instrument as a file holds it: JSON, `{ "conversation": [{ "send", "answer", "afterMs" }], "repeatFrom" }`. */
export type Recording = { readonly conversation: readonly Exchange[]; readonly repeatFrom?: number };

/** Reads a recording. Errors: DISCONNECTED when the file cannot be read or is none. */
export const readRecording = async (path: string, readText: (path: string) => Promise<string>): Promise<Recording> => {
  try {
    return recordingOf(JSON.parse(await readText(path)) as Json);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HardwareError('DISCONNECTED', `the recording ${path} cannot be played: ${reason}`, { cause: thrown });
  }
};

const recordingOf = (value: Json): Recording => {
  if (!isJsonObject(value) || !Array.isArray(value['conversation'])) throw new Error('it has no "conversation" list');
  const conversation = value['conversation'].map(exchangeOf);
  const { repeatFrom } = value;
  if (repeatFrom === undefined) return { conversation };
  if (typeof repeatFrom !== 'number' || conversation[repeatFrom] === undefined) {
    throw new Error(`"repeatFrom" is no index into its ${conversation.length} exchanges`);
  }
  return { conversation, repeatFrom };
};

const exchangeOf = (value: Json, index: number): Exchange => {
  if (!isJsonObject(value) || typeof value['send'] !== 'string')
    throw new Error(`exchange ${index} has no text "send"`);
  const { send, answer, afterMs } = value;
  return {
    send,
    ...(typeof answer === 'string' ? { answer } : {}),
    ...(typeof afterMs === 'number' ? { afterMs } : {}),
  };
};
