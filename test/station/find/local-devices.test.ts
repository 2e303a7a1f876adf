import { expect } from 'chai';
import { serialPorts, usbtmcDevices, type DeviceTree } from '../../../station/find/local-devices.js';

/** A made-up /sys and /dev: files by path, links by path. */
const treeOf = (
  directories: Readonly<Record<string, readonly string[]>>,
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
): DeviceTree => ({
  names: (directory) => directories[directory] ?? [],
  text: (path) => files[path],
  real: (path) => links[path],
});

const ADAPTER = '/sys/devices/usb1/1-1/1-1:1.0/ttyUSB0';
const tree = treeOf(
  {
    '/sys/class/tty': ['console', 'ttyS0', 'ttyS1', 'ttyUSB0'],
    '/dev/serial/by-id': ['usb-FTDI_FT232R_A1-if00-port0'],
  },
  {
    '/sys/class/tty/ttyS0/type': '4\n',
    '/sys/class/tty/ttyS1/type': '0\n',
    '/sys/devices/usb1/1-1/idVendor': '0403\n',
    '/sys/devices/usb1/1-1/manufacturer': 'FTDI\n',
    '/sys/devices/usb1/1-1/product': 'FT232R USB UART\n',
    '/sys/devices/usb1/1-1/serial': 'A1\n',
  },
  {
    '/sys/class/tty/ttyS0/device': '/sys/devices/pnp0/00:04',
    '/sys/class/tty/ttyS0/device/driver': '/sys/bus/platform/drivers/serial8250',
    '/sys/class/tty/ttyS1/device': '/sys/devices/platform/serial8250',
    '/sys/class/tty/ttyS1/device/driver': '/sys/bus/platform/drivers/serial8250',
    '/sys/class/tty/ttyUSB0/device': ADAPTER,
    '/sys/class/tty/ttyUSB0/device/driver': '/sys/bus/usb-serial/drivers/ftdi_sio',
    '/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0': '/dev/ttyUSB0',
  },
);

describe('the devices of this computer', () => {
  it('are serial ports with hardware behind them, by the name that outlives unplugging', () => {
    expect(serialPorts(tree)).to.deep.equal([
      { resource: { type: 'serial', path: '/dev/ttyS0' }, path: '/dev/ttyS0', description: '' },
      {
        resource: { type: 'serial', path: '/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0' },
        path: '/dev/ttyUSB0',
        description: 'FTDI FT232R USB UART, serial A1',
      },
    ]);
  });

  it('are none where the kernel shows nothing', () => {
    expect(serialPorts(treeOf({}, {}, {}))).to.deep.equal([]);
  });

  it('are USB instruments, by the device file where the serial number cannot stand in a resource', () => {
    const resource = (serial: string) =>
      ({ type: 'usbtmc', board: 0, vendor: 1, product: 2, serial, usbInterface: 0 }) as const;
    const found = usbtmcDevices([
      { path: '/dev/usbtmc0', resource: resource('MY1') },
      { path: '/dev/usbtmc1', resource: resource('a::b\u001b') },
      { path: '/dev/usbtmc2', resource: undefined },
    ]);
    expect(found.map((device) => device.resource)).to.deep.equal([
      resource('MY1'),
      { type: 'usbtmc-file', path: '/dev/usbtmc1' },
      { type: 'usbtmc-file', path: '/dev/usbtmc2' },
    ]);
  });
});
