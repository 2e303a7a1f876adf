/** A resource string taken apart (psu-rest spec, 4). `board` is the number behind the interface word. */
export type Resource =
  | { readonly type: 'socket'; readonly board: number; readonly host: string; readonly port: number }
  /** `port` undefined: ask the portmapper. */
  | {
      readonly type: 'vxi11';
      readonly board: number;
      readonly host: string;
      readonly port?: number;
      readonly device: string;
    }
  | {
      readonly type: 'hislip';
      readonly board: number;
      readonly host: string;
      readonly port: number;
      readonly device: string;
    }
  /** `path`: `/dev/ttyUSB0`, `COM3`, or a bare number as the resource gives it. */
  | { readonly type: 'serial'; readonly path: string }
  | { readonly type: 'gpib'; readonly board: number; readonly primary: number; readonly secondary?: number }
  | { readonly type: 'prologix-tcp'; readonly board: number; readonly host: string; readonly port: number }
  | { readonly type: 'prologix-serial'; readonly board: number; readonly path: string }
  | {
      readonly type: 'usbtmc';
      readonly board: number;
      readonly vendor: number;
      readonly product: number;
      readonly serial: string;
      readonly usbInterface: number;
    }
  /** The kernel's character device itself: `/dev/usbtmc0`. */
  | { readonly type: 'usbtmc-file'; readonly path: string }
  | { readonly type: 'modbus-tcp'; readonly host: string; readonly port: number; readonly unit: number }
  | { readonly type: 'modbus-rtu'; readonly path: string; readonly unit: number }
  | { readonly type: 'replay'; readonly path: string };
