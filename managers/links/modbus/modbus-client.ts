import type { LinkSettings } from '../../../core/link.js';
import type { Call } from '../../../core/parameter.js';
import type { Clock } from '../../../core/clock.js';
import { cannotOpen, portOptions, portPath } from '../serial/serial-line.js';
import { openTcpSocket } from '../tcp-stream.js';

/** The part of `modbus-serial` that is used here. */
export type ModbusRequests = {
  readonly setID: (unit: number) => void;
  readonly setTimeout: (ms: number) => void;
  readonly readCoils: (address: number, count: number) => Promise<{ readonly data: readonly boolean[] }>;
  readonly readDiscreteInputs: (address: number, count: number) => Promise<{ readonly data: readonly boolean[] }>;
  readonly readHoldingRegisters: (address: number, count: number) => Promise<{ readonly data: readonly number[] }>;
  readonly readInputRegisters: (address: number, count: number) => Promise<{ readonly data: readonly number[] }>;
  readonly writeCoil: (address: number, state: boolean) => Promise<{ readonly address: number }>;
  readonly writeCoils: (address: number, states: boolean[]) => Promise<{ readonly address: number }>;
  readonly writeRegister: (address: number, value: number) => Promise<{ readonly address: number }>;
  readonly writeRegisters: (address: number, values: number[]) => Promise<{ readonly address: number }>;
};

/** One connection to a bus of Modbus stations. */
export type ModbusClient = {
  readonly requests: ModbusRequests;
  /** Called once when it breaks, with why; not for `close`. */
  readonly onLost: (listener: (reason: string) => void) => void;
  /** Never rejects. */
  readonly close: () => Promise<void>;
};

export type ModbusBusAddress =
  | { readonly type: 'modbus-tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'modbus-rtu'; readonly path: string };

/** Connects; tests hand in a client that is played. */
export type OpenModbusClient = (
  bus: ModbusBusAddress,
  settings: LinkSettings,
  clock: Clock,
  call: Call,
) => Promise<ModbusClient>;

/** Errors: DISCONNECTED, TIMEOUT. */
export const openModbusClient: OpenModbusClient = (bus, settings, clock, call) =>
  bus.type === 'modbus-tcp' ? openTcp(bus.host, bus.port, clock, call) : openRtu(portPath(bus.path), settings);

const openTcp = async (host: string, port: number, clock: Clock, call: Call): Promise<ModbusClient> => {
  const ModbusRTU = await loadClient();
  const socket = await openTcpSocket(host, port, clock, call);
  const client = new ModbusRTU();
  client.on('error', () => 'it closes');
  await client.linkTCP(socket, { host, port });
  return {
    requests: client,
    // The client itself does not say when a connection was reset.
    onLost: (listener) => {
      socket.once('close', () => {
        listener(`${host}:${port} has closed the connection`);
      });
    },
    close: () =>
      new Promise((resolve) => {
        if (socket.closed) resolve();
        else
          socket
            .once('close', () => {
              resolve();
            })
            .destroy();
      }),
  };
};

/** It is CommonJS with a default of its own. */
const loadClient = async () => (await import('modbus-serial')).default.default;

const openRtu = async (path: string, settings: LinkSettings): Promise<ModbusClient> => {
  const ModbusRTU = await loadClient();
  const client = new ModbusRTU();
  client.on('error', () => 'it closes');
  try {
    await client.connectRTUBuffered(path, portOptions(path, settings));
  } catch (thrown) {
    throw cannotOpen(path, thrown);
  }
  return {
    requests: client,
    onLost: (listener) => {
      client.on('close', () => {
        listener(`the serial port ${path} is gone`);
      });
    },
    close: () =>
      new Promise((resolve) => {
        client.close(() => {
          resolve();
        });
      }),
  };
};
