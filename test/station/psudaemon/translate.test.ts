import { expect } from 'chai';
import type { JsonObject } from '../../../core/json-value.js';
import { translate } from '../../../station/psudaemon/translate.js';

const unit = (more: JsonObject = {}): JsonObject => ({
  name: 'psu1',
  model: 'Keysight Technologies,E36313A',
  uri: 'TCPIP::192.0.2.51::inst0::INSTR',
  ...more,
});

const file = (...units: readonly JsonObject[]): JsonObject => ({ settings: { uvicorn: { port: 5000 } }, units });
const managersOf = (...units: readonly JsonObject[]) => translate(file(...units), 'psu.yaml').config['managers'];

describe('a PSUDaemon configuration', () => {
  it('becomes a supply for each unit and one HTTP port', () => {
    const { config } = translate(
      file(
        unit({
          pyvisa_args: { open_timeout: 5000, timeout: 3000, read_termination: '\n', chunk_size: 10 },
          channel_indices: [1, 3],
          channel_data: { 1: { name: 'core', voltage_limit: 5 }, 3: null },
        }),
      ),
      'psu.yaml',
    );
    expect(config['managers']).to.deep.equal({
      psu1: {
        kind: 'psu',
        driver: 'keysight-e36300',
        model: 'E36313A',
        resource: 'TCPIP::192.0.2.51::inst0::INSTR',
        link: { openTimeoutMs: 5000, timeoutMs: 3000, readTermination: '\n' },
        outputs: [1, 3],
        channels: { 1: { name: 'core' } },
      },
    });
    expect(config['connectors']).to.nested.include({ 'psudaemon.port': 5000, 'psudaemon.host': '0.0.0.0' });
  });

  it('has the channels 1 to 3 when it names none, and any model of the series', () => {
    expect(managersOf(unit({ model: 'E36300' }))).to.deep.equal({
      psu1: {
        kind: 'psu',
        driver: 'keysight-e36300',
        resource: 'TCPIP::192.0.2.51::inst0::INSTR',
        link: {},
        outputs: [1, 2, 3],
        channels: {},
      },
    });
  });

  it('makes an external unit of its shell commands', () => {
    const commands = { ping: 'true', get_channels: 'cat /run/psu.json' };
    expect(
      managersOf({ name: 'bmc', model: 'external', idn: { manufacturer: 'Acme', serial: 7 }, commands }),
    ).to.deep.equal({
      bmc: {
        kind: 'psu',
        driver: 'external',
        ping: 'true',
        getChannels: 'cat /run/psu.json',
        idn: { manufacturer: 'Acme', serial: '7' },
        channels: {},
      },
    });
  });

  it('has no manager for an external unit that can tell nothing, but still the unit', () => {
    const { config } = translate(file({ name: 'ext', model: 'external', commands: {} }), 'psu.yaml');
    expect(config['managers']).to.deep.equal({});
    expect(config).to.have.nested.property('connectors.psudaemon.psudaemon.units.ext');
    expect(config).to.not.have.nested.property('connectors.psudaemon.psudaemon.units.ext.manager');
  });

  it('gives names that a manager cannot have a likeness of their own', () => {
    const names = ['PSU 1', 'psu-1', '3V3', '…', 'station'].map((name) => unit({ name }));
    expect(Object.keys(managersOf(...names) as object)).to.deep.equal([
      'psu-1',
      'psu-1-2',
      'psu-3v3',
      'psu-unit',
      'station-2',
    ]);
  });

  it('takes the last of two units of one name', () => {
    const { config, unitOf } = translate(file(unit({ uri: 'A' }), unit({ uri: 'B' })), 'psu.yaml');
    expect(config).to.have.nested.property('managers.psu1.resource', 'B');
    expect(unitOf.get('psu1')).to.equal(1);
  });

  it('listens on port 8000 of all addresses, as the original does, when it says nothing', () => {
    const { config } = translate({ settings: {}, units: [] }, 'psu.yaml');
    expect(config).to.have.nested.property('connectors.psudaemon.port', 8000);
    expect(config).to.have.nested.property('connectors.psudaemon.host', '0.0.0.0');
  });
});
