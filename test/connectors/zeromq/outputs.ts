import fc from 'fast-check';
import type { JsonObject } from '../../../core/json-value.js';
import type { ChannelId, Command, Output, Reading } from '../../../core/message.js';
import { errorCodes, isErrorCode } from '../../../core/errors.js';

/** A reading of `hv`, as the bus would say it. */
export const reading = (parts: Partial<Reading & { readonly data: Uint8Array }> = {}): Reading => ({
  manager: 'hv',
  topic: 'hv/1/voltage',
  epoch: 1_768_478_400_000,
  seq: 7,
  previous: 4,
  timeMs: 1_768_478_401_250.5,
  type: 'reading',
  channel: 1,
  parameter: 'voltage',
  value: 14_000.25,
  unit: 'V',
  quality: 'good',
  ...parts,
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const text = fc.string({ maxLength: 40 });
/** Without -0, which JSON does not know, and without what a reader takes for a 64-bit integer. */
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) > 2 ** 64)
  .map((value) => (Object.is(value, -0) ? 0 : value));
const channel: fc.Arbitrary<ChannelId> = fc.oneof(fc.maxSafeInteger(), name);
const wholeMs = fc.nat(2 ** 45);

const json = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(double, fc.boolean(), text, fc.constant(null)) },
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.array(double, { maxLength: 5 }),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(name, double, { maxKeys: 3, noNullPrototype: true }),
);
const jsonObject: fc.Arbitrary<JsonObject> = fc.dictionary(name, text, { maxKeys: 3, noNullPrototype: true });

const problem = fc.record(
  { code: fc.constantFrom(...Object.keys(errorCodes).filter(isErrorCode)), message: text, details: jsonObject },
  { requiredKeys: ['code', 'message'] },
);

const command: fc.Arbitrary<Command> = fc.record(
  {
    type: fc.constant('command'),
    reference: fc.nat(),
    manager: name,
    command: name,
    channel,
    arguments: jsonObject,
    origin: fc.record(
      { connector: name, peer: text, session: text, name: text, role: text },
      { requiredKeys: ['connector', 'peer'] },
    ),
    id: fc.oneof(fc.integer(), text),
    validUntilMs: wholeMs,
  },
  { requiredKeys: ['type', 'reference', 'manager', 'command', 'arguments', 'origin'] },
);

const stamp = {
  manager: name,
  topic: text,
  epoch: wholeMs,
  seq: fc.maxSafeNat(),
  previous: fc.maxSafeNat(),
  timeMs: double,
};

/** Every kind of output, with and without what is optional. */
export const outputs: fc.Arbitrary<Output> = fc.oneof(
  fc.record(
    {
      ...stamp,
      type: fc.constant('reading'),
      channel,
      parameter: name,
      value: json,
      unit: text,
      quality: fc.constantFrom('good', 'stale', 'bad'),
      problem,
    },
    { requiredKeys: [...keysOf(stamp), 'type', 'parameter', 'value', 'quality'] },
  ),
  fc.record({ ...stamp, type: fc.constant('reply'), command, value: json }),
  fc.record({ ...stamp, type: fc.constant('failure'), command, problem }),
  fc.record(
    {
      ...stamp,
      type: fc.constant('alarm'),
      alarm: name,
      channel,
      isActive: fc.boolean(),
      severity: fc.constantFrom('warning', 'alarm'),
      message: text,
    },
    { requiredKeys: [...keysOf(stamp), 'type', 'alarm', 'isActive', 'severity', 'message'] },
  ),
  fc.record(
    { ...stamp, type: fc.constant('event'), event: name, channel, details: jsonObject },
    { requiredKeys: [...keysOf(stamp), 'type', 'event', 'details'] },
  ),
);

function keysOf<Shape extends object>(shape: Shape): (keyof Shape)[] {
  return Object.keys(shape) as (keyof Shape)[];
}
