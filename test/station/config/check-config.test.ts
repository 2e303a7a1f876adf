import { expect } from 'chai';
import { configIn, problemsIn } from './support.js';

type Mistake = readonly [does: string, text: string, ...lines: readonly string[]];

/** What a person wrote, and the exact lines that a person reads. */
const mistakes: readonly Mistake[] = [
  [
    'names a key that nobody knows, and the one that was meant',
    'manager: {}',
    'lab.yaml:1:1: manager: unknown "manager"; known: station, managers, connectors, services; did you mean "managers"?',
  ],
  [
    'names an option that the kind does not have',
    'managers:\n  hv: { kind: rack, blcks: 2 }',
    'lab.yaml:2:21: managers.hv.blcks: unknown "blcks"; known: blocks, name; did you mean "blocks"?',
  ],
  [
    'lists the kinds there are',
    'managers:\n  hv:\n    kind: rak',
    'lab.yaml:3:5: managers.hv.kind: must be one of rack, probe, not "rak"; did you mean "rack"?',
  ],
  ['misses the kind', 'managers:\n  hv: {}', 'lab.yaml:2:3: managers.hv: needs "kind"'],
  [
    'wants an object where there is nothing',
    'managers:\n  hv:',
    'lab.yaml:2:3: managers.hv: must be an object, not null',
  ],
  [
    'shows the value and the type that is wanted',
    'connectors:\n  web:\n    kind: port\n    port: http',
    'lab.yaml:4:5: connectors.web.port: must be a whole number, not "http"',
  ],
  [
    'shows the value and its limit',
    'connectors:\n  web:\n    kind: port\n    port: 65536',
    'lab.yaml:4:5: connectors.web.port: must be <= 65535, not 65536',
  ],
  [
    'refuses what is no finite number',
    'managers:\n  hv: { kind: rack, blocks: .inf }',
    'lab.yaml:2:21: managers.hv.blocks: .inf is not a value that a config can hold',
  ],
  ['misses what is required', 'services:\n  log: { kind: watch }', 'lab.yaml:2:3: services.log: needs "manager"'],
  [
    'refuses a name that no topic could hold',
    'managers:\n  HV/1: { kind: rack }',
    'lab.yaml:2:3: managers.HV/1: a name is a lower-case letter, then letters, digits and "-", 64 at most',
  ],
  [
    'keeps the name of the station for the station',
    'managers:\n  station: { kind: rack }',
    'lab.yaml:2:3: managers.station: "station" is the name of the station itself; take another',
  ],
  [
    'finds a key that stands twice, at its second place',
    'station:\n  name: lab\n  name: hall',
    'lab.yaml:3:3: station.name: stands here a second time; keep one',
  ],
  [
    'finds a manager that is not there',
    'managers:\n  hv: { kind: rack }\nservices:\n  log: { kind: watch, manager: hw }',
    'lab.yaml:4:23: services.log.manager: there is no manager "hw"; there are: station, hv; did you mean "hv"?',
  ],
  [
    'finds a block on a manager that is not there',
    'connectors:\n  online: { kind: port, port: 1, blocks: { 1: hv/1 } }',
    'lab.yaml:2:44: connectors.online.blocks.1: there is no manager "hv"; there are: station',
  ],
  [
    'finds a block on a channel that is not there',
    'managers:\n  hv: { kind: rack, blocks: 2 }\nconnectors:\n  online: { kind: port, blocks: { 1: hv/3 } }',
    'lab.yaml:4:35: connectors.online.blocks.1: hv has no channel "3"; it has: 1, 2',
  ],
  [
    'wants the channel of a block where there are several',
    'managers:\n  hv: { kind: rack, blocks: 2 }\nconnectors:\n  online: { kind: port, blocks: { 1: hv } }',
    'lab.yaml:4:35: connectors.online.blocks.1: a block is one channel of hv; write hv/1 or hv/2',
  ],
  [
    'refuses a block on the station, which has no voltage',
    'connectors:\n  online: { kind: port, blocks: { 1: station } }',
    'lab.yaml:2:35: connectors.online.blocks.1: a block is a voltage, and station has none',
  ],
  [
    'refuses a block on a kind without voltage',
    'managers:\n  t: { kind: probe }\nconnectors:\n  online: { kind: port, blocks: { 1: t } }',
    'lab.yaml:4:35: connectors.online.blocks.1: a block is a voltage, and t (probe) has none',
  ],
  [
    'shows a key that breaks the rule for keys where it stands',
    'managers:\n  hv: { kind: rack }\nconnectors:\n  online: { kind: port, blocks: { 0: hv/1 } }',
    'lab.yaml:4:35: connectors.online.blocks.0: must match ^[1-9]$, not "0"',
  ],
  [
    'finds two listeners on one port',
    'connectors:\n  a: { kind: port, port: 80 }\n  b: { kind: port, port: 80 }',
    'lab.yaml:3:20: connectors.b.port: 127.0.0.1:80 is taken by connectors.a.port; give one of them another port',
  ],
  [
    'knows that all addresses hold each address',
    'connectors:\n  a: { kind: port, port: 80, host: 0.0.0.0 }\n  b: { kind: port, port: 80 }',
    'lab.yaml:3:20: connectors.b.port: 127.0.0.1:80 is taken by connectors.a.port; give one of them another port',
  ],
  [
    'compares ports and endpoints',
    'connectors:\n  a: { kind: port, port: 80 }\n  b: { kind: port, publish: "tcp://127.0.0.1:80" }',
    'lab.yaml:3:20: connectors.b.publish: 127.0.0.1:80 is taken by connectors.a.port; give one of them another port',
  ],
  [
    'passes on what a manager alone can know',
    'managers:\n  hv: { kind: rack, blocks: 13 }',
    'lab.yaml:2:3: managers.hv: blocks: 13 is an unlucky number',
  ],
  [
    'misses a variable that is not set, and says nothing else about its place',
    'connectors:\n  web:\n    kind: port\n    port: ${PORT}',
    'lab.yaml:4:5: connectors.web.port: the environment variable PORT is not set; set it, or write ${PORT:-default}',
  ],
  [
    'misses a secret file',
    'connectors:\n  web:\n    kind: port\n    token: ${file:gone.txt}',
    `lab.yaml:4:5: connectors.web.token: the secret in "gone.txt" cannot be read: ENOENT: no such file, open 'gone.txt'`,
  ],
  [
    'never shows a secret',
    'connectors:\n  web:\n    kind: port\n    port: ${file:short.txt}',
    'lab.yaml:4:5: connectors.web.port: must be a whole number, not this secret',
  ],
  [
    'shows where the text is no YAML',
    'managers: [',
    'lab.yaml:1:12: (yaml): Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    'says what to do about a variable within brackets',
    'managers: [${HV}]',
    'lab.yaml:1:13: (yaml): Missing , or : between flow sequence items; within [ ] or { } write "${...}" in quotes',
  ],
  [
    'refuses a second document',
    'station: {}\n---\nstation: {}',
    'lab.yaml:2:1: (yaml): a second document begins here (---); a config is one',
  ],
  [
    'misses the anchor of an alias',
    'station: *lab',
    'lab.yaml:1:1: station: the alias *lab has no anchor &lab before it',
  ],
  ['wants a mapping', '- a', 'lab.yaml:1:1: (top): must be an object, not a list'],
  [
    'tells all problems at once, top to bottom',
    'managers:\n  hv: { kind: rack, blocks: 0 }\nconnectors:\n  a: { kind: prt }\n  b: { kind: port, blocks: { 1: hw/1 } }',
    'lab.yaml:2:21: managers.hv.blocks: must be >= 1, not 0',
    'lab.yaml:4:8: connectors.a.kind: must be one of port, not "prt"; did you mean "port"?',
    'lab.yaml:5:30: connectors.b.blocks.1: there is no manager "hw"; there are: station, hv; did you mean "hv"?',
  ],
];

