import type { SchemaViolation } from '../../core/validate.js';

/** A failed `if` or `oneOf` makes ajv report the choice and every branch; people want to know what to mend. */
const echoes: readonly string[] = ['if', 'propertyNames'];
const choices: readonly string[] = ['oneOf', 'anyOf'];

/** Violations without their echoes: a failed choice is dropped where one of its branches says more, and so is the branch
 *  that wanted another type where one goes into the value. */
export const relevant = (violations: readonly SchemaViolation[]): readonly SchemaViolation[] => {
  const kept = violations.filter(({ keyword }) => !echoes.includes(keyword));
  const failedChoices = kept.filter(({ keyword }) => choices.includes(keyword)).map(({ path }) => path);
  const saysMore = (path: string): boolean => kept.some((other) => other.path.startsWith(`${path}/`));
  const isEcho = ({ path, keyword }: SchemaViolation): boolean => {
    if (choices.includes(keyword))
      return kept.some((other) => other.path.startsWith(path) && !choices.includes(other.keyword));
    return keyword === 'type' && failedChoices.includes(path) && saysMore(path);
  };
  return kept.filter((violation) => !isEcho(violation));
};
