import { problem, type Problem } from './errors.js';
import type { Command } from './message.js';

/** `psu1/2 setVoltageSetpoint`. */
export const commandName = (manager: string, { command, channel }: Command): string =>
  `${manager}${channel === undefined ? '' : `/${channel}`} ${command}`;

/** `running`: the command in the way, and for how long it has run; undefined: others wait before this one. */
export const busyProblem = (
  manager: string,
  running: { readonly command: Command; readonly forMs: number } | undefined,
): Problem => {
  if (running === undefined) return problem('BUSY', `${manager} is busy: commands are waiting`);
  const { command, forMs } = running;
  const { connector, peer, name = `${connector} ${peer}` } = command.origin;
  const since = `has been running for ${(forMs / 1_000).toFixed(1)} s, asked by ${name}`;
  return problem('BUSY', `${commandName(manager, command)} ${since}; wait for it or abort it`);
};

export const tooManyWaiting = (manager: string, count: number): Problem =>
  problem('QUEUE_FULL', `${manager} already has ${count} commands waiting; try again later`);

export const tooManyAtWork = (manager: string, count: number): Problem =>
  problem('QUEUE_FULL', `${manager} already has ${count} of them at work; try again later`);

export const notDoneInTime = (name: string, timeoutMs: number): Problem =>
  problem('TIMEOUT', `${name} was not done within ${timeoutMs} ms; it stays busy until the device settles`);

export const doesNotEnd = (name: string, graceMs: number): Problem =>
  problem('TIMEOUT', `${name} did not end within ${graceMs} ms of being told to`);

export const stopping = (manager: string): Problem => problem('STOPPING', `${manager} is stopping`);
