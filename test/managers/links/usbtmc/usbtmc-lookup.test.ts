import { expect } from 'chai';
import { toProblem } from '../../../../core/errors.js';
import { canonicalResource, parseResource } from '../../../../core/wire/visa-resource.js';
import { usbInstruments, usbtmcPath, type KernelFiles } from '../../../../managers/links/usbtmc/usbtmc-lookup.js';

const CLASS = '/sys/class/usbmisc';

/** What the kernel says about one device file. */
const about = (number: number, vendor: string, product: string, serial?: string, usbInterface = '00') => ({
  [`${CLASS}/usbtmc${number}/device/../idVendor`]: `${vendor}\n`,
  [`${CLASS}/usbtmc${number}/device/../idProduct`]: `${product}\n`,
  [`${CLASS}/usbtmc${number}/device/bInterfaceNumber`]: `${usbInterface}\n`,
  ...(serial === undefined ? {} : { [`${CLASS}/usbtmc${number}/device/../serial`]: `${serial}\n` }),
});

const filesWith = (files: { readonly [path: string]: string }): KernelFiles => ({
  list: (directory) => {
    const names = Object.keys(files).map((path) => path.slice(CLASS.length + 1).split('/')[0] ?? '');
    return directory === CLASS && names.length > 0
      ? Promise.resolve(['hiddev0', ...new Set(names)])
      : Promise.reject(new Error('ENOENT'));
  },
  read: (path) => {
    const text = files[path];
    return text === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(text);
  },
});

const bench = filesWith({
  ...about(10, '0957', '0607', 'MY47000001'),
  ...about(2, '2a8d', '1002', 'MY59001234'),
  ...about(3, '2a8d', '1002', 'MY59001234', '0a'),
  ...about(4, '1ab1', '0e11'),
});

const pathOf = (text: string, files = bench): Promise<string> => {
  const resource = parseResource(text);
  if (resource.type !== 'usbtmc') throw new Error(`${text} is of type ${resource.type}`);
  return usbtmcPath(resource, files).catch((thrown: unknown) => {
    const { code, message } = toProblem(thrown);
    return `${code} ${message}`;
  });
};

describe('USB instruments in the kernel', () => {
  it('have a device file and a resource string each, by number; one without a serial number only a file', async () => {
    const found = await usbInstruments(bench);
    expect(found.map(({ path, resource }) => [path, resource && canonicalResource(resource)])).to.deep.equal([
      ['/dev/usbtmc2', 'USB0::0x2A8D::0x1002::MY59001234::0::INSTR'],
      ['/dev/usbtmc3', 'USB0::0x2A8D::0x1002::MY59001234::10::INSTR'],
      ['/dev/usbtmc4', undefined],
      ['/dev/usbtmc10', 'USB0::0x0957::0x0607::MY47000001::0::INSTR'],
    ]);
  });

  it('are none where the kernel has no such class', async () => {
    expect(await usbInstruments(filesWith({}))).to.deep.equal([]);
  });

  for (const [text, path] of [
    ['USB0::0x2A8D::0x1002::MY59001234::INSTR', '/dev/usbtmc2'],
    ['USB::10893::4098::MY59001234::INSTR', '/dev/usbtmc2'],
    ['USB1::0x2a8d::0x1002::MY59001234::10::INSTR', '/dev/usbtmc3'],
    ['USB::0x957::0x607::MY47000001', '/dev/usbtmc10'],
  ] as const) {
    it(`are found: ${text}`, async () => {
      expect(await pathOf(text)).to.equal(path);
    });
  }

  it('are listed when one is not there', async () => {
    expect(await pathOf('USB::0x2A8D::0x1002::MY0::INSTR')).to.equal(
      'DISCONNECTED no USB instrument is called USB0::0x2A8D::0x1002::MY0::0::INSTR; there is ' +
        'USB0::0x2A8D::0x1002::MY59001234::0::INSTR, USB0::0x2A8D::0x1002::MY59001234::10::INSTR, /dev/usbtmc4, ' +
        'USB0::0x0957::0x0607::MY47000001::0::INSTR',
    );
  });

  it('are asked for by a person when there is none', async () => {
    expect(await pathOf('USB::1::2::X::INSTR', filesWith({}))).to.contain(
      'there is none at all: is it plugged in and switched on?',
    );
  });
});
