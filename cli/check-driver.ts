import type { DriverFile, ParameterSpec } from '../core/driver-file/driver-file.js';
import { resolveDriver, type ResolvedDriver } from '../core/driver-file/resolve.js';
import { render, template } from '../core/driver-file/template.js';
import { HardwareError } from '../core/errors.js';
import type { ChannelId } from '../core/message.js';
import { driverFiles } from '../station/driver-files.js';
import { CliError } from './exit.js';
import type { Lines } from './print.js';

/** `busbar check ./mine.yaml` for a driver file: everything that is wrong with it, or all that is ever said on the wire, to
 *  be held against the manual. */
export const checkDriver = (path: string, { out }: Lines): void => {
  const file = readOrRefuse(path, out);
  const driver = resolveDriver(file);
  const tested = file.testedOn === undefined ? 'untested on hardware' : `tested on ${file.testedOn}`;
  out(`${path}: good (${file.family}; ${Object.keys(file.models).join(', ')}; ${tested})`);
  for (const line of wireLines(driver)) out(line);
};

const readOrRefuse = (path: string, out: Lines['out']): DriverFile => {
  try {
    return driverFiles.read(path.includes('/') ? path : `./${path}`);
  } catch (thrown) {
    if (!(thrown instanceof HardwareError)) throw thrown;
    const problems = thrown.message.split('\n');
    for (const line of problems) out(line);
    throw new CliError('refused', `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${path}`);
  }
};

/** What is said, in the form in which it is sent: to the first channel of the first model, where there are some. */
const wireLines = ({ file, models, parameters, commands }: ResolvedDriver): readonly string[] => {
  const [model] = models.values();
  const [channel] = model?.channels ?? [];
  const select = file.select === undefined || channel === undefined ? [] : [said(file.select, channel)];
  const texts = (scope: string, ...wanted: readonly (string | undefined)[]): readonly string[] => [
    ...(scope === 'channel' ? select : []),
    ...wanted.flatMap((text) => (text === undefined ? [] : [said(text, channel)])),
  ];
  const limits = ({ minimum, maximum }: NonNullable<ParameterSpec['limits']>) =>
    [minimum, maximum].map((limit) => (typeof limit === 'string' ? limit : undefined));
  const rows = [
    ['connect', [file.identity.ask ?? '*IDN?', ...(file.initialize ?? []).map(({ send }) => said(send, channel))]],
    ...[...parameters.values()].map(
      (its) => [its.name, texts(its.scope, its.ask, its.tell, ...limits(its.limits))] as const,
    ),
    ...[...commands.values()].map(({ name, scope, send }) => [name, texts(scope, ...send)] as const),
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, wire]) => `  ${name.padEnd(width)}  ${wire.join('   ')}`);
};

/** Values stay as placeholders. */
const said = (text: string, channel: ChannelId | undefined): string => {
  const values = Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map(([whole, name = '']) => [name, whole]));
  return render(template(text), channel === undefined ? values : { ...values, channel });
};
