import fc from "fast-check";

const surrogates = 0xd800;
const afterSurrogates = 0xe000;

/**
 * The unit of a text of any characters at all. fast-check's own for that, "binary", first makes a table of the 1.1 million
 * that there are, in every test file anew.
 */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - (afterSurrogates - surrogates) })
  .map((code) => String.fromCodePoint(code < surrogates ? code : code + afterSurrogates - surrogates));
