import { expect } from 'chai';
import { printFamilies, type Family } from '../../../connectors/metrics/family.js';

describe('the Prometheus text format', () => {
  const gauge = (samples: Family['samples']): Family => ({
    name: 'volts',
    help: 'As\nmeasured',
    type: 'gauge',
    samples,
  });

  it('has a heading and a line for each sample', () => {
    const samples = [
      { labels: { channel: '1', name: 'core' }, value: 5.0012 },
      { labels: {}, value: -8.75e-6 },
    ];
    expect(printFamilies([gauge(samples)])).to.equal(
      '# HELP volts As\\nmeasured\n# TYPE volts gauge\nvolts{channel="1",name="core"} 5.0012\nvolts -0.00000875\n',
    );
  });

  it('escapes what people call things', () => {
    expect(printFamilies([gauge([{ labels: { name: 'a"b\\c\nd' }, value: 1 }])])).to.contain(
      '{name="a\\"b\\\\c\\nd"} 1',
    );
  });

  it('knows what is no number', () => {
    const text = printFamilies([gauge([NaN, Infinity, -Infinity].map((value) => ({ labels: {}, value })))]);
    expect(text).to.contain('volts NaN\nvolts +Inf\nvolts -Inf\n');
  });

  it('leaves out what has no sample', () => {
    expect(printFamilies([gauge([])])).to.equal('');
  });
});
