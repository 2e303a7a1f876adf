import type { LinksContext } from '../../../core/link.js';
import { canonicalResource, parseResource, type Resource } from '../../../core/wire/visa-resource.js';

/** Where an instrument is, seen from VXI-11. */
export type Vxi11Target = {
  readonly host: string;
  /** Undefined: ask the portmapper. */
  readonly port?: number;
  /** `inst0`, or behind a gateway `gpib0,4` and `gpib0,4,7`. */
  readonly device: string;
  /** What it shares: a gateway has one GPIB for all its instruments. */
  readonly bus: string;
};

type Vxi11Resource = Extract<Resource, { readonly type: 'vxi11' }>;
type GpibResource = Extract<Resource, { readonly type: 'gpib' }>;

/** A VXI-11 resource, or a GPIB address on a board that is a VXI-11 gateway; undefined: another road leads there. */
export const vxi11Target = (resource: Resource, { boards }: Pick<LinksContext, 'boards'>): Vxi11Target | undefined => {
  if (resource.type === 'vxi11') return targetOf(resource);
  if (resource.type !== 'gpib') return undefined;
  const text = boards[String(resource.board)];
  const gateway = text === undefined ? undefined : parseResource(text);
  return gateway?.type === 'vxi11' ? targetOf(behindGateway(gateway, resource)) : undefined;
};

/** The device behind a gateway, as who names the gateway itself would write it. */
export const behindGateway = (gateway: Vxi11Resource, { primary, secondary }: GpibResource): Vxi11Resource => {
  const address = secondary === undefined ? `${primary}` : `${primary},${secondary}`;
  return { ...gateway, device: `${gateway.device},${address}` };
};

const targetOf = (resource: Vxi11Resource): Vxi11Target => {
  const { host, port, device } = resource;
  const [shared = device] = device.split(',');
  return {
    host,
    ...(port === undefined ? {} : { port }),
    device,
    bus: canonicalResource({ ...resource, device: shared }),
  };
};
