/** The lease outlasts the attempt's timeout by this: for a slow claim, for clocks that differ, and for writing the outcome. */
export const leaseMarginMs = 20_000;
