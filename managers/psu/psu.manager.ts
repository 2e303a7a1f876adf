import type { Clock } from '../../core/clock.js';
import { defineManager } from '../../core/define-manager.js';
import { cannotBeSwitched, switchAllOff } from './make-safe.js';
import { psuCommands } from './psu.commands.js';
import type { Output, PsuModel } from './psu.driver.js';
import { psuParameters } from './psu.parameters.js';
import type { Paces } from './quantities.js';
import type { Supply } from './supply.js';

export type PsuSettings = {
  readonly clock: Clock;
  readonly model: PsuModel;
  readonly paces: Paces;
  /** What `makeSafe` does: switches every output off, or leaves them as they are. */
  readonly safe: 'off' | 'hold';
};

/** A power supply with one or more outputs: whatever its model has, and no more. */
export const psuManager = ({ clock, model, paces, safe }: PsuSettings) => {
  const isSwitched = model.quantities.some(({ name, isWritable }) => name === 'enabled' && isWritable);
  return defineManager<Supply, Output>({
    kind: 'psu',
    description: model.description,
    channels: (supply) => supply.outputs,
    parameters: psuParameters(model, paces, clock),
    commands: psuCommands(model, clock),
    makeSafe: async (supply, call, refresh) => {
      if (safe === 'hold') return;
      if (!isSwitched) throw cannotBeSwitched();
      await switchAllOff(supply, call, refresh);
    },
  });
};
