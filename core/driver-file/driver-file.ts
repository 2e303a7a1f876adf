import type { Json } from '../json-value.js';

/** A model of instrument as data: one YAML file makes its driver, its description and its simulated instrument.
 *  Checked by schemas/driver-file.schema.json. Headers are written as manuals write them, `[SOURce:]VOLTage[:LEVel]`: the
 *  driver sends the short form without what is optional, the simulated instrument takes every form. In a template
 *  `{channel}` and `{value}` (in a command also the names of its arguments) stand for what varies. */
export type DriverFile = {
  /** `keysight-e36300`: its name in a config, and the file's. */
  readonly driver: string;
  readonly title: string;
  readonly family: DriverFamily;
  /** Which manual, which section. */
  readonly source: string;
  /** On what hardware it was tried; absent: on none. */
  readonly testedOn?: string;
  readonly identity: {
    /** Default `*IDN?`. */
    readonly ask?: string;
    /** Regular expression of the whole answer, with groups named manufacturer, model, serial, revision. */
    readonly answer: string;
  };
  readonly link?: {
    /** Of its raw socket. */
    readonly port?: number;
    readonly writeTermination?: string;
    readonly readTermination?: string;
    readonly timeoutMs?: number;
    readonly baudRate?: number;
  };
  /** Said after each connect, and before letting go. Default: nothing. */
  readonly initialize?: readonly Step[];
  readonly release?: readonly Step[];
  /** Read after each command until it is empty: what the instrument has refused. Absent: it has none. */
  readonly errorQueue?: {
    readonly ask: string;
    /** Regular expression of the entry that says there is nothing. */
    readonly none: string;
    /** Entries it holds. */
    readonly size: number;
  };
  /** Asked beside the reads, at most every `everyMs`, whether the instrument was switched off and on meanwhile: what it then
   *  has forgotten is not sent again, but it is connected to, initialised and read anew. The bit clears when it is read.
   *  Absent: a power cycle shows only in a lost link. */
  readonly powerCycle?: {
    /** Default `*ESR?`, whose bit 7 (128) IEEE 488.2 gives to it; default once a second. */
    readonly ask?: string;
    readonly mask?: number;
    readonly everyMs?: number;
  };
  /** Said before each request that has a channel, as one critical section: `INSTrument:NSELect {channel}`. */
  readonly select?: string;
  /** By the model that the identity names. */
  readonly models: { readonly [model: string]: ModelSpec };
  readonly parameters: { readonly [name: string]: ParameterSpec };
  readonly commands?: { readonly [name: string]: ActionSpec };
  readonly simulation?: {
    /** Of its `*IDN?`. */
    readonly manufacturer?: string;
    readonly serial?: string;
    readonly revision?: string;
    /** Answers to further queries, word for word: header as in a manual to text. */
    readonly answers?: { readonly [query: string]: string };
    /** Commands that are taken and do nothing. */
    readonly ignores?: readonly string[];
    /** How numbers are printed: `nr3` +1.20000000E+00, `nr2` 1.200. Default nr3. */
    readonly numbers?: 'nr2' | 'nr3';
    readonly decimals?: number;
    /** It calculates in single precision: 16.8 is read back as 16.799999. */
    readonly singlePrecision?: boolean;
  };
};

/** `psu`: the psu manager with its ramps and protections; the others: the instrument manager. */
export type DriverFamily = 'psu' | 'meter' | 'calibrator' | 'instrument';

export type Step = { readonly send: string; readonly pauseMs?: number };

export type ModelSpec = {
  readonly description?: string;
  /** Absent: one device without channels. */
  readonly channels?: { readonly [channel: string]: ChannelSpec };
  /** Of all channels, and of the device itself. */
  readonly limits?: ChannelSpec['limits'];
  /** Parameters and commands that this model does not have. */
  readonly without?: readonly string[];
};

export type ChannelSpec = {
  readonly label?: string;
  /** By parameter; what `limits` of the parameter asks the instrument for comes before these. */
  readonly limits?: { readonly [parameter: string]: { readonly minimum?: number; readonly maximum?: number } };
  /** Parameters and commands that this channel does not have. */
  readonly without?: readonly string[];
};

export type ValueType = 'number' | 'flag' | 'choice' | 'text';

/** What a family's vocabulary already says of a name (vocabulary.ts) need not be said again. */
export type ParameterSpec = {
  readonly description?: string;
  readonly type?: ValueType;
  readonly unit?: string;
  readonly scope?: 'channel' | 'manager';
  readonly pollMs?: number;
  /** The query; absent: it cannot be read back, the newest that was told counts. */
  readonly ask?: string;
  /** Regular expression with one group: the part of the answer that is meant. Default: the leading number; for others all. */
  readonly answer?: string;
  /** The answer is a word of bits. flag: whether one of those in the mask is set; choice: `words` has the number that the
   *  mask leaves, moved down to its lowest bit. */
  readonly bits?: { readonly base?: 10 | 16; readonly mask: number | { readonly [channel: string]: number } };
  /** The command; absent: read only. */
  readonly tell?: string;
  /** Our word to the wire's, both ways: flags by `true` and `false` (default 1 and 0; ON and OFF are understood always). */
  readonly words?: { readonly [ours: string]: string | number };
  /** Of the answer to `ask`, where it differs. */
  readonly answerWords?: { readonly [ours: string]: string | number };
  /** Ours = the wire's times this. Default 1. */
  readonly scale?: number;
  /** A number, or a query that the instrument answers with it, asked after each connect. */
  readonly limits?: { readonly minimum?: number | string; readonly maximum?: number | string };
  /** Left alone so long after `tell`, and between `ask` and its answer. */
  readonly pauseMs?: number;
  readonly answerAfterMs?: number;
  /** What a simulated instrument starts with. */
  readonly initial?: Json;
  /** How it prints its answer, where that is more than the value: `V{channel} {value}`. */
  readonly printed?: string;
};

export type ActionSpec = {
  /** Needed unless the family's vocabulary knows the command. */
  readonly description?: string;
  readonly scope?: 'channel' | 'manager';
  readonly arguments?: {
    readonly [name: string]: {
      readonly description: string;
      readonly type: ValueType;
      readonly unit?: string;
      readonly words?: { readonly [ours: string]: string | number };
    };
  };
  /** Commands in order; the last one may be a query: its answer is the reply. */
  readonly send: readonly string[];
  readonly pauseMs?: number;
  /** What it does in a simulated instrument: sets parameters; `{argument}` stands for that argument. */
  readonly simulate?: { readonly [parameter: string]: Json };
};
