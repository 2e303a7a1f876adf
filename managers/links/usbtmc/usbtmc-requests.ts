/** Requests to the kernel's driver by their numbers (linux/usb/tmc.h), as x86 and ARM make them: direction of the argument,
 *  its size, the letter of the driver, the request. */
const DRIVER = 91;
const noArgument = (request: number): number => (DRIVER << 8) | request;
const takes = (bytes: number, request: number): number => ((1 << 30) | (bytes << 16) | noArgument(request)) >>> 0;
const gives = (bytes: number, request: number): number => ((2 << 30) | (bytes << 16) | noArgument(request)) >>> 0;

export const usbtmcRequests = {
  /** INITIATE_CLEAR, and all that belongs to it. */
  clear: noArgument(2),
  /** Of `read`, `write` and `readStatusByte`: ms, 100 or more, 32 bits. Without it 5000. */
  setTimeout: takes(4, 10),
  /** Past the output queue, one byte. Errors where the instrument does not speak the USB488 subclass. */
  readStatusByte: gives(1, 18),
  trigger: noArgument(22),
  /** What came with the last `read`, one byte: bit 0 is END. Since Linux 4.20. */
  messageInAttributes: gives(1, 24),
  /** One byte, 1: a `read` or `write` that runs out of time is ended on the instrument, too. Older than 4.20: always. */
  autoAbort: takes(1, 25),
} as const;
