/** The one header type; it says "binary Envelope". */
export const ENVELOPE_TYPE = 0x00014000;

/** Bytes of the `#!` header, the form that is written. */
export const HEADER_BYTES = 30;

export type EnvelopeHeader = {
  readonly type: 'header';
  readonly form: '#!' | '#~DF02' | '#~DF03';
  readonly headerBytes: number;
  readonly envelopeType: number;
  readonly time: number;
  readonly metaType: number;
  readonly metaBytes: number;
  readonly dataType: number;
  readonly dataBytes: number;
};

/** `incomplete`: it may still become a header once there are `need` bytes. */
export type HeaderAt =
  EnvelopeHeader | { readonly type: 'incomplete'; readonly need: number } | { readonly type: 'rubbish' };

const rubbish: HeaderAt = { type: 'rubbish' };
const incomplete = (need: number): HeaderAt => ({ type: 'incomplete', need });

/** What stands at `at`, judged by its shape alone: opening and closing signs, not what is between. */
export const readHeader = (view: DataView, at: number): HeaderAt => {
  if (view.getUint8(at) !== 0x23) return rubbish;
  const left = view.byteLength - at;
  if (left < 2) return incomplete(2);
  switch (view.getUint8(at + 1)) {
    case 0x21: // #!
      return left < HEADER_BYTES ? incomplete(HEADER_BYTES) : readBinary(view, at);
    case 0x7e: // #~
      return left < 6 ? incomplete(6) : readTagged(view, at);
    default:
      return rubbish;
  }
};

/** dfparser and Online test only the `!#` of the closing `!#\r\n`. */
const readBinary = (view: DataView, at: number): HeaderAt =>
  view.getUint16(at + 26) !== 0x2123
    ? rubbish
    : {
        type: 'header',
        form: '#!',
        headerBytes: HEADER_BYTES,
        envelopeType: view.getUint32(at + 2),
        time: view.getUint32(at + 6),
        metaType: view.getUint32(at + 10),
        metaBytes: view.getUint32(at + 14),
        dataType: view.getUint32(at + 18),
        dataBytes: view.getUint32(at + 22),
      };

/** The forms that have no time and no data type. */
const taggedForms: { readonly [tag: number]: { readonly form: '#~DF02' | '#~DF03'; readonly headerBytes: number } } = {
  0x44463032: { form: '#~DF02', headerBytes: 20 },
  0x44463033: { form: '#~DF03', headerBytes: 24 },
};

const readTagged = (view: DataView, at: number): HeaderAt => {
  const tagged = taggedForms[view.getUint32(at + 2)];
  if (tagged === undefined) return rubbish;
  const { form, headerBytes } = tagged;
  if (view.byteLength - at < headerBytes) return incomplete(headerBytes);
  if (view.getUint16(at + headerBytes - 4) !== 0x7e23) return rubbish;
  return {
    type: 'header',
    form,
    headerBytes,
    envelopeType: ENVELOPE_TYPE,
    time: 0,
    metaType: view.getUint16(at + 6),
    metaBytes: view.getUint32(at + 8),
    dataType: 0,
    dataBytes: form === '#~DF02' ? view.getUint32(at + 12) : Number(view.getBigUint64(at + 12)),
  };
};

/** Where the next `#!` or `#~` begins, or may begin with the last byte; the end if nowhere. */
export const findOpening = (bytes: Uint8Array, from: number): number => {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] !== 0x23) continue;
    const next = bytes[at + 1];
    if (next === undefined || next === 0x21 || next === 0x7e) return at;
  }
  return bytes.length;
};
