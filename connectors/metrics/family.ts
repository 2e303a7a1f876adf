/** A family of the Prometheus text format, 0.0.4. */
export type Family = {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped';
  readonly samples: readonly Sample[];
};

export type Labels = { readonly [label: string]: string };

export type Sample = {
  readonly labels: Labels;
  readonly value: number;
  /** Behind the name: `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string;
};

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** One sample of a flag: 1 or 0. */
export const flagSample = (labels: Labels, isTrue: boolean): Sample => ({ labels, value: isTrue ? 1 : 0 });

/** Families without a sample are left out: Prometheus takes a heading without any for nothing. */
export const printFamilies = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(printFamily)
    .join('');

const printFamily = ({ name, help, type, samples }: Family): string => {
  const lines = samples.map(
    ({ labels, value, suffix = '' }) => `${name}${suffix}${printLabels(labels)} ${number(value)}`,
  );
  return [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
};

const printLabels = (labels: Labels): string => {
  const printed = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
  return printed.length === 0 ? '' : `{${printed.join(',')}}`;
};

const needsEscape = /[\\"\n]/;

const escapeLabel = (text: string): string =>
  needsEscape.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const number = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
};
