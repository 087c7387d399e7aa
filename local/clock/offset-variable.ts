/** The environment variable with the clock's offset in milliseconds at the start of the handlers' process. */
export const offsetVariable = "LOCAL_CLOCK_OFFSET_MS";
