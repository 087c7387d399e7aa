/**
 * Characters that are not seen and change how a text around them reads: controls of the direction, such as U+202E, which shows
 * `gpj.exe` as `exe.jpg`, and others without a width. Those that join letters and emoji are left alone.
 */
const unseen = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text with what is unseen in it as JSON escapes it: `\u202e`. */
export const visible = (text: string): string =>
  text.replace(unseen, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
