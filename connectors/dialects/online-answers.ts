import { isJsonObject, type Json, type JsonObject } from '../../core/json-value.js';
import type { Reading, Reply } from '../../core/message.js';
import type { Block } from './online-blocks.js';

/** What the set point command became; the one answer without a measurement. */
export const setMeta = (block: Block): JsonObject => ({
  type: 'answer',
  answer_type: 'set_voltage',
  block: block.name,
  status: 'ok',
});

/** Undefined when the reply carries no voltage. */
export const checkedMeta = ({ command, value }: Reply, block: Block): JsonObject | undefined => {
  const { status, voltage } = isJsonObject(value) ? value : {};
  const target = command.arguments['voltage'];
  const error = Number(voltage) - Number(target);
  if (!isFiniteNumber(voltage) || !isFiniteNumber(error)) return undefined;
  return {
    type: 'answer',
    answer_type: 'set_voltage_and_check',
    block: block.name,
    status: status === 'timeout' ? 'timeout' : 'ok',
    voltage,
    error,
  };
};

/** `block` is a number here and a text in answers: the web console compares it with `=== 1`. Undefined for a reading that
 *  is not good: Online has no word for "unknown", and drops a message with a number that is not finite. */
export const telemetryMeta = ({ quality, value }: Reading, block: Block): JsonObject | undefined =>
  quality === 'good' && isFiniteNumber(value)
    ? { type: 'answer', answer_type: 'get_voltage', block: Number(block.name), voltage: value }
    : undefined;

const isFiniteNumber = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);
