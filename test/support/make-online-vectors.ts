/** Writes test/vectors/online-invalid.json: what Python's jsonschema says of commands that are listed here.
 *  Run it with `node --import tsx/esm test/support/make-online-vectors.ts` when the list or the schema has changed. */
import { writeFileSync } from 'node:fs';
import { bestMatchesOf } from './best-match-peer.js';

const set = { type: 'command', command_type: 'set_voltage', block: '1', voltage: 100 };
const check = { ...set, command_type: 'set_voltage_and_check', max_error: 5, timeout: 20 };
const without = (meta: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(meta).filter(([name]) => !names.includes(name)));

const metas: readonly unknown[] = [
  set,
  check,
  { ...set, block: 1 },
  { ...set, more: { nested: [1] } },
  { ...set, max_error: 'x', timeout: null },
  { ...set, voltage: -1.5 },
  {},
  [1, 2],
  5,
  null,
  true,
  'text',
  "it's",
  'both \' and "',
  [],
  { a: 1 },
  ...Object.keys(set).map((name) => without(set, name)),
  ...Object.keys(check).map((name) => without(check, name)),
  without(check, 'max_error', 'timeout'),
  without(set, 'type', 'block', 'voltage'),
  { ...set, type: 'reply' },
  { ...set, type: 5 },
  { ...set, type: null },
  { ...set, type: 'Command' },
  { ...set, command_type: 'init' },
  { ...set, command_type: ['set_voltage'] },
  { ...set, command_type: "'" },
  ...[2, '2', true, false, 0, null, 1.5, [1], { b: 1 }, '', ' 1', 'x"y', "x'y", 'x\'y"z'].map((block) => ({
    ...set,
    block,
  })),
  ...['100', true, null, [100], { v: 1.25 }, 'a\n\t\r\\', 'µ€😀', '\u0000\u007f\u0085\u00a0\u200b\ue000', '\u2028'].map(
    (voltage) => ({
      ...set,
      voltage,
    }),
  ),
  { ...check, max_error: '5' },
  { ...check, timeout: false },
  { ...check, max_error: [], timeout: {} },
  { ...set, type: 'x', block: 2 },
  { ...set, command_type: 'x', voltage: 'y' },
  { ...set, type: 1, voltage: 'y' },
  { ...set, type: 'x', voltage: true },
  { ...set, block: 3, voltage: true },
  { ...check, block: 3, max_error: true },
  { ...check, type: 'x', timeout: true },
  { ...without(check, 'timeout'), voltage: 'x' },
  { ...without(set, 'voltage'), block: 7 },
  { voltage: [true, false, null, 0.5, 'a', { k: 'v', l: [] }] },
];

const texts: readonly string[] = [
  ...metas.map((meta) => JSON.stringify(meta)),
  // Numbers that JSON.stringify would not write like this.
  ...[
    '1.0',
    '1e0',
    '9007199254740993',
    '1e16',
    '1.5e300',
    '1e-5',
    '0.0001',
    '123456.789e-10',
    '-2.5',
    '12345678901234567890',
  ].map((block) => `{"type": "command", "command_type": "set_voltage", "block": ${block}, "voltage": 1}`),
  '{"type": "command", "command_type": "set_voltage", "block": 1, "voltage": 12345678901234567890}',
  '{"type": "command", "command_type": "set_voltage", "block": 1, "voltage": "\\ud800"}',
  '{"type": "command", "command_type": "set_voltage", "block": 1, "voltage": "\\ud83d\\ude00"}',
];

const descriptions = bestMatchesOf(texts);
const lines = texts.map((text, index) => `  ${JSON.stringify({ text, description: descriptions[index] })}`);
writeFileSync(new URL('../vectors/online-invalid.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
