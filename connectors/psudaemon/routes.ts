import type { Bus } from '../../core/bus.js';
import type { Clock } from '../../core/clock.js';
import { toProblem } from '../../core/errors.js';
import type { Logger } from '../../core/log.js';
import {
  methodNotAllowed,
  noCommand,
  notFound,
  refusalOf,
  undefinedPsu,
  type Refusal,
} from '../dialects/psudaemon-errors.js';
import {
  noSuchChannel,
  notShowable,
  printChannel,
  printChannels,
  printUnit,
  type ChannelFacts,
} from '../dialects/psudaemon-models.js';
import { psudaemonOpenApi } from '../dialects/psudaemon-openapi.js';
import { channelChange, channelIndex, type ChannelChange, type Violation } from '../dialects/psudaemon-parameters.js';
import { methodsOf, routeOf, withoutTrailingSlash, type Route } from '../dialects/psudaemon-routes.js';
import { Turns } from '../rest/turns.js';
import { refuseOrigin, type OriginHeaders, type OriginPolicy } from '../transports/origin-policy.js';
import { htmlAnswer, jsonAnswer, redirect, refusal, type Answer } from './answer.js';
import { applyChange, type Ask } from './channel-change.js';
import { docsPage, redocPage } from './docs-page.js';
import { Monitoring } from './monitoring.js';
import type { PsudaemonOptions } from './options.js';
import { saveSettings } from './settings-file.js';
import { printSettings, unitSettings } from './settings.js';
import type { Units, UnitView } from './units.js';

export type RoutesOptions = {
  readonly bus: Bus;
  readonly units: Units;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  readonly options: PsudaemonOptions;
  readonly origins: OriginPolicy;
};

/** One request as it came: `url` is not decoded. */
export type PsuRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: OriginHeaders;
  /** Commands in the name of this client. */
  readonly ask: Ask;
};

/** Who believes to speak to a proxy asks for the whole address. */
const HOST_IN_TARGET = /^https?:\/\/[^/?]*/i;

const noSettingsFile: Refusal = {
  status: 501,
  detail: 'there is no file to save the settings in; name one as settingsFile in the config of this port',
};

/** PSUDaemon's REST interface: every route, shape, status and message of psu-rest spec, section 1. Reads are answered from
 *  the snapshot; with `?fresh=true` the instrument is asked first. */
export class PsudaemonRoutes {
  readonly #options: RoutesOptions;
  readonly #units: Units;
  readonly #monitoring: Monitoring;
  readonly #saves = new Turns();

  constructor(options: RoutesOptions) {
    this.#options = options;
    this.#units = options.units;
    this.#monitoring = new Monitoring(options.bus, this.#units, options.options.shape);
  }

  close(): void {
    this.#monitoring.close();
  }

  /** Never rejects: what cannot be answered is answered 500, in JSON as everything. */
  async answer(request: PsuRequest): Promise<Answer> {
    try {
      return await this.#dispatch(request);
    } catch (thrown) {
      this.#options.log.error('request could not be answered', { reason: toProblem(thrown).message });
      return refusal(refusalOf(toProblem(thrown)));
    }
  }

  /** The hot one: a prepared page, with the age of the oldest reading on it in seconds. */
  monitoring(): Answer {
    const { bytes, oldestMs } = this.#monitoring.page;
    const ageMs = Number.isFinite(oldestMs) ? Math.max(0, this.#options.clock.now() - oldestMs) : 0;
    return jsonAnswer(bytes, { age: String(Math.ceil(ageMs / 1_000)) });
  }

  async #dispatch(request: PsuRequest): Promise<Answer> {
    const { method, url, headers } = request;
    const [path = '/', ...queryParts] = url.replace(HOST_IN_TARGET, '').split('?');
    const route = routeOf(path, method);
    if (route === undefined) return notARoute(path, queryParts.join('?'), request);
    if (!methodsOf[route.name].includes(method)) return refusal(methodNotAllowed, { allow: 'GET' });
    if (method === 'POST') {
      const stranger = refuseOrigin(headers, this.#options.origins);
      if (stranger !== undefined) return refusal({ status: 403, detail: stranger });
    }
    return this.#obey(route, new URLSearchParams(queryParts.join('?')), request);
  }

  #obey(route: Route, query: URLSearchParams, request: PsuRequest): Promise<Answer> | Answer {
    const isFresh = query.get('fresh') === 'true';
    switch (route.name) {
      case 'units':
        return jsonAnswer(`[${this.#units.all().map(printUnit).join(',')}]`);
      case 'unit':
        return this.#onUnit(route.unit, (unit) => jsonAnswer(printUnit(unit)));
      case 'channels':
        return this.#channels(route.unit, isFresh, request.ask);
      case 'channel':
        return this.#channel(route, query, request);
      case 'monitoring':
        return this.#freshMonitoring(isFresh, request.ask);
      case 'settings':
        return this.#settings(request.method);
      case 'openapi':
        return jsonAnswer(JSON.stringify(psudaemonOpenApi));
      case 'docs':
      case 'oauth2-redirect':
        return htmlAnswer(docsPage);
      case 'redoc':
        return htmlAnswer(redocPage(psudaemonOpenApi));
    }
  }

