/** What a simulated GPIB adapter keeps, by the words of its commands; each is asked for by the bare word. Defaults and ranges
 *  are those of the manual of the GPIB-ETHERNET controller. */
export const prologixSettings = {
  mode: { initial: 1, minimum: 0, maximum: 1 },
  auto: { initial: 0, minimum: 0, maximum: 1 },
  read_tmo_ms: { initial: 200, minimum: 1, maximum: 3_000 },
  eos: { initial: 0, minimum: 0, maximum: 3 },
  eoi: { initial: 1, minimum: 0, maximum: 1 },
  eot_enable: { initial: 0, minimum: 0, maximum: 1 },
  eot_char: { initial: 0, minimum: 0, maximum: 255 },
  savecfg: { initial: 1, minimum: 0, maximum: 1 },
} as const;

export type PrologixSetting = keyof typeof prologixSettings;
export type PrologixValues = { [Setting in PrologixSetting]: number };

export const isPrologixSetting = (word: string): word is PrologixSetting => Object.hasOwn(prologixSettings, word);

export const initialSettings = (): PrologixValues => ({
  mode: prologixSettings.mode.initial,
  auto: prologixSettings.auto.initial,
  read_tmo_ms: prologixSettings.read_tmo_ms.initial,
  eos: prologixSettings.eos.initial,
  eoi: prologixSettings.eoi.initial,
  eot_enable: prologixSettings.eot_enable.initial,
  eot_char: prologixSettings.eot_char.initial,
  savecfg: prologixSettings.savecfg.initial,
});

/** What `++eos` puts behind a message to an instrument. */
export const endsOfString: readonly string[] = ['\r\n', '\r', '\n', ''];

/** A whole number within the range; undefined: it is none. */
export const numberWithin = (word: string | undefined, minimum: number, maximum: number): number | undefined => {
  if (word === undefined || !/^\d{1,5}$/.test(word)) return undefined;
  const value = Number(word);
  return value >= minimum && value <= maximum ? value : undefined;
};
