/** Loaded before a station that is measured: a SIGUSR2 collects its garbage, so that memory means what is held. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
});
