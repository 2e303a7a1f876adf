import type { LocalDevice } from './local-devices.js';

/** The serial ports where there is no Linux, as `serialport` lists them (on Linux it needs udevadm, and lists ports without
 *  hardware, too). Rejects with what the system says. */
export const otherSerialPorts = async (): Promise<readonly LocalDevice[]> => {
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports.map(({ path, manufacturer = '', serialNumber }) => ({
    resource: { type: 'serial', path },
    path,
    description: [manufacturer, serialNumber === undefined ? '' : `serial ${serialNumber}`]
      .filter((word) => word !== '')
      .join(', '),
  }));
};
