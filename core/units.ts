declare const unit: unique symbol;

/** A number that carries its unit in its type; it costs nothing at run time. */
export type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

export type Volts = Quantity<'V'>;
export type Amperes = Quantity<'A'>;
export type Watts = Quantity<'W'>;
export type Seconds = Quantity<'s'>;
export type Millis = Quantity<'ms'>;

export const volts = (value: number): Volts => value as Volts;
export const amperes = (value: number): Amperes => value as Amperes;
export const watts = (value: number): Watts => value as Watts;
export const seconds = (value: number): Seconds => value as Seconds;
export const millis = (value: number): Millis => value as Millis;

export const toMillis = (duration: Seconds): Millis => millis(duration * 1000);
