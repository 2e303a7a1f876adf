import type { ChannelDescription, CommandDescription, Description } from '../core/description.js';
import { noViolations, type SchemaCompiler, type Validator } from '../core/validate.js';
import { defaultTopics } from './model/plot-plan.js';
import { liveView, plotWindows, type PlotView } from './model/plot-view.js';
import type { Route } from './route.js';
import type { Session } from './session.js';
import type { Theme } from './theme.js';

export type PageOptions = {
  readonly session: Session;
  readonly compile: SchemaCompiler;
  readonly theme: Theme;
  readonly redraw: () => void;
};

/** What the person in front of the page has chosen: which view, which lines, which channel. Lives as long as the page. */
export class Page {
  readonly session: Session;
  readonly theme: Theme;
  readonly redraw: () => void;
  /** There is room for the message log beside everything else. */
  isWide = false;
  route: Route = { view: 'overview' };
  readonly #compile: SchemaCompiler;
  readonly #validators = new WeakMap<CommandDescription, Validator>();
  readonly #chosen = new Map<string, ReadonlySet<string>>();
  readonly #views = new Map<string, PlotView>();
  readonly #channels = new Map<string, string>();
  #cannotCheck: string | undefined;

  constructor({ session, compile, theme, redraw }: PageOptions) {
    this.session = session;
    this.theme = theme;
    this.redraw = redraw;
    this.#compile = compile;
  }

  /** The station's own validator of a command. */
  validator(command: CommandDescription): Validator {
    const known = this.#validators.get(command);
    if (known !== undefined) return known;
    const made = this.#guarded(this.#compile(command.schema));
    this.#validators.set(command, made);
    return made;
  }

  /** Why this page cannot check forms by their schema, so that the station alone does; undefined: it can. */
  get cannotCheck(): string | undefined {
    return this.#cannotCheck;
  }

  /** A schema that cannot be compiled here (a proxy that forbids it, a keyword from the future) must not take the page away. */
  #guarded(validate: Validator): Validator {
    return (value) => {
      try {
        return validate(value);
      } catch (thrown) {
        this.#cannotCheck = thrown instanceof Error ? thrown.message : String(thrown);
        return noViolations;
      }
    };
  }

  /** The topics that are drawn for a manager. */
  chosen(description: Description): ReadonlySet<string> {
    return this.#chosen.get(description.name) ?? new Set(defaultTopics(description));
  }

  toggle(description: Description, topic: string): void {
    const chosen = new Set(this.chosen(description));
    if (!chosen.delete(topic)) chosen.add(topic);
    this.#chosen.set(description.name, chosen);
    this.redraw();
  }

  view(manager: string): PlotView {
    return this.#views.get(manager) ?? liveView(plotWindows[1].ms);
  }

  setView(manager: string, view: PlotView): void {
    this.#views.set(manager, view);
    this.redraw();
  }

  /** The channel that the forms of a manager are for; undefined where it has none. */
  channel({ name, channels }: Description): ChannelDescription | undefined {
    const chosen = this.#channels.get(name);
    return channels.find(({ id }) => String(id) === chosen) ?? channels[0];
  }

  setChannel(manager: string, id: string): void {
    this.#channels.set(manager, id);
    this.redraw();
  }
}
