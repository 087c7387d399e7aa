import fc from "fast-check";

/** The same values in each run, so that a failure can be repeated. PROPERTY_SEED looks at others, PROPERTY_RUNS at more of them for each property. */
const { PROPERTY_SEED = "1", PROPERTY_RUNS } = process.env;
fc.configureGlobal({ seed: Number(PROPERTY_SEED), ...(PROPERTY_RUNS && { numRuns: Number(PROPERTY_RUNS) }) });

export { fc };
