import { expect } from 'chai';
import { onlineDialect, type OnlineOptions } from '../../../connectors/dialects/online.js';
import { errorCodes, problem, type ErrorCode } from '../../../core/errors.js';
import { HardwareError } from '../../../core/errors.js';
import type { Json, JsonObject } from '../../../core/json-value.js';
import { topicOf, type CommandRequest, type Output, type OutputBody } from '../../../core/message.js';
import { commandOf } from '../../support/commands.js';

const origin = { connector: 'online', peer: '7' };
const NOW_MS = 1_700_000_000_123;
const defaults: OnlineOptions = {
  blocks: { '1': 'hv/1', '2': 'hv/shift' },
  errorCode: 5,
  answers: 'everyone',
  errors: 'everyone',
};
const dialectWith = (options: Partial<OnlineOptions> = {}) => onlineDialect({ ...defaults, ...options });
const dialect = dialectWith();

/** As the bus would say it. */
const said = (body: OutputBody, manager = 'hv'): Output => ({
  manager,
  topic: topicOf(manager, body),
  epoch: 1,
  seq: 2,
  previous: 1,
  timeMs: NOW_MS,
  ...body,
});
/** The text of what is sent: the order of the keys counts. */
const metaOf = (body: OutputBody, options: Partial<OnlineOptions> = {}, manager?: string): string | undefined =>
  dialectWith(options)
    .toFrames(said(body, manager))
    .map(({ meta }) => JSON.stringify(meta))[0];

const setCommand = (more: Partial<CommandRequest> = {}) =>
  commandOf({ manager: 'hv', channel: 1, command: 'setVoltage', arguments: { voltage: 100 }, ...more });
const checkCommand = (more: Partial<CommandRequest> = {}) =>
  commandOf({
    manager: 'hv',
    channel: 1,
    command: 'setVoltageAndCheck',
    arguments: { voltage: 100, maxError: 5, timeout: 20 },
    ...more,
  });
const failed = (code: ErrorCode, message = 'why', command = setCommand()): OutputBody => ({
  type: 'failure',
  command,
  problem: problem(code, message),
});
const reading = (value: Json, more: JsonObject = {}): OutputBody => ({
  type: 'reading',
  channel: 1,
  parameter: 'voltage',
  value,
  quality: 'good',
  timeMs: NOW_MS,
  ...more,
});
const exception = (code: number, description: string) =>
  `{"type":"reply","reply_type":"error","error_code":${code},"error_text_code":"ALGORITM_ERROR","description":${JSON.stringify(description)}}`;

