import { HardwareError, toProblem } from '../../core/errors.js';

/** Why a port cannot be opened, with what to do about it. `address` is what was asked for. */
export const bindError = (address: string, thrown: unknown): HardwareError => {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  const advice = typeof code === 'string' ? bindAdvice[code] : undefined;
  const reason = advice ?? toProblem(thrown).message;
  return new HardwareError('BAD_ARGUMENT', `cannot listen on ${address}: ${reason}`, { cause: thrown });
};

const bindAdvice: { readonly [code: string]: string } = {
  EADDRINUSE: 'another program has this port (EADDRINUSE); stop it or choose another port',
  EACCES: 'ports below 1024 need a privilege (EACCES); choose another port',
  EADDRNOTAVAIL: 'this computer has no such address (EADDRNOTAVAIL); use 127.0.0.1, or 0.0.0.0 for all',
  ENODEV: 'this computer has no such address or interface (ENODEV); use 127.0.0.1, or 0.0.0.0 for all',
  ENOTFOUND: 'the name is not known (ENOTFOUND)',
};

/** Where a client of this computer finds what listens on `host`: nobody can go to 0.0.0.0, and an IPv6 address stands in
 *  brackets. */
export const hostForUrl = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};
