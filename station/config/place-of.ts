import type { SchemaViolation } from '../../core/validate.js';
import { pointerStep } from './yaml-tree.js';

/** JSON pointer to what a violation is about: the member that nobody knows, not the object around it. */
export const placeOf = ({ path, params }: SchemaViolation): string => {
  const key = params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['propertyName'];
  return typeof key === 'string' ? `${path}/${pointerStep(key)}` : path;
};
