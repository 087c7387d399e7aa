/** Ductape's transformations of values. In a handler `now` and `uuid` are those of the log, the same in each replay. */
export const transform = {
  concat: (...parts: readonly unknown[]): unknown =>
    parts.every(Array.isArray) ? parts.flat() : parts.map(String).join(""),
  size: (value: object): number => Object.keys(value).length,
  length: (value: string | readonly unknown[]): number => value.length,
  parseJson: <Value = unknown>(text: string): Value => JSON.parse(text) as Value,
  stringify: (value: unknown): string => JSON.stringify(value),
  upper: (text: string): string => text.toUpperCase(),
  lower: (text: string): string => text.toLowerCase(),
  trim: (text: string): string => text.trim(),
  split: (text: string, separator: string): string[] => text.split(separator),
  join: (list: readonly unknown[], separator = ","): string => list.join(separator),
  replace: (text: string, search: string | RegExp, by: string): string =>
    typeof search === "string" ? text.replaceAll(search, by) : text.replace(search, by),
  substring: (text: string, start: number, end?: number): string => text.substring(start, end),
  now: (): number => Date.now(),
  uuid: (): string => crypto.randomUUID(),
  formatDate: formattedTime,
};

/** Formats a time in UTC by the words YYYY, YY, MM, DD, HH, mm, ss and SSS. */
function formattedTime(time: Date | number | string, format: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime()))
    throw new TypeError(`ctx.transform.formatDate: ${JSON.stringify(time)} is no time.`);
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", ms = ""] =
    /^([+-]?\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d+)Z$/.exec(date.toISOString()) ?? [];
  const words: Record<string, string> = {
    ...{ YYYY: year, YY: year.slice(-2), MM: month, DD: day, HH: hour, mm: minute, ss: second, SSS: ms },
  };
  return format.replace(/YYYY|YY|MM|DD|HH|mm|SSS|ss/g, (word) => words[word] ?? word);
}
