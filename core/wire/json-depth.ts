const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether arrays and objects nest deeper than `maxDepth`; stops reading there. Any text will do, also no JSON:
 *  up to the first error brackets and strings are found as a parser finds them, and behind it no parser goes. */
export const isDeeperThan = (text: string, maxDepth: number): boolean => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(text, at);
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > maxDepth) return true;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
    }
  }
  return false;
};

/** Where the string that opens at `open` closes; the end of the text if it does not. */
export const closingQuote = (text: string, open: number): number => {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return text.length;
};
