/** Of the handlers' process: milliseconds that the clock was moved by when the process was started. */
export const offsetVariable = "LOCAL_CLOCK_OFFSET_MS";
