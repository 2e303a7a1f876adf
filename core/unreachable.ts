/** Marks the branch that an exhaustive switch cannot reach; a new case does not compile until it is handled. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
