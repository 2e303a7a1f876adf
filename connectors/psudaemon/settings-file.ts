import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { HardwareError, toProblem } from '../../core/errors.js';
import type { JsonObject } from '../../core/json-value.js';
import type { ChannelData, UnitSettings } from './settings.js';

/** Writes settings into a PSUDaemon file: comments, and all keys that are not its own, stay as they are; a limit that is not
 *  known stays too. The file is replaced in one step. Errors: DEVICE_FAULT. */
export const saveSettings = async (
  path: string,
  settings: JsonObject,
  units: readonly UnitSettings[],
): Promise<void> => {
  try {
    const document = parseDocument(await textOf(path));
    if (document.errors[0] !== undefined) throw document.errors[0];
    if (!document.has('settings')) document.set('settings', document.createNode(settings));
    for (const unit of units) writeUnit(document, unit);
    await replaceFile(path, String(document));
  } catch (thrown) {
    throw new HardwareError('DEVICE_FAULT', `the settings were not saved to ${path}: ${toProblem(thrown).message}`, {
      cause: thrown,
    });
  }
};

/** Empty when there is no such file yet. */
const textOf = async (path: string): Promise<string> => (await ifThere(readFile(path, 'utf8'))) ?? '';

/** Undefined when there is no such file. */
const ifThere = async <Result>(looking: Promise<Result>): Promise<Result | undefined> => {
  try {
    return await looking;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
};

const writeUnit = (document: Document, { channel_data, ...unit }: UnitSettings): void => {
  const node = unitNode(document, unit);
  if (!isMap(node.get('channel_data'))) node.set('channel_data', document.createNode({}));
  const channels = node.get('channel_data');
  if (!isMap(channels)) return;
  for (const [index, data] of Object.entries(channel_data)) writeChannel(document, channels, Number(index), data);
};

/** The unit of that name in the file: the last one counts, as for the original. */
const unitNode = (document: Document, unit: Omit<UnitSettings, 'channel_data'>): YAMLMap => {
  if (!isSeq(document.get('units'))) document.set('units', document.createNode([]));
  const units = document.get('units');
  if (!isSeq(units)) throw new HardwareError('INTERNAL', 'units is a list, and is not');
  const found = units.items.filter(isMap).findLast((item) => item.get('name') === unit.name);
  if (found !== undefined) return found;
  const created = document.createNode(unit);
  units.add(created);
  if (!isMap(created)) throw new HardwareError('INTERNAL', 'a unit is a map, and is not');
  return created;
};

const writeChannel = (document: Document, channels: YAMLMap, index: number, data: ChannelData): void => {
  const key = [index, String(index)].find((candidate) => channels.has(candidate)) ?? index;
  if (!isMap(channels.get(key))) channels.set(key, document.createNode({}));
  const channel = channels.get(key);
  if (!isMap(channel)) return;
  for (const [field, value] of Object.entries(data)) if (value !== null) channel.set(field, value);
};

const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o777;

/** A reader finds the old file or the new one, whenever the power fails; who could read the old one can read the new one, and
 *  a link to it stays one. */
const replaceFile = async (name: string, text: string): Promise<void> => {
  const path = (await ifThere(realpath(name))) ?? name;
  const { mode } = (await ifThere(stat(path))) ?? { mode: NEW_FILE_MODE };
  const beside = `${path}.new`;
  try {
    const file = await open(beside, 'w', NEW_FILE_MODE);
    try {
      await file.chmod(mode & PERMISSIONS);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true });
    throw thrown;
  }
};
