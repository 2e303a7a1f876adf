import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';

/** A link as the station's reading `links` has it. */
export type UsedLink = {
  readonly resource: string;
  readonly bus: string;
  readonly isOpen: boolean;
  readonly managers: readonly string[];
  /** Numbers by their names in `LinkReport`; absent: 0. */
  readonly figures: JsonObject;
  readonly roundTrips: { readonly counts: readonly number[]; readonly count: number; readonly sumMs: number };
};

/** Reads what the station says of its links; what is not understood is left out. */
export const usedLinks = (value: Json | undefined): readonly UsedLink[] => listOf(value).flatMap(usedLink);

const usedLink = (report: Json): readonly UsedLink[] => {
  if (!isJsonObject(report)) return [];
  const { resource, bus, isOpen, managers, roundTrips } = report;
  if (typeof resource !== 'string') return [];
  const trips = isJsonObject(roundTrips) ? roundTrips : {};
  return [
    {
      resource,
      bus: typeof bus === 'string' ? bus : resource,
      isOpen: isOpen === true,
      managers: listOf(managers).filter((name) => typeof name === 'string'),
      figures: report,
      roundTrips: {
        counts: listOf(trips['counts']).map(figure),
        count: figure(trips['count']),
        sumMs: figure(trips['sumMs']),
      },
    },
  ];
};

export const figure = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

export const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];
