/** An IPv4 address of this computer. */
export type LocalAddress = { readonly address: string; readonly netmask: string; readonly internal: boolean };

/** Whether an address is in the network of this one. */
export const isNear = ({ address, netmask }: LocalAddress, other: string): boolean => {
  const mask = numberOf(netmask);
  const [ours, theirs] = [numberOf(address), numberOf(other)];
  if (mask === undefined || ours === undefined || theirs === undefined) return false;
  return (ours & mask) === (theirs & mask);
};

/** Where one datagram reaches everybody of its network; of this computer itself: nobody but itself. */
export const broadcastOf = ({ address, netmask, internal }: LocalAddress): string => {
  const [ours, mask] = [numberOf(address), numberOf(netmask)];
  if (internal || ours === undefined || mask === undefined) return address;
  return dotted((ours | ~mask) >>> 0);
};

const numberOf = (text: string): number | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) === true
    ? parts.reduce((sum, part) => ((sum << 8) | part) >>> 0, 0)
    : undefined;
};

const dotted = (value: number): string => [24, 16, 8, 0].map((bits) => (value >>> bits) & 0xff).join('.');
