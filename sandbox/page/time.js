// Times as Discord's client writes them in the viewer's language, in the time zone of the browser.

let locale = "en-US";
/** Writes times in a language of Discord's from now on. */
export function timesIn(language) {
  locale = language;
}
// ICU puts a narrow no-break space before AM and PM, which breaks searching and copying.
const format = (options) => (date) => date.toLocaleString(locale, options).replaceAll("\u202f", " ");

const shortTime = format({ hour: "numeric", minute: "2-digit" });
const longTime = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const shortDate = format({ month: "2-digit", day: "2-digit", year: "numeric" });
export const longDate = format({ month: "long", day: "numeric", year: "numeric" });
export const full = format({ dateStyle: "full", timeStyle: "short" });

const STYLES = {
  t: shortTime,
  T: longTime,
  d: shortDate,
  D: longDate,
  f: format({ dateStyle: "long", timeStyle: "short" }),
  F: full,
  s: (date) => `${shortDate(date)}, ${shortTime(date)}`,
  S: (date) => `${shortDate(date)}, ${longTime(date)}`,
  R: (date) => relative(date),
};

const UNITS = [
  ["year", 365 * 86400],
  ["month", 30 * 86400],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export function relative(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(locale).format(Math.trunc(seconds / length), unit);
}

/** `<t:seconds:style>` in words, or null when the second is beyond what a date can hold. */
export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : (STYLES[style] ?? STYLES.f)(date);
}

export function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

/** A message's own time: the hour today, "Yesterday at" the day after, a date further back. */
export function messageTime(date, now = new Date()) {
  if (sameDay(date, now)) return shortTime(date);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (sameDay(date, yesterday)) return `Yesterday at ${shortTime(date)}`;
  return `${shortDate(date)}, ${shortTime(date)}`;
}

export { shortTime };

const EPOCH = 1420070400000n;
export const snowflakeDate = (id) => new Date(Number((BigInt(id) >> 22n) + EPOCH));
