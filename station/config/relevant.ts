import type { SchemaViolation } from '../../core/validate.js';

/** A failed `if` or `oneOf` makes ajv report the choice and every branch; people want to know what to mend. */
const echoes: readonly string[] = ['if', 'propertyNames'];
const choices: readonly string[] = ['oneOf', 'anyOf'];

/** Violations without their echoes: a failed choice is dropped where one of its branches says more. */
export const relevant = (violations: readonly SchemaViolation[]): readonly SchemaViolation[] => {
  const kept = violations.filter(({ keyword }) => !echoes.includes(keyword));
  const isExplained = ({ path, keyword }: SchemaViolation): boolean =>
    choices.includes(keyword) && kept.some((other) => !choices.includes(other.keyword) && other.path.startsWith(path));
  const explained = kept.filter((violation) => !isExplained(violation));
  return explained.filter(
    ({ path, message }, index) =>
      !explained.slice(0, index).some((earlier) => earlier.path === path && earlier.message === message),
  );
};
