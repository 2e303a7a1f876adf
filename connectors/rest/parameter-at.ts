import type { ParameterDescription } from '../../core/description.js';
import type { HttpProblem } from '../transports/http-problem.js';
import { shown, type Place } from './place.js';

/** A refusal that only HTTP knows; thrown by routes, answered as problem details. */
export class HttpRefusal extends Error {
  readonly problem: HttpProblem;

  constructor(problem: HttpProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** A parameter by its name; throws NOT_FOUND with what there is at this place. */
export const parameterAt = (place: Place, name: string): ParameterDescription => {
  const { parameters } = place.manager.describe();
  const found = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const scope = place.channel === undefined ? 'manager' : 'channel';
  if (found?.scope === scope) return found;
  const names = Object.keys(parameters).filter((known) => parameters[known]?.scope === scope);
  const elsewhere =
    found === undefined ? '' : `; it is one of ${scope === 'manager' ? 'each channel' : 'the whole manager'}`;
  const there = names.length === 0 ? 'none' : names.join(', ');
  const message = `${nameOf(place)} has no parameter "${shown(name)}"${elsewhere}; there are: ${there}`;
  throw new HttpRefusal({ code: 'NOT_FOUND', message });
};

/** Why there is no reading of a parameter. */
export const unread = (place: Place, name: string): HttpRefusal => {
  parameterAt(place, name);
  const message = `${nameOf(place)} ${name} has not been read yet; the manager is ${place.manager.state}`;
  return new HttpRefusal({ code: 'NOT_FOUND', message });
};

/** As people say it: `hv 1`. */
export const nameOf = ({ manager, channel }: Place): string =>
  channel === undefined ? manager.name : `${manager.name} ${channel}`;
