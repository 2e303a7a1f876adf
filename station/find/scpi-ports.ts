import type { DriverFile } from '../../core/driver-file/driver-file.js';

/** A raw socket that instruments have, and what ends a message on it. */
export type ScpiPort = { readonly port: number; readonly writeTermination: string };

const LINE_END = '\n';

/** Sockets of instruments that no driver file knows yet. */
const knownPorts: readonly number[] = [
  5025, // IANA's scpi-raw: Keysight, Rohde & Schwarz, Siglent, and most others
  5555, // Rigol
  9221, // Aim-TTi
  1026, // GW Instek
  3490, // Fluke meters
  4000, // Tektronix
  7777, // Lake Shore
  8462, // Delta Elektronika
];

/** The ports to try: those that the driver files name, with the line ends they ask for, and those that are known besides. */
export const usualPorts = (files: readonly DriverFile[]): readonly ScpiPort[] => {
  const ports = new Map(knownPorts.map((port) => [port, LINE_END]));
  for (const { link } of files) {
    if (link?.port === undefined) continue;
    if (link.writeTermination !== undefined || !ports.has(link.port))
      ports.set(link.port, link.writeTermination ?? LINE_END);
  }
  return chosenPorts([...ports.keys()], ports);
};

/** These ports and no others. */
export const chosenPorts = (
  ports: readonly number[],
  lineEnds: ReadonlyMap<number, string> = new Map(),
): readonly ScpiPort[] => ports.map((port) => ({ port, writeTermination: lineEnds.get(port) ?? LINE_END }));
