/** Types of HiSLIP messages (psu-rest spec, 8). */
export const hislipTypes = {
  initialize: 0,
  initializeResponse: 1,
  fatalError: 2,
  error: 3,
  asyncLock: 4,
  asyncLockResponse: 5,
  data: 6,
  dataEnd: 7,
  deviceClearComplete: 8,
  deviceClearAcknowledge: 9,
  asyncRemoteLocalControl: 10,
  asyncRemoteLocalResponse: 11,
  trigger: 12,
  interrupted: 13,
  asyncInterrupted: 14,
  asyncMaxMessageSize: 15,
  asyncMaxMessageSizeResponse: 16,
  asyncInitialize: 17,
  asyncInitializeResponse: 18,
  asyncDeviceClear: 19,
  asyncServiceRequest: 20,
  asyncStatusQuery: 21,
  asyncStatusResponse: 22,
  asyncDeviceClearAcknowledge: 23,
  asyncLockInfo: 24,
  asyncLockInfoResponse: 25,
} as const;

export type HislipType = keyof typeof hislipTypes;

/** From here on types are a vendor's own; those between are of HiSLIP 2.0 or nobody's yet. */
export const FIRST_VENDOR_TYPE = 128;

/** Codes of a FatalError: the session ends. */
export const fatalErrors = {
  unidentified: 0,
  badHeader: 1,
  channelMissing: 2,
  badInitialisation: 3,
  tooManyClients: 4,
  secureConnectionFailed: 5,
} as const;

/** Codes of an Error: the session goes on. */
export const hislipErrors = {
  unidentified: 0,
  unknownType: 1,
  unknownControl: 2,
  unknownVendorMessage: 3,
  tooLarge: 4,
  authentication: 5,
} as const;

export const lockRequests = { release: 0, request: 1 } as const;
export const lockAnswers = { failed: 0, granted: 1, sharedReleased: 2, error: 3 } as const;

/** Control codes of AsyncRemoteLocalControl. */
export const remoteLocal = {
  disableRemote: 0,
  enableRemote: 1,
  disableRemoteAndGoToLocal: 2,
  enableAndGoToRemote: 3,
  enableRemoteAndLockOutLocal: 4,
  enableAndGoToRemoteAndLockOutLocal: 5,
  goToLocal: 6,
} as const;

const fatalWords: { readonly [code: number]: string } = {
  [fatalErrors.badHeader]: 'bad header',
  [fatalErrors.channelMissing]: 'a channel is missing',
  [fatalErrors.badInitialisation]: 'bad initialisation',
  [fatalErrors.tooManyClients]: 'too many clients',
  [fatalErrors.secureConnectionFailed]: 'secure connection failed',
};

const errorWords: { readonly [code: number]: string } = {
  [hislipErrors.unknownType]: 'unknown message type',
  [hislipErrors.unknownControl]: 'unknown control code',
  [hislipErrors.unknownVendorMessage]: 'unknown vendor message',
  [hislipErrors.tooLarge]: 'message too large',
  [hislipErrors.authentication]: 'authentication failed',
};

/** What a code of a FatalError means, for people. */
export const fatalErrorWord = (code: number): string => fatalWords[code] ?? 'unidentified error';

/** What a code of an Error means, for people. */
export const hislipErrorWord = (code: number): string => errorWords[code] ?? 'unidentified error';

const names = new Map<number, HislipType>();
for (const [name, type] of Object.entries(hislipTypes) as [HislipType, number][]) names.set(type, name);

/** The name of a type; undefined: none of HiSLIP 1.x. */
export const hislipTypeName = (type: number): HislipType | undefined => names.get(type);
