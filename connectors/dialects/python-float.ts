import { pythonRepr } from './python-repr.js';

/** A number as Python prints a float: `5.0`, `1e-05`. A client that asks for the type of what it read gets a float. */
export const pythonFloat = (value: number): string => {
  const text = pythonRepr(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};