  #onUnit<Result>(name: string, answer: (unit: UnitView) => Result): Result | Answer {
    const unit = this.#units.find(name);
    return unit === undefined ? refusal(undefinedPsu) : answer(unit);
  }

  async #channels(name: string, isFresh: boolean, ask: Ask): Promise<Answer> {
    const asked = this.#units.find(name);
    if (asked === undefined) return refusal(undefinedPsu);
    if (asked.options.manager === undefined) return refusal(noCommand('get_channels', name));
    if (isFresh) await readAnew(asked, asked.channels, ask);
    const unit = this.#units.find(name) ?? asked;
    const away = unit.channels.find((channel) => notShowable(channel) !== undefined);
    if (!unit.isOnline || away !== undefined) return refusal(unavailable(unit, away));
    return jsonAnswer(printChannels(unit, unit.channels, this.#options.options.shape));
  }

  /** What is wrong with the request comes before whether there is such a unit. */
  async #channel(
    route: { unit: string; channel: string },
    query: URLSearchParams,
    request: PsuRequest,
  ): Promise<Answer> {
    const index = channelIndex(route.channel);
    const { change, violations } = request.method === 'POST' ? channelChange(query) : noChange;
    const wrong = 'violation' in index ? [index.violation, ...violations] : violations;
    if ('violation' in index || wrong.length > 0) return refusal({ status: 422, detail: wrong });
    return this.#knownChannel(route.unit, index.value, change, query.get('fresh') === 'true', request.ask);
  }

  async #knownChannel(name: string, index: bigint, change: ChannelChange, isFresh: boolean, ask: Ask): Promise<Answer> {
    const { shape } = this.#options.options;
    const unit = this.#units.find(name);
    if (unit === undefined) return refusal(undefinedPsu);
    if (unit.options.manager === undefined) return refusal(noCommand('get_channels', name));
    const channel = channelOf(unit, index);
    if (channel === undefined && unit.channels.length > 0) {
      const indices = unit.channels.map((known) => known.index);
      return refusal({ status: 404, detail: noSuchChannel(name, index, indices, shape) });
    }
    if (!unit.isOnline || channel === undefined) return refusal(unavailable(unit, channel));
    const refused = await applyChange(unit, channel.index, change, ask);
    if (refused !== undefined) return refusal(refused);
    if (isFresh) await readAnew(unit, [channel], ask);
    return this.#show(name, index);
  }

  #show(name: string, index: bigint): Answer {
    const unit = this.#units.find(name);
    if (unit === undefined) return refusal(undefinedPsu);
    const channel = channelOf(unit, index);
    if (!unit.isOnline || channel === undefined || notShowable(channel) !== undefined)
      return refusal(unavailable(unit, channel));
    return jsonAnswer(printChannel(unit, channel, this.#options.options.shape, false));
  }

  async #freshMonitoring(isFresh: boolean, ask: Ask): Promise<Answer> {
    const units = this.#units.all().filter(({ isOnline }) => isOnline);
    if (isFresh) await Promise.all(units.map((unit) => readAnew(unit, unit.channels, ask)));
    return this.monitoring();
  }

  async #settings(method: string): Promise<Answer> {
    const { options } = this.#options;
    const units = this.#units.all().map(unitSettings);
    if (method === 'POST') {
      const { settings, settingsFile } = options;
      if (settingsFile === undefined) return refusal(noSettingsFile);
      // One after the other: each reads the file and puts another in its place.
      await this.#saves.take(settingsFile, true, () => saveSettings(settingsFile, settings, units));
    }
    return jsonAnswer(printSettings(options, units));
  }
}

const noChange: { readonly change: ChannelChange; readonly violations: readonly Violation[] } = {
  change: {},
  violations: [],
};

const channelOf = ({ channels }: UnitView, index: bigint): ChannelFacts | undefined =>
  channels.find((channel) => BigInt(channel.index) === index);

const notARoute = (path: string, query: string, { method, headers }: PsuRequest): Answer => {
  const shorter = withoutTrailingSlash(path, method);
  if (shorter === undefined) return refusal(notFound);
  const host = headers.host === undefined ? '' : `http://${headers.host}`; // HTTP/1.0 may be without
  return redirect(`${host}${shorter}${query === '' ? '' : `?${query}`}`);
};

/** Why a channel cannot be shown, in a sentence that names it. */
const unavailable = (unit: UnitView, channel: ChannelFacts | undefined): Refusal => {
  const missing = channel === undefined ? undefined : notShowable(channel);
  const reason = unit.reason ?? missing ?? 'the instrument has not answered yet';
  const refused = refusalOf({ code: 'DISCONNECTED', message: reason });
  if (refused.status === 500) return refused;
  const what = channel === undefined ? `psu ${unit.name}` : `psu ${unit.name} channel ${channel.index}`;
  return { ...refused, detail: unit.isOnline ? `${what}: ${reason}` : `${what} is offline: ${reason}` };
};

const SHOWN = ['enabled', 'current', 'voltage', 'currentLimit', 'voltageSetpoint'] as const;

/** Asks the instrument for what a channel shows. What fails shows in the readings. */
const readAnew = async ({ options }: UnitView, channels: readonly ChannelFacts[], ask: Ask): Promise<void> => {
  const { manager } = options;
  if (manager === undefined) return;
  for (const { index, readings } of channels) {
    for (const parameter of SHOWN.filter((name) => readings.has(name)))
      await ask({ manager, channel: index, command: 'refresh', arguments: { parameter } });
  }
};
