/** What an instrument refuses, with the number and words of SCPI-99, volume 2, 21.8. */
export type ScpiError = { readonly code: number; readonly text: string };

/** The ones that a simulated instrument finds by itself. */
export const scpiErrors = {
  invalidCharacter: { code: -101, text: 'Invalid character' },
  syntax: { code: -102, text: 'Syntax error' },
  dataType: { code: -104, text: 'Data type error' },
  parameterNotAllowed: { code: -108, text: 'Parameter not allowed' },
  missingParameter: { code: -109, text: 'Missing parameter' },
  undefinedHeader: { code: -113, text: 'Undefined header' },
  suffixOutOfRange: { code: -114, text: 'Header suffix out of range' },
  invalidSuffix: { code: -131, text: 'Invalid suffix' },
  outOfRange: { code: -222, text: 'Data out of range' },
  illegalValue: { code: -224, text: 'Illegal parameter value' },
  hardwareMissing: { code: -241, text: 'Hardware missing' },
  queueOverflow: { code: -350, text: 'Queue overflow' },
  inputOverrun: { code: -363, text: 'Input buffer overrun' },
  interrupted: { code: -410, text: 'Query INTERRUPTED' },
  unterminated: { code: -420, text: 'Query UNTERMINATED' },
} as const satisfies { readonly [name: string]: ScpiError };

/** Its bit in the standard event status register (IEEE 488.2, 11.5.1); 0: none. */
export const eventBitOf = ({ code }: ScpiError): number => eventBits[Math.floor(-code / 100)] ?? DEVICE_DEPENDENT;

const DEVICE_DEPENDENT = 8;
/** By the hundreds of the number: command, execution, device, query. */
const eventBits: readonly number[] = [0, 32, 16, DEVICE_DEPENDENT, 4];
