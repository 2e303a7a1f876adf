import { expect } from 'chai';
import { substitute } from '../../../station/config/substitute.js';
import { configIn } from './support.js';

const sources = {
  env: { PORT: '5555', EMPTY: '', YES: 'true', NAME: 'lab' },
  readSecret: (path: string) => (path === 'token' ? ' 12345 \n' : ''),
};
const valueOf = (text: string, isQuoted = false) => {
  const result = substitute(text, isQuoted, sources);
  return result.type === 'value' ? result.value : result.message;
};

describe('a variable in a config', () => {
  it('is typed again when it is not quoted', () => {
    expect(['${PORT}', '${YES}', '${NAME}', '1${PORT}'].map((text) => valueOf(text))).to.deep.equal([
      5555,
      true,
      'lab',
      15555,
    ]);
  });

  it('stays text when it is quoted', () => {
    expect(valueOf('${PORT}', true)).to.equal('5555');
  });

  it('takes its default when it is not set or empty', () => {
    expect([valueOf('${GONE:-7}'), valueOf('${EMPTY:-7}'), valueOf('${PORT:-7}')]).to.deep.equal([7, 7, 5555]);
  });

  it('may have an empty default', () => {
    expect(valueOf('a${GONE:-}b')).to.equal('ab');
  });

  it('may have another one in its default', () => {
    expect(valueOf('${GONE:-tcp://${NAME}:${GONE:-${PORT}}}/')).to.equal('tcp://lab:5555/');
  });

  it('does not look at the default of one that is set', () => {
    expect(valueOf('${NAME:-${GONE}}')).to.equal('lab');
  });

  it('is named when it is missing in the default of another', () => {
    expect(valueOf('${GONE:-a${LOST}b}')).to.match(/^the environment variable LOST is not set/);
  });

  it('may stand several times in a text', () => {
    expect(valueOf('tcp://${NAME}:${PORT}')).to.equal('tcp://lab:5555');
  });

  it('is left alone behind a second dollar', () => {
    expect(valueOf('$${PORT}')).to.equal('${PORT}');
  });

  it('is not looked for in what it was replaced by', () => {
    const nested = { ...sources, env: { OUTER: '${PORT}' } };
    expect(substitute('${OUTER}', false, nested)).to.include({ value: '${PORT}' });
  });

  it('names every one that is missing', () => {
    expect(valueOf('${A}${B}')).to.match(/variable A is not set.*variable B is not set/);
  });

  it('is refused when it is written in another way', () => {
    expect([valueOf('${PORT-7}'), valueOf('${PORT'), valueOf('${}')]).to.satisfy((texts: readonly string[]) =>
      texts.every((text) => text.includes('is not understood; write ${NAME}')),
    );
  });

  it('makes the port of a connector a number', async () => {
    const { connectors } = await configIn('connectors:\n  web:\n    kind: port\n    port: ${PORT:-8080}');
    expect(connectors['web']?.options).to.include({ port: 8080 });
  });
});

describe('a secret in a config', () => {
  it('is the trimmed text of its file, and stays text', () => {
    expect(substitute('${file:token}', false, sources)).to.deep.equal({
      type: 'value',
      value: '12345',
      isSecret: true,
    });
  });

  it('stays text as the default of a variable', () => {
    expect(substitute('${GONE:-${file:token}}', false, sources)).to.include({ value: '12345', isSecret: true });
  });

  it('reaches the part that asks for it', async () => {
    const { connectors } = await configIn('connectors:\n  web:\n    kind: port\n    token: ${file:token.txt}');
    expect(connectors['web']?.options).to.include({ token: 'sesame-open-now' });
  });
});
