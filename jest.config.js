const swc = [
  "@swc/jest",
  { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "es6" }, sourceMaps: "inline" },
];
const project = (name, extra = {}) => ({
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": swc },
  ...extra,
});

/** `npm test` runs what needs no server, `npm run test:integration` the rest that needs npm only; the browser project needs Chromium and the deploy
 * project an AWS emulator, so that each runs apart. */
// biome-ignore lint/style/noDefaultExport: jest reads its configuration from a default export
export default {
  projects: [
    project("unit"),
    project("simulation"),
    project("infra"),
    project("integration"),
    project("browser"),
    project("deploy"),
    project("package"),
  ],
  testTimeout: 30_000,
  reporters: ["default", "<rootDir>/test/left-out.js"],
  testSequencer: "<rootDir>/test/longest-first.js",
  // Jest by itself would leave one core free: half of them where there are two.
  maxWorkers: "100%",
};
