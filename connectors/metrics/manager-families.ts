import type { StationIdentity } from '../../core/connector.js';
import { flagSample, type Family } from './family.js';
import type { ManagerView } from './manager-view.js';
import type { Tally } from './tally.js';

/** How the managers are doing. */
export const managerFamilies = (
  views: readonly ManagerView[],
  tally: Tally,
  { name, version }: StationIdentity,
): readonly Family[] => [
  {
    name: 'busbar_info',
    help: 'The station and its version',
    type: 'gauge',
    samples: [{ labels: { station: name, version }, value: 1 }],
  },
  {
    name: 'busbar_manager_info',
    help: 'The managers and their kinds',
    type: 'gauge',
    samples: views.map(({ description }) => ({
      labels: { manager: description.name, kind: description.kind },
      value: 1,
    })),
  },
  {
    name: 'busbar_manager_online',
    help: 'Whether the instrument behind a manager answers',
    type: 'gauge',
    samples: views.map(({ manager, isOnline }) => flagSample({ manager: manager.name }, isOnline)),
  },
  {
    name: 'busbar_manager_connects_total',
    help: 'How often the instrument behind a manager came online',
    type: 'counter',
    samples: views.map(({ manager }) => ({ labels: { manager: manager.name }, value: tally.of(manager.name).onlines })),
  },
  {
    name: 'busbar_manager_defects_total',
    help: 'Defects of Busbar that a manager met; each is in the log',
    type: 'counter',
    samples: views.map(({ manager }) => ({ labels: { manager: manager.name }, value: manager.defectCount })),
  },
  {
    name: 'busbar_commands_total',
    help: 'Commands that were answered: ok, or the code of the failure',
    type: 'counter',
    samples: views.flatMap(({ manager }) =>
      [...tally.of(manager.name).commands].map(([result, value]) => ({
        labels: { manager: manager.name, result },
        value,
      })),
    ),
  },
  {
    name: 'busbar_commands_waiting',
    help: 'Commands that wait for their turn',
    type: 'gauge',
    samples: views.map(({ manager }) => ({ labels: { manager: manager.name }, value: manager.input.depth })),
  },
];
