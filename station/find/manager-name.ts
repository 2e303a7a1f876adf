import type { FoundIdentity } from './match-driver.js';

const MAX_NAME = 40;
/** The station itself is a manager of this name. */
const RESERVED = 'station';
const FALLBACK = 'instrument';

/** A name for its manager that a config takes and nobody has: `e36313a`, `agilent-34401a`, `e36313a-2`. */
export const managerName = ({ manufacturer, model }: FoundIdentity, taken: ReadonlySet<string>): string => {
  const stem = stemOf(manufacturer, model);
  if (!taken.has(stem) && stem !== RESERVED) return stem;
  for (let count = 2; ; count += 1) if (!taken.has(`${stem}-${count}`)) return `${stem}-${count}`;
};

/** A name begins with a letter; where the model does not, the maker goes before it. */
const stemOf = (manufacturer: string, model: string): string => {
  const slug = slugOf(model);
  if (/^[a-z]/.test(slug)) return slug;
  const [maker = ''] = slugOf(manufacturer).split('-');
  const front = /^[a-z]/.test(maker) ? maker : FALLBACK;
  return cutSlug(slug === '' ? front : `${front}-${slug}`);
};

const slugOf = (text: string): string =>
  cutSlug(
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, ''),
  );

const cutSlug = (slug: string): string => slug.slice(0, MAX_NAME).replace(/-+$/, '');