describe('a config', () => {
  for (const [does, text, ...lines] of mistakes) {
    it(does, async () => {
      expect(await problemsIn(text)).to.deep.equal(lines);
    });
  }

  it('may be empty sections, as when the last part is commented out', async () => {
    expect(await problemsIn('managers:\nconnectors:\nservices:\n')).to.deep.equal([]);
  });

  it('gets the defaults of the station and of each kind', async () => {
    const { station, managers } = await configIn('managers:\n  hv: { kind: rack }');
    expect([station.safeAction, station.log.level, managers['hv']]).to.deep.equal([
      'none',
      'info',
      { kind: 'rack', options: { blocks: 1 } },
    ]);
  });

  it('is frozen through and through', async () => {
    const { managers } = await configIn('managers:\n  hv: { kind: rack }');
    expect([managers, managers['hv'], managers['hv']?.options].every(Object.isFrozen)).to.be.true;
  });

  it('may have two listeners on port 0, which is any that is free', async () => {
    expect(await problemsIn('connectors:\n  a: { kind: port, port: 0 }\n  b: { kind: port, port: 0 }')).to.deep.equal(
      [],
    );
  });

  it('may use an anchor twice', async () => {
    const { managers } = await configIn('managers:\n  a: &rack { kind: rack, blocks: 3 }\n  b: *rack');
    expect(managers['b']).to.deep.equal({ kind: 'rack', options: { blocks: 3 } });
  });

  it('takes a key of the name __proto__ for a key', async () => {
    expect((await problemsIn('__proto__: { a: 1 }'))[0]).to.match(/^lab\.yaml:1:1: __proto__: unknown "__proto__"/);
  });

  it('stops an alias bomb', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level += 1) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    const [first] = await problemsIn(lines.join('\n'));
    expect(first).to.match(/the config is larger than 20000 nodes or deeper than 32, aliases counted each time$/);
  });
});
