// Numbers and times as people read them; what is not known is a dash.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const NONE = "–";

export function count(number) {
  return number == null ? NONE : whole.format(number);
}

export function seconds(time) {
  if (time == null) return NONE;
  return time < 1 ? `${whole.format(Math.round(time * 1000))} ms` : `${time.toFixed(2)} s`;
}

export function bytes(number) {
  if (number < 1000) return `${number} B`;
  return number < 1e6 ? `${short.format(number / 1e3)} kB` : `${short.format(number / 1e6)} MB`;
}

export function rate(perSecond) {
  return perSecond == null ? NONE : `${short.format(perSecond)} tokens/s`;
}

export function tokens(row) {
  return row.input == null ? NONE : `${count(row.input)} + ${count(row.output)}`;
}

export function finish(row) {
  const reasons = Object.entries(row.finish);
  if (reasons.length === 0) return NONE;
  if (reasons.length === 1) return reasons[0][1];
  return reasons.map(([choice, reason]) => `${choice}: ${reason}`).join(", ");
}

export function gaps(row) {
  return row.gaps ? `${count(row.gaps)}, up to ${seconds(row.longest)}` : count(row.gaps);
}
