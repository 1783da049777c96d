/** Spaces between marks on an axis of time that a reader can count on, in seconds. */
const STEPS_S = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200,
  86_400,
];

/** How an axis of time is marked. */
export interface TimeAxis {
  readonly stepS: number;
  /** A whole number of steps. */
  readonly endS: number;
  readonly label: (seconds: number) => string;
}

/** An axis that holds so many seconds, with so many marks at most. */
export function timeAxis(seconds: number, mostMarks: number): TimeAxis {
  const stepS =
    STEPS_S.find((step) => seconds / step <= mostMarks) ?? 86_400 * Math.ceil(seconds / mostMarks / 86_400);
  const endS = Math.max(1, Math.ceil(seconds / stepS - 1e-9)) * stepS;
  return { stepS, endS, label: labelFor(stepS, endS) };
}

function labelFor(stepS: number, endS: number): (seconds: number) => string {
  if (stepS < 60 && endS <= 120) return (seconds) => `${Number(seconds.toFixed(1))} s`;
  if (endS < 2 * 3600 && stepS >= 60) return (seconds) => `${seconds / 60} min`;
  if (endS < 3600) return (seconds) => `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
  return (seconds) => `${Math.floor(seconds / 3600)}:${twoDigits(Math.round((seconds % 3600) / 60))} h`;
}

const twoDigits = (number: number): string => String(Math.round(number)).padStart(2, '0');
