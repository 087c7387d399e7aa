/** A time: Unix time in seconds (below 1e11) or in milliseconds, or an RFC 3339 string with an offset. */
export type Time = number | string;
