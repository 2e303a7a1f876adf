import { HardwareError } from '../../../core/errors.js';

/** What the operating system calls it: `ENODEV`. */
export const systemCode = (thrown: unknown): string => {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};

/** What the kernel says when the other end of the cable is not there any more. */
const goneCodes: readonly string[] = ['ENODEV', 'ENXIO', 'ESHUTDOWN', 'EPROTO', 'EILSEQ', 'EIO', 'EBADF'];

const meanings: { readonly [code: string]: string } = {
  EPIPE: 'the instrument has refused the transfer',
  EOVERFLOW: 'the instrument has sent more than it was asked for',
  EPERM: 'the instrument has said that it cannot',
  EBUSY: 'another program uses the device file',
};

/** Why a call of the driver has failed: DISCONNECTED where the instrument is gone, TIMEOUT, else DEVICE_FAULT. */
export const transferError = (path: string, thrown: unknown): HardwareError => {
  if (thrown instanceof HardwareError) return thrown;
  const code = systemCode(thrown);
  if (code === 'ETIMEDOUT') return new HardwareError('TIMEOUT', `${path} did not answer in time`, { cause: thrown });
  const said = meanings[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  if (!goneCodes.includes(code))
    return new HardwareError('DEVICE_FAULT', `${path}: ${said} (${code})`, { cause: thrown });
  const text = `the USB instrument ${path} is gone (${code}): it was unplugged or switched off`;
  return new HardwareError('DISCONNECTED', text, { cause: thrown });
};

const remedies: { readonly [code: string]: string } = {
  ENOENT: 'it is not there: is the instrument plugged in and switched on?',
  ENODEV: 'it was unplugged or switched off',
  EACCES: 'this user may not use it: a udev rule has to let a group do so, see docs/guide/usb.md',
  EBUSY: 'another program uses it',
};

/** Why a device file cannot be opened, and what to do. */
export const cannotOpenDevice = (path: string, thrown: unknown): HardwareError => {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const remedy = remedies[systemCode(thrown)] ?? said;
  return new HardwareError('DISCONNECTED', `the USB instrument ${path} cannot be opened: ${remedy}`, { cause: thrown });
};
