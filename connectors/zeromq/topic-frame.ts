/** The first frame of a published message. It ends in the delimiter, so that the prefix `hv/1/` does not match `hv/10/`. */
export const topicFrame = (topic: string): string => `${topic}/`;
