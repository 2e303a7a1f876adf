const SLAB_BYTES = 4096;
const SMALL_BYTES = 512;

/** Hands out zeroed memory; small pieces are carved from one slab, because memory of its own costs a short message as much
 *  as printing it (1 us). A piece that is kept keeps its slab: 4 KiB at most. Never transfer a piece's buffer. */
export const slabAllocator = (): ((size: number) => Uint8Array) => {
  let slab = new Uint8Array(SLAB_BYTES);
  let used = 0;
  return (size) => {
    if (size > SMALL_BYTES) return new Uint8Array(size);
    if (used + size > slab.length) {
      slab = new Uint8Array(SLAB_BYTES);
      used = 0;
    }
    used += size;
    return slab.subarray(used - size, used);
  };
};
