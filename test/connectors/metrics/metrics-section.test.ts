import { expect } from 'chai';
import { metricsSection } from '../../../connectors/metrics/metrics-section.js';
import type { Json } from '../../../core/json-value.js';
import type { LinkReport } from '../../../core/link.js';
import { psuKind } from '../../../managers/psu/psu.kind.js';
import { RestLab } from '../rest/rest-lab.js';

const link: LinkReport & { readonly managers: readonly string[] } = {
  resource: 'TCPIP0::127.0.0.1::5025::SOCKET',
  managers: ['bench'],
  bus: 'TCPIP0::127.0.0.1::5025::SOCKET',
  isOpen: true,
  waiting: 2,
  oldestMs: 1_500,
  refused: 1,
  requests: 10,
  timeouts: 3,
  staleAnswers: 1,
  reopened: 2,
  sentBytes: 100,
  receivedBytes: 200,
  roundTrips: { counts: [1, 2, 0, 4], count: 7, sumMs: 50 },
};

describe('/busbar/metrics', () => {
  let lab: RestLab;
  let text: string;
  const scrape = async (path = '/busbar/metrics'): Promise<string> => {
    const answer = await lab.get(path);
    expect(answer.headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    text = answer.body;
    return text;
  };
  /** Values of a family by the labels given. */
  const value = (start: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${start} `))
      ?.slice(start.length + 1);
  const lines = (start: string): readonly string[] => text.split('\n').filter((line) => line.startsWith(start));
  const say = (manager: string, parameter: string, said: Json): void => {
    lab.bus
      .streamOf(manager)
      .publish({ type: 'reading', parameter, value: said, quality: 'good', timeMs: lab.clock.now() });
  };

  beforeEach(async () => {
    lab = new RestLab();
    await lab.open([metricsSection(lab.part, { isAtRoot: true, psuName: (name) => `${name}-unit` })]);
  });
  afterEach(() => lab.close());

  it('is at /metrics too, where no dialect has the root', async () => {
    expect(await scrape('/metrics')).to.contain('busbar_info{station="lab",version="1.2.3"} 1');
  });

  it('has every reading of every manager, with its age and quality', async () => {
    await lab.clock.pass(500);
    await scrape();
    expect(value('busbar_reading{manager="psu",channel="1",parameter="voltage",unit="V"}')).to.equal('0');
    expect(value('busbar_reading_age_seconds{manager="psu",channel="1",parameter="voltage"}')).to.equal('0.5');
    expect(value('busbar_reading_quality{manager="psu",channel="1",parameter="voltage",quality="good"}')).to.equal('1');
  });

  it('has a gap where the instrument is away, and says so', async () => {
    lab.table.unplug();
    await lab.clock.pass(100);
    await scrape();
    expect(lines('busbar_reading')).to.deep.equal([]);
    expect(value('busbar_manager_online{manager="psu"}')).to.equal('0');
  });

  it('counts commands by what became of them, and waits', async () => {
    lab.psu('setNow', 1, { voltage: 5 });
    lab.psu('setNow', 1, { voltage: 500 });
    lab.psu('fly');
    await lab.clock.pass(0);
    await scrape();
    expect(lines('busbar_commands_total')).to.deep.equal([
      'busbar_commands_total{manager="psu",result="OUT_OF_RANGE"} 1',
      'busbar_commands_total{manager="psu",result="BAD_COMMAND"} 1',
      'busbar_commands_total{manager="psu",result="ok"} 1',
    ]);
    expect(value('busbar_commands_waiting{manager="psu"}')).to.equal('0');
  });

  it('counts how often an instrument came online', async () => {
    await scrape();
    expect(value('busbar_manager_connects_total{manager="psu"}')).to.equal('1');
    lab.table.unplug();
    await lab.clock.pass(100);
    lab.table.back();
    await lab.clock.pass(3_000);
    await scrape();
    expect(value('busbar_manager_connects_total{manager="psu"}')).to.equal('2');
  });

  it('has the links, with round trips as a histogram', async () => {
    say('station', 'links', [{ ...link }]);
    await scrape();
    const labels = `resource="${link.resource}",manager="bench"`;
    expect(value(`busbar_link_timeouts_total{${labels}}`)).to.equal('3');
    expect(value(`busbar_link_oldest_waiting_seconds{${labels}}`)).to.equal('1.5');
    expect(value(`busbar_link_roundtrip_seconds_bucket{${labels},le="0.002"}`)).to.equal('3');
    expect(value(`busbar_link_roundtrip_seconds_bucket{${labels},le="0.01"}`)).to.equal('7');
    expect(value(`busbar_link_roundtrip_seconds_bucket{${labels},le="+Inf"}`)).to.equal('7');
    expect(value(`busbar_link_roundtrip_seconds_sum{${labels}}`)).to.equal('0.05');
    expect(value(`busbar_link_roundtrip_seconds_count{${labels}}`)).to.equal('7');
  });

  it('has the station and its clients', async () => {
    say('station', 'eventLoopLagMs', 3);
    const client = {
      connector: 'web',
      peer: '::1',
      dialect: 'native',
      received: 1,
      sent: 9,
      conflated: 4,
      waitingBytes: 5,
    };
    say('station', 'connections', { count: 1, peers: [{ ...client, isBehind: true }] });
    await scrape();
    expect(value('busbar_event_loop_lag_p99_seconds')).to.equal('0.003');
    expect(value('busbar_client_conflated_total{connector="web",peer="::1",dialect="native"}')).to.equal('4');
    expect(value('busbar_client_behind{connector="web",peer="::1",dialect="native"}')).to.equal('1');
  });

  it('has the process', async () => {
    await scrape();
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
    expect(text).to.match(/^nodejs_version_info\{/m);
  });

  describe('of a bench supply', () => {
    beforeEach(async () => {
      const options = { driver: 'virtual', channels: { 2: { name: 'core' } } };
      const bench = psuKind.create(options, lab.context('bench'));
      lab.bus.attach(bench);
      await bench.start();
      await lab.clock.pass(3_000);
      say('station', 'links', [{ ...link }]);
      await scrape();
      await bench.stop();
    });

    it('has the names that its users expect', () => {
      const labels = 'psu="bench-unit",channel="2",name="core"';
      for (const family of [
        'voltage_volts',
        'current_amperes',
        'power_watts',
        'voltage_setpoint_volts',
        'current_limit_amperes',
        'output_enabled',
      ]) {
        expect(value(`psu_channel_${family}{${labels}}`), family).to.match(/^-?[\d.e-]+$/);
      }
      expect(value(`psu_channel_mode{${labels},mode="off"}`)).to.equal('1');
      expect(value(`psu_channel_mode{${labels},mode="cc"}`)).to.equal('0');
      expect(value(`psu_channel_protection_tripped{${labels},kind="ovp"}`)).to.equal('0');
      expect(value('psu_online{psu="bench-unit"}')).to.equal('1');
      expect(lines('psu_info')[0]).to.match(/^psu_info\{psu="bench-unit",manufacturer="Busbar",model="/);
      expect(Number(value('psu_last_readback_timestamp_seconds{psu="bench-unit"}'))).to.be.closeTo(
        lab.clock.now() / 1_000,
        60,
      );
    });

    it('has its traffic', () => {
      expect(value('psu_scpi_commands_total{psu="bench-unit",result="ok"}')).to.equal('7');
      expect(value('psu_scpi_commands_total{psu="bench-unit",result="timeout"}')).to.equal('3');
      expect(value('psu_reconnects_total{psu="bench-unit"}')).to.equal('0');
      expect(value('psu_scpi_roundtrip_seconds_bucket{psu="bench-unit",le="0.01"}')).to.equal('7');
    });

    it('has the five families of json_exporter, with its labels', () => {
      const labels =
        /^channel_data_[a-z_]+\{index="2",model="[^"]+",name="core",psu="bench-unit",serial="[^"]+"\} -?[\d.e-]+$/;
      for (const name of ['current', 'current_limit', 'voltage', 'voltage_limit', 'state']) {
        expect(text).to.contain(`# HELP channel_data_${name} channel_data\n# TYPE channel_data_${name} untyped\n`);
        expect(lines(`channel_data_${name}{index="2"`)[0], name).to.match(labels);
      }
    });
  });
});
