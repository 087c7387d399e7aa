/** The version of this code, the same as in `package.json`: a test compares them. */
export const version = "0.3.0";
