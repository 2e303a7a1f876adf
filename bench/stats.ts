/** The value below which `fraction` of the samples lie; samples are sorted in place. Unit: that of the samples. */
export const quantile = (samples: number[], fraction: number): number => {
  samples.sort((a, b) => a - b);
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * fraction))] ?? Number.NaN;
};

export const median = (samples: number[]): number => quantile(samples, 0.5);
