/** A copy that nobody can change, for data that is handed out many times. */
export const frozenCopy = <T extends object>(data: T): T => freezeDeep(structuredClone(data));

const freezeDeep = <T extends object>(data: T): T => {
  for (const part of Object.values(data)) if (typeof part === 'object' && part !== null) freezeDeep(part);
  return Object.freeze(data);
};
