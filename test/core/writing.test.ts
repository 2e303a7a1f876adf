import { expect } from 'chai';
import { defineManager } from '../../core/define-manager.js';
import { HardwareError } from '../../core/errors.js';
import { declare } from '../../core/parameter.js';
import { Lab } from '../support/lab.js';

const { flag } = declare<Switch>();

/** A relay that may be stuck, and has a second contact that cannot be switched. */
class Switch {
  isOn = false;
  isStuck = false;
  answer = (): Promise<void> => Promise.resolve();
  open = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => Promise.resolve();
}

const manager = defineManager<Switch>({
  kind: 'switch',
  description: 'A switch',
  channels: () => [1, 2],
  parameters: {
    enabled: flag({
      description: 'Closed',
      isAt: (_device, channel) => channel === 1,
      read: (device) => Promise.resolve(device.isOn),
      write: async (device, _channel, on) => {
        await device.answer();
        if (!device.isStuck) device.isOn = on;
      },
      writing: {
        timeoutMs: (on, device, channel) => (on && device !== undefined && channel === 1 ? 77_000 : 5_000),
        preempts: (on) => !on,
        confirm: (device, _channel, on) => {
          if (device.isOn !== on) throw new HardwareError('DEVICE_FAULT', 'it is stuck');
        },
      },
    }),
  },
  makeSafe: async (device, _call, refresh) => {
    device.isOn = false;
    await refresh('enabled', 1);
  },
});

describe('a parameter that says how it is written', () => {
  let lab: Lab;
  let device: Switch;

  beforeEach(async () => {
    lab = new Lab();
    device = new Switch();
    const it = manager.create({ ...lab.context('switch'), createDriver: () => device });
    lab.bus.attach(it);
    await it.start();
    await lab.clock.pass(0);
  });

  afterEach(async () => {
    const stopping = lab.bus.manager('switch')?.stop();
    await lab.clock.pass(2_000);
    await stopping;
    await lab.close();
  });

  const set = async (value: boolean, channel = 1) => {
    const sent = lab.send({ manager: 'switch', command: 'setEnabled', channel, arguments: { value } });
    await lab.clock.pass(0);
    return sent;
  };

  it('publishes the readback, then asks whether the instrument has taken it', async () => {
    device.isStuck = true;
    expect((await set(true)).code()).to.equal('DEVICE_FAULT');
    expect(lab.outputs.slice(-3).map(({ type }) => type)).to.deep.equal(['reading', 'event', 'failure']);
    device.isStuck = false;
    expect((await set(true)).code()).to.equal('reply');
  });

  it('has a time-out that follows from value, device and channel', async () => {
    device.answer = () => new Promise(() => undefined);
    const sent = await set(true);
    await lab.clock.pass(76_999);
    expect(sent.code()).to.equal(undefined);
    await lab.clock.pass(1);
    expect(sent.code()).to.equal('TIMEOUT');
  });

  it('lets a value that preempts end the one before it', async () => {
    device.answer = () => new Promise(() => undefined);
    const on = await set(true);
    device.answer = () => Promise.resolve();
    const off = await set(false);
    expect([on.code(), off.code()]).to.deep.equal(['ABORTED', 'reply']);
  });

  it('is refused where the device does not have it', async () => {
    expect((await set(true, 2)).code()).to.equal('BAD_COMMAND');
    expect(lab.newest('switch/2/enabled')).to.equal(undefined);
  });

  it('is read back when the device is made safe', async () => {
    await set(true);
    lab.send({ manager: 'switch', command: 'makeSafe' });
    await lab.clock.pass(0);
    expect(lab.newest('switch/1/enabled')?.value).to.equal(false);
  });
});
