/** A value for a line of YAML: plain where nobody can take it for anything but text; else quoted, as JSON is YAML. */
export const yamlValue = (value: unknown): string =>
  typeof value === 'string' &&
  /^(\.?\/|[A-Za-z])[\w./,:-]*\w$/.test(value) &&
  !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
