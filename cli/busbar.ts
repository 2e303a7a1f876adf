#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import type { LogLevel } from '../station/config/station-config.js';
import { packageRoot, packageVersion } from '../station/package-root.js';
import { CliError, exitCodes } from './exit.js';
import type { FindOptions } from './find.js';
import { asCount, asInteger, asLogCount, asPort, asTarget, asTime, collect, collectTargets } from './option-values.js';
import type { Lines } from './print.js';
import type { Session } from './session.js';
import type { SimulateOptions } from './simulate.js';
import { stationUrl } from './station-url.js';

const lines: Lines = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

const program = new Command('busbar')
  .description('Runs the hardware of a laboratory, and talks to a station that runs it.')
  .version(packageVersion(packageRoot()))
  .option('-u, --url <address>', 'the station to talk to (variable BUSBAR_URL)', stationUrl(process.env['BUSBAR_URL']))
  .showHelpAfterError('(busbar --help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  busbar serve                         a simulated laboratory, nothing to set up
  busbar get hv/1/voltage              newest reading          (as caget)
  busbar set hv/1/voltage 1000         set, wait for the reply (as caput)
  busbar watch 'hv/*/voltage'          follow, until Ctrl-C    (as camonitor)
  busbar call hv/1 setVoltageAndCheck voltage=1000 maxError=5 timeout=20
  busbar stop-all                      everything to its safe state
  busbar find 10.0.0.0/24              instruments, with the lines for a config

Addresses are manager/channel/parameter; * stands for one part, ** for all the rest.
Exit codes: 0 done, 1 refused, 2 usage, 3 no station there.`,
  )
  .hook('preAction', (_program, action) => {
    // A station goes on when nobody reads what it says: the instruments are still there.
    if (action.name() !== 'serve') process.stdout.on('error', onReaderGone);
  })
  .exitOverride();

/** `busbar watch | head`: whoever read our output has what he wants. */
const onReaderGone = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.done);
};

/** Modules are loaded by the subcommand that needs them: `busbar get` does not pay for the station. */
const withStation = async (work: (session: Session) => Promise<void>): Promise<void> => {
  const { withSession } = await import('./session.js');
  const { url } = program.opts<{ url: string }>();
  await withSession(url, `busbar ${process.argv[2] ?? ''}`, work);
};

program
  .command('serve')
  .description('run a station; without a config the simulated laboratory')
  .argument('[config]', 'YAML file')
  .option('--psudaemon [file]', 'a PSUDaemon file instead: default that of PSUDAEMON_CONF, else conf/psudaemon.yaml')
  .action(async (config: string | undefined, { psudaemon }: { psudaemon?: string | true }) => {
    const { serve, servePsudaemon } = await import('../main.js');
    if (psudaemon === undefined) await serve(config);
    else if (config === undefined) await servePsudaemon(psudaemon === true ? undefined : psudaemon);
    else throw new CliError('usage', 'either a config or --psudaemon: one station has one config');
  });

program
  .command('check')
  .description('check a config, or a driver file, and list everything that is wrong with it')
  .argument('<file>', 'YAML file')
  .action(async (config: string) => {
    const { check } = await import('./check.js');
    await check(config, lines);
  });

program
  .command('describe')
  .description('what there is to read, set and call')
  .argument('[manager]')
  .option('--json', 'the whole description as JSON')
  .action((manager: string | undefined, options: { json?: boolean }) =>
    withStation(async (session) => {
      const { describeManagers } = await import('./describe.js');
      await describeManagers(session, manager, options, lines);
    }),
  );

program
  .command('get')
  .description('newest readings, from the memory of the station')
  .argument('<address...>', 'addresses or patterns')
  .option('-f, --fresh', 'ask the instrument first')
  .option('--json', 'one JSON object a line')
  .action((patterns: string[], options: { fresh?: boolean; json?: boolean }) =>
    withStation(async (session) => {
      const { get } = await import('./get.js');
      await get(session, patterns, options, lines);
    }),
  );

program
  .command('set')
  .description('set a value and wait until it is done')
  .argument('<address>', 'manager/channel/parameter')
  .argument('<value>')
  .option('--json', 'the reply as JSON')
  .addHelpText('after', '\nA negative value needs two dashes before it: busbar set hv/1/voltage -- -5')
  .action((address: string, value: string, options: { json?: boolean }) =>
    withStation(async (session) => {
      const { set } = await import('./set.js');
      await set(session, address, value, options, lines);
    }),
  );

program
  .command('call')
  .description('run any command of a manager and print its reply')
  .argument('<target>', 'manager, or manager/channel')
  .argument('<command>')
  .argument('[arguments...]', 'name=value; a command with one argument takes the bare value')
  .action((target: string, command: string, words: string[]) =>
    withStation(async (session) => {
      const { call } = await import('./call.js');
      await call(session, target, command, words, lines);
    }),
  );

program
  .command('watch')
  .description('what is now, then every change; reconnects by itself')
  .argument('<address...>', 'addresses or patterns')
  .option('--json', 'one JSON object a line')
  .option('-n, --count <lines>', 'end after so many lines', asCount)
  .action((patterns: string[], options: { json?: boolean; count?: number }) =>
    withStation(async (session) => {
      const { watch } = await import('./watch.js');
      await watch(session, patterns, { ...options, signal: interrupted() }, lines);
    }),
  );

program
  .command('log')
  .description("the station's log")
  .option('-f, --follow', 'go on with what is logged from now on')
  .addOption(
    new Option('-l, --level <level>', 'this and what is more severe')
      .choices(['error', 'warn', 'info', 'debug'])
      .default('info'),
  )
  .option('-n, --count <lines>', 'how many of the newest, 1000 at most', asLogCount, 50)
  .option('--json', 'one JSON object a line')
  .action((options: { follow?: boolean; level: LogLevel; count: number; json?: boolean }) =>
    withStation(async (session) => {
      const { log } = await import('./log.js');
      await log(session, { ...options, signal: interrupted() }, lines);
    }),
  );

program
  .command('reload')
  .description('read the config again; what has not changed goes on undisturbed')
  .action(() =>
    withStation(async (session) => {
      const { call } = await import('./call.js');
      await call(session, 'station', 'reload', [], lines);
    }),
  );

program
  .command('stop-all')
  .description('bring everything to its safe state')
  .action(() =>
    withStation(async (session) => {
      const { stopAll } = await import('./stop-all.js');
      await stopAll(session, lines);
    }),
  );

program
  .command('completion')
  .description('a script that completes subcommands, addresses and commands: eval "$(busbar completion bash)"')
  .argument('<shell>', 'bash, zsh or fish')
  .action(async (shell: string) => {
    const { shellScripts } = await import('./completion.js');
    const script = shellScripts[shell];
    if (script === undefined)
      throw new CliError('usage', `no completion for "${shell}"; there are: ${Object.keys(shellScripts).join(', ')}`);
    lines.out(script);
  });

program
  .command('complete', { hidden: true })
  .argument('[words...]')
  .action(async (words: string[]) => {
    const { complete } = await import('./completion.js');
    const { withSession } = await import('./session.js');
    const subcommands = program.commands
      .map((command) => ({ name: command.name(), options: command.options.map(({ long }) => long ?? '') }))
      .filter(({ name }) => name !== 'complete');
    const { url } = program.opts<{ url: string }>();
    for (const word of await complete(words, subcommands, (work) => withSession(url, 'completion', work)))
      lines.out(word);
  });

program
  .command('simulate')
  .description('play an instrument by its driver file, for others to test against; lines on stdin make it fail')
  .argument('<file>', 'name of a shipped driver file, or path of your own')
  .option('-m, --model <model>', 'model of the driver file; else its first')
  .option('--serial <text>', 'serial number in its answer to *IDN?')
  .option('--host <address>', 'address to listen on; else 127.0.0.1')
  .option('-p, --port <port>', 'raw SCPI socket; else the port that such instruments have', asPort)
  .option('--vxi11 <port>', 'VXI-11 on this port', asPort)
  .option('--hislip <port>', 'HiSLIP on this port', asPort)
  .option('--portmapper <port>', 'VXI-11 with a portmapper; clients ask on 111', asPort)
  .option('-l, --load <output=ohms>', 'what hangs on an output; again for another one', collect)
  .option(
    '-f, --fault <words>',
    'such as "slow 500 every 3", "late 3000", "garbage once"; again for another one',
    collect,
  )
  .option('--seed <number>', 'the same noise each time', asInteger)
  .action(async (file: string, options: SimulateOptions) => {
    const { simulate } = await import('./simulate.js');
    await simulate(file, options, { input: process.stdin, signal: interrupted() }, lines);
    process.stdin.destroy(); // a terminal would keep the process
  });

program
  .command('find')
  .description('which instruments answer, with the lines to paste into a config; it asks *IDN? and nothing else')
  .argument('[places...]', '10.0.0.5, 10.0.0.5-20, 10.0.0.0/24 or host names; else it looks around by itself')
  .option('-p, --port <port>', 'this raw socket instead of the usual ones; again for another one', collectTargets)
  .option('--hislip <port>', 'where HiSLIP is; else 4880', asTarget)
  .option('--portmapper <port>', 'where the portmapper of VXI-11 is; else 111', asTarget)
  .option('--interface <address>', 'look around from this address of the computer alone')
  .option('-t, --timeout <ms>', 'time to connect, and time to answer', asTime, 1_000)
  .option('--serial', 'ask the serial ports, too; whatever hangs there gets *IDN? and a line end')
  .option('--baud <rate>', 'of serial ports', asCount, 9_600)
  .option('--json', 'one JSON object a line')
  .action(async (places: string[], options: Pick<FindOptions, 'timeout' | 'baud'>) => {
    const { find } = await import('./find.js');
    const { url } = program.opts<{ url: string }>();
    await find(places, { ...options, url, env: process.env, signal: interrupted() }, lines);
  });

/** Aborted by Ctrl-C. */
const interrupted = (): AbortSignal => {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
  });
  process.once('SIGTERM', () => {
    controller.abort();
  });
  return controller.signal;
};

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CliError) {
    lines.err(`busbar: ${thrown.message}`);
    process.exitCode = thrown.exitCode;
  } else if (thrown instanceof CommanderError) {
    // commander has printed its sentence; its own code 0 is for --help and --version.
    process.exitCode = thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else throw thrown;
}
