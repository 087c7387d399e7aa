/** The environment variable that lets the handlers call other machines, which they are kept from where it is absent. */
export const allowRealVariable = "DUCTAPE_ALLOW_REAL";
