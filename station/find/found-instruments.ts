import type { DriverFile } from '../../core/driver-file/driver-file.js';
import { canonicalResource, type Resource } from '../../core/wire/visa-resource.js';
import { managerName } from './manager-name.js';
import { matchDriver, type Match } from './match-driver.js';
import type { Trial } from './trial.js';

/** One instrument, however many ways lead to it. */
export type FoundInstrument = Match & {
  /** What its manager may be called. */
  readonly name: string;
  /** In canonical form, the best first. */
  readonly resources: readonly string[];
};

type Answered = Extract<Trial, { readonly type: 'answered' }>;
type Group = { readonly match: Match; readonly ways: Resource[] };

/** Roads with END, status byte and clear first; a bare socket knows none of them. */
const preference: readonly Resource['type'][] = ['vxi11', 'hislip', 'usbtmc', 'usbtmc-file', 'socket', 'serial'];

/** Puts together the ways to one instrument and names each. `taken`: names that the config has already. */
export const foundInstruments = (
  trials: readonly Trial[],
  files: readonly DriverFile[],
  taken: Iterable<string> = [],
): readonly FoundInstrument[] => {
  const groups: Group[] = [];
  for (const { resource, answer } of trials.filter(isAnswered)) {
    const match = matchDriver(answer, files);
    const group = groups.find((known) => isSame(known, match, resource));
    if (group === undefined) groups.push({ match, ways: [resource] });
    else group.ways.push(resource);
  }
  const names = new Set(taken);
  return groups.map(({ match, ways }) => {
    const name = managerName(match.identity, names);
    names.add(name);
    return { ...match, name, resources: [...ways].sort(byPreference).map(canonicalResource) };
  });
};

const isAnswered = (trial: Trial): trial is Answered => trial.type === 'answered';

/** The same identity with a serial number is one instrument. But two of one kind at one host are two: simulated ones, or
 *  instruments behind a gateway, whose serial number nobody has set. */
const isSame = ({ match, ways }: Group, { identity }: Match, resource: Resource): boolean =>
  /[1-9a-z]/i.test(identity.serial) &&
  match.identity.text === identity.text &&
  ways.every((way) => way.type !== resource.type) &&
  ways.every((way) => !('host' in way) || !('host' in resource) || way.host === resource.host);

const byPreference = (one: Resource, other: Resource): number =>
  preference.indexOf(one.type) - preference.indexOf(other.type);