describe('the Online dialect, from Online', () => {
  const understood = (meta: Json, options: Partial<OnlineOptions> = {}) =>
    dialectWith(options).understand({ meta, timeMs: 0 }, origin, NOW_MS);
  const set = { type: 'command', command_type: 'set_voltage', block: '1', voltage: 100 };

  it('makes set_voltage the native setVoltage of the channel that is the block', () => {
    expect(understood(set)).to.deep.equal({
      request: { manager: 'hv', command: 'setVoltage', channel: 1, arguments: { voltage: 100 }, origin },
    });
  });

  it('makes set_voltage_and_check the native setVoltageAndCheck', () => {
    const meta = { ...set, command_type: 'set_voltage_and_check', max_error: 5, timeout: 20 };
    expect(understood(meta)).to.deep.equal({
      request: {
        manager: 'hv',
        command: 'setVoltageAndCheck',
        channel: 1,
        arguments: { voltage: 100, maxError: 5, timeout: 20 },
        origin,
      },
    });
  });

  it('takes the block as a number, too, and a channel by its name', () => {
    expect(understood({ ...set, block: 2 })).to.have.nested.property('request.channel', 'shift');
  });

  it('names no channel for a manager that has none', () => {
    const { request } = understood(set, { blocks: { '1': 'hv' } }) as { readonly request: CommandRequest };
    expect(request).to.not.have.property('channel');
  });

  it('ignores keys that it does not know, and what set_voltage has no use for', () => {
    expect(understood({ ...set, max_error: 'x', external_meta: {} }))
      .to.have.nested.property('request.arguments')
      .that.deep.equals({ voltage: 100 });
  });

  it('makes a whole number beyond 2^53 a double, as Python does when it computes', () => {
    expect(understood({ ...set, voltage: 2n ** 60n })).to.have.nested.property('request.arguments.voltage', 2 ** 60);
  });

  it('gives no id: Online sends the same bytes again and means it', () => {
    expect(understood({ ...set, id: 5 })).to.not.have.nested.property('request.id');
  });

  it('answers what is no command with error 9 and the validator’s text', () => {
    expect(understood({})).to.deep.equal({
      answer: [
        {
          meta: {
            type: 'reply',
            reply_type: 'error',
            error_code: 9,
            error_text_code: 'INCORRECT_MESSAGE_PARAMS',
            description: "'max_error' is a required property",
          },
          timeMs: NOW_MS,
        },
      ],
      to: 'everyone',
    });
  });

  it('answers the sender alone where errors are the originator’s', () => {
    expect(understood(5, { errors: 'originator' })).to.have.property('to', 'sender');
  });

  it('cuts a long description', () => {
    const { answer } = understood({ ...set, voltage: 'x'.repeat(60_000) }) as unknown as {
      readonly answer: readonly { readonly meta: { readonly description: string } }[];
    };
    expect(answer[0]?.meta.description)
      .to.have.lengthOf(500)
      .and.match(/^'xxx.*xxx\.\.\.$/);
  });

  it('leaves no half of a surrogate pair where it cuts: Online drops such a message', () => {
    for (const pad of ['', 'x']) {
      const { answer } = understood({ ...set, voltage: `${pad}${'😀'.repeat(400)}` }) as unknown as {
        readonly answer: readonly { readonly meta: { readonly description: string } }[];
      };
      expect(answer[0]?.meta.description).to.not.match(/\p{Surrogate}/u);
    }
  });

  it('refuses a config in which two blocks are one channel', () => {
    expect(() => dialectWith({ blocks: { '1': 'hv/1', '2': 'hv/1' } }))
      .to.throw(HardwareError, 'blocks 1 and 2 are both hv/1; each needs a channel of its own')
      .with.property('code', 'BAD_ARGUMENT');
  });
});

describe('the Online dialect, to Online', () => {
  it('answers set_voltage when it is done, with the block as text', () => {
    expect(metaOf({ type: 'reply', command: setCommand(), value: {} })).to.equal(
      '{"type":"answer","answer_type":"set_voltage","block":"1","status":"ok"}',
    );
  });

  for (const status of ['ok', 'timeout']) {
    it(`answers set_voltage_and_check with ${status}, the voltage and its distance from the target`, () => {
      const value = { status, voltage: 98.5, error: -1.5 };
      expect(metaOf({ type: 'reply', command: checkCommand(), value })).to.equal(
        `{"type":"answer","answer_type":"set_voltage_and_check","block":"1","status":"${status}","voltage":98.5,"error":-1.5}`,
      );
    });
  }

  it('answers a check that measured nothing with an error: Online would wait for ever', () => {
    expect(metaOf({ type: 'reply', command: checkCommand(), value: { status: 'ok' } })).to.equal(
      exception(5, 'the voltage was set but has not been measured'),
    );
  });

  it('tells a measurement with the block as number, unrounded', () => {
    expect(metaOf(reading(-0.25))).to.equal('{"type":"answer","answer_type":"get_voltage","block":1,"voltage":-0.25}');
    expect(metaOf(reading(18000.123456789, { channel: 'shift' }))).to.equal(
      '{"type":"answer","answer_type":"get_voltage","block":2,"voltage":18000.123456789}',
    );
  });

  for (const [what, body] of [
    ['a bad reading', reading(null, { quality: 'bad' })],
    ['a stale one', reading(5, { quality: 'stale' })],
    ['one that is not finite', reading(Number.NaN)],
    ['another parameter', reading(5, { parameter: 'voltageSetpoint' })],
    ['a channel that is no block', reading(5, { channel: 3 })],
    [
      'a reply to a command that Online does not have',
      { type: 'reply', command: setCommand({ command: 'abort' }), value: {} },
    ],
    ['the failure of such a command', failed('TIMEOUT', 'x', setCommand({ command: 'refresh' }))],
    ['a command for a channel that is no block', failed('BUSY', 'x', setCommand({ channel: 3 }))],
    ['busy', { type: 'event', event: 'busy', details: {} }],
    ['online', { type: 'event', event: 'online', details: {} }],
    ['an alarm', { type: 'alarm', alarm: 'a', isActive: true, severity: 'alarm', message: 'm' }],
  ] as const satisfies readonly (readonly [string, OutputBody])[]) {
    it(`has no word for ${what}`, () => {
      expect(metaOf(body)).to.equal(undefined);
    });
  }

  it('has no word for another manager', () => {
    expect(metaOf(reading(5), {}, 'psu')).to.equal(undefined);
    expect(metaOf({ type: 'event', event: 'offline', details: {} }, {}, 'psu')).to.equal(undefined);
  });

  it('says busy in the original’s words, whoever it was', () => {
    expect(metaOf(failed('BUSY', 'hv/1 setVoltage has been running for 1.2 s, asked by console 3'))).to.equal(
      '{"type":"reply","reply_type":"error","error_code":8,"error_text_code":"SERVER_BUSY_ERROR","description":"HV server is busy"}',
    );
  });

  it('tells everybody when the rack goes offline', () => {
    const body: OutputBody = { type: 'event', event: 'offline', details: { code: 'TIMEOUT', reason: 'no answer' } };
    expect(metaOf(body)).to.equal(exception(5, 'hv is offline: no answer'));
    expect(metaOf(body, { errorCode: 6 })).to.equal(exception(6, 'hv is offline: no answer'));
  });

  it('answers a command to a manager that is not there, which the station refuses in its place', () => {
    expect(metaOf(failed('UNKNOWN_MANAGER', 'there is no manager "hv"'), {}, 'station')).to.equal(
      exception(5, 'there is no manager "hv"'),
    );
  });

  const coded: Partial<Record<ErrorCode, readonly [number, string]>> = {
    BAD_MESSAGE: [4, 'PARSE_MESSAGE_ERROR'],
    TOO_LARGE: [4, 'PARSE_MESSAGE_ERROR'],
    BUSY: [8, 'SERVER_BUSY_ERROR'],
    QUEUE_FULL: [8, 'SERVER_BUSY_ERROR'],
    BAD_ARGUMENT: [9, 'INCORRECT_MESSAGE_PARAMS'],
    OUT_OF_RANGE: [9, 'INCORRECT_MESSAGE_PARAMS'],
  };
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const [number, text] = coded[code] ?? ['5 or 6 as configured', 'ALGORITM_ERROR'];
    it(`sends ${code} as ${number} ${text}`, () => {
      for (const errorCode of [5, 6] as const) {
        const meta = JSON.parse(metaOf(failed(code), { errorCode }) ?? '') as JsonObject;
        expect(meta['error_code']).to.equal(typeof number === 'number' ? number : errorCode);
        expect(meta['error_text_code']).to.equal(text);
      }
    });
  }

  it('carries the time of what it tells', () => {
    expect(dialect.toFrames(said(reading(1)))[0]?.timeMs).to.equal(NOW_MS);
  });

  it('answers bytes that are no frame with error 4', () => {
    expect(dialect.onBadFrame(problem('BAD_MESSAGE', 'meta is not JSON'), NOW_MS)).to.deep.equal([
      {
        meta: {
          type: 'reply',
          reply_type: 'error',
          error_code: 4,
          error_text_code: 'PARSE_MESSAGE_ERROR',
          description: 'meta is not JSON',
        },
        timeMs: NOW_MS,
      },
    ]);
  });
});

describe('the Online dialect, to whom', () => {
  const reply = said({ type: 'reply', command: setCommand(), value: {} });
  const failure = said(failed('BUSY'));
  const to = (output: Output, options: Partial<OnlineOptions>) =>
    output.type === 'reply' || output.type === 'failure' ? dialectWith(options).recipients(output) : undefined;

  it('tells everyone, as the original does', () => {
    expect([to(reply, {}), to(failure, {})]).to.deep.equal(['everyone', 'everyone']);
  });

  it('tells the asker, or everyone when it has gone, where the config says so', () => {
    expect(to(reply, { answers: 'asker-else-everyone' })).to.equal('sender-else-everyone');
  });

  it('tells an error to its originator alone where the config says so', () => {
    expect(to(failure, { errors: 'originator' })).to.equal('sender');
    expect(to(reply, { errors: 'originator' })).to.equal('everyone');
  });
});
