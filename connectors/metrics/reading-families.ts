import type { Json } from '../../core/json-value.js';
import type { Reading } from '../../core/message.js';
import { flagSample, type Family, type Labels, type Sample } from './family.js';
import { numberOf, type ManagerView } from './manager-view.js';

/** Every reading of every manager of any kind. Of a manager that is away there is a gap, not an old value. */
export const readingFamilies = (views: readonly ManagerView[], nowMs: number): readonly Family[] => {
  const online = views.filter(({ isOnline }) => isOnline);
  const each = (samples: (reading: Reading, view: ManagerView) => readonly Sample[]): readonly Sample[] =>
    online.flatMap((view) => view.readings.flatMap((reading) => samples(reading, view)));
  return [
    {
      name: 'busbar_reading',
      help: 'Newest reading of each number and flag, in the unit of its label',
      type: 'gauge',
      samples: each((reading) => {
        const value = reading.quality === 'bad' ? undefined : numberOf(reading);
        return value === undefined ? [] : [{ labels: { ...labelsOf(reading), unit: reading.unit ?? '' }, value }];
      }),
    },
    {
      name: 'busbar_reading_choice',
      help: 'Newest reading of each choice: 1 for the word that holds',
      type: 'gauge',
      samples: each((reading, view) =>
        choicesOf(reading, view).map((choice) =>
          flagSample({ ...labelsOf(reading), choice }, reading.value === choice),
        ),
      ),
    },
    {
      name: 'busbar_reading_age_seconds',
      help: 'Time since it was read',
      type: 'gauge',
      samples: each((reading) => [{ labels: labelsOf(reading), value: Math.max(0, nowMs - reading.timeMs) / 1_000 }]),
    },
    {
      name: 'busbar_reading_quality',
      help: 'good, stale (true once, too old to trust) or bad (could not be read): 1 for the word that holds',
      type: 'gauge',
      samples: each((reading) => [{ labels: { ...labelsOf(reading), quality: reading.quality }, value: 1 }]),
    },
  ];
};

const labelsOf = ({ manager, channel = '', parameter }: Reading): Labels => ({
  manager,
  channel: String(channel),
  parameter,
});

const choicesOf = ({ parameter, quality }: Reading, { description }: ManagerView): readonly string[] => {
  const choices: Json | undefined = description.parameters[parameter]?.schema['enum'];
  if (quality === 'bad' || !Array.isArray(choices)) return [];
  return (choices as readonly Json[]).filter((choice) => typeof choice === 'string');
};
