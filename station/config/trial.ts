import type { ManagerKind } from '../../core/connector.js';
import { toProblem } from '../../core/errors.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import type { Links } from '../../core/link.js';
import { silentLog } from '../../core/log.js';
import type { HardwareManager, ManagerContext } from '../../core/manager.js';
import { OutputStream } from '../../core/output-stream.js';
import { createCompiler } from '../../schemas/compiler.js';
import type { Registries } from '../registries.js';
import { systemClock } from '../system-clock.js';

export type Trial = { readonly manager: HardwareManager } | { readonly problem: string };

/** Builds a manager that is never started: it finds what no schema can say (two blocks of one name), and knows its channels. */
export const tryManager = (
  kind: ManagerKind,
  name: string,
  options: JsonObject,
  { links, drivers }: Pick<ManagerContext, 'links' | 'drivers'>,
): Trial => {
  try {
    const context = {
      stream: new OutputStream(name, systemClock),
      clock: systemClock,
      random: () => 0.5,
      log: silentLog,
      compile: createCompiler(),
      links,
      drivers,
    };
    return { manager: kind.create(options, context) };
  } catch (thrown) {
    return { problem: toProblem(thrown).message };
  }
};

/** Links that are asked whether they could reach a resource, and never opened. */
export const trialLinks = ({ links }: Registries, config: Json): Links => {
  const context = { clock: systemClock, random: () => 0.5, log: silentLog, claim: () => () => undefined };
  return links({ ...context, boards: boardsOf(config) });
};

/** `station.gpib` of a config that may still be wrong. */
const boardsOf = (config: Json): { readonly [board: string]: string } => {
  const station = isJsonObject(config) ? config['station'] : undefined;
  const gpib = isJsonObject(station) ? station['gpib'] : undefined;
  if (!isJsonObject(gpib)) return {};
  return Object.fromEntries(
    Object.entries(gpib).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
};
