/** Words of ours and of the wire, both ways. Numbers are words too: `0`, `+0` and `0.0` are the same one. */
export type WireWords = {
  /** Ours to what the instrument is told. */
  readonly toWire: ReadonlyMap<string, string>;
  /** Ours to what it answers. */
  readonly asked: ReadonlyMap<string, string>;
  readonly fromWire: (said: string) => string | undefined;
  /** What the instrument was told, to ours. */
  readonly told: (said: string) => string | undefined;
};

type Table = { readonly [ours: string]: string | number };

/** A wire word as manuals write it, `INTernal`, is understood in its short and its long form, in any case, in quotes or not. */
export const wireWords = (told: Table, answered: Table): WireWords => ({
  toWire: shortWords(told),
  asked: shortWords(answered),
  fromWire: understood(answered),
  told: understood(told),
});

const shortWords = (table: Table): ReadonlyMap<string, string> =>
  new Map(Object.entries(table).map(([ours, wire]) => [ours, shortWord(String(wire))]));

const understood = (table: Table): ((said: string) => string | undefined) => {
  const known = new Map<string, string>();
  for (const [ours, wire] of Object.entries(table)) {
    for (const form of formsOf(String(wire))) if (!known.has(form)) known.set(form, ours);
  }
  return (said) => known.get(said) ?? known.get(plain(said));
};

/** `INTernal`: INT; anything else as it is written. */
const shortWord = (wire: string): string => (/^[A-Z]+[a-z]+$/.test(wire) ? wire.replace(/[a-z]+$/, '') : wire);

/** Every spelling by which a wire word is known. */
export const formsOf = (wire: string): readonly string[] => [wire, plain(wire), plain(shortWord(wire))];

/** One spelling for all that mean the same. */
const plain = (text: string): string => {
  const word = unquoted(text.trim()).toUpperCase();
  const value = Number(word);
  return word !== '' && Number.isFinite(value) ? String(value) : word;
};

/** SCPI strings stand in single or double quotes; a quote inside is written twice. */
export const unquoted = (text: string): string => {
  const quote = text.charAt(0);
  if ((quote !== '"' && quote !== "'") || text.length < 2 || !text.endsWith(quote)) return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
};
