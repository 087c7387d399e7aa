import { fc } from "./properties.ts";

const surrogates = 0xd800;
const afterSurrogates = 0xe000;

/**
 * One code unit of a string of arbitrary characters. fast-check's own arbitrary for this, "binary", builds a table of all 1.1
 * million code points in every test file.
 */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - (afterSurrogates - surrogates) })
  .map((code) => String.fromCodePoint(code < surrogates ? code : code + afterSurrogates - surrogates));
