import { readdir, readFile } from "node:fs/promises";

/** Words that make a reader guess, and what to write instead. */
const guesswork: readonly [RegExp, string][] = [
  [/\bwhoever\b/i, "name who it is: a caller, a consumer, a process"],
  [/\b(some|any)body\b/i, "name who it is, or use the passive voice"],
  [/\bas it is\b/i, "unchanged, or in its present state"],
  [/\bof (its|their) own\b(?! [a-z])/i, "its own, or separate"],
  [/\bis answered with\b/i, "gets"],
  [/\bhears? of\b/i, "learns of"],
];
/** In comments: a caller is answered, a function returns. */
const ofComments: typeof guesswork = [
  ...guesswork,
  [/(?:^|[.;:,*] |and )answers (?:whether|how|the|those|what|that)\b/i, "returns"],
];

/** A program writes the benchmarks, and what a release was said to change stays. */
const left = ["docs/benchmarks.md", "CHANGELOG.md"];

const filesBelow = async (folder: string, end: string) =>
  (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(end)).map((name) => `${folder}/${name}`);

const foundIn = (text: string, words: typeof guesswork, file: string): string[] =>
  text
    .split("\n")
    .flatMap((line, i) =>
      words.flatMap(([word, instead]) => (word.test(line) ? [`${file}:${i + 1}: ${line.trim()} (${instead})`] : [])),
    );

/** The comments of a program, each line where it was. */
const commentsOf = (code: string): string =>
  code.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*|[^\n]/g, (part) => (part.length > 1 ? part : ""));

it("the docs' pages name who does what", async () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "sdk/README.md",
    "packages/python/README.md",
    ...(await filesBelow("docs", ".md")),
  ];
  const texts = pages.filter((page) => !left.includes(page));
  expect(texts.length).toBeGreaterThan(50);
  const found = await Promise.all(texts.map(async (page) => foundIn(await readFile(page, "utf8"), guesswork, page)));
  expect(found.flat()).toEqual([]);
});

it("the code's comments name who does what", async () => {
  const files = await filesBelow("lambdas", ".ts");
  expect(files.length).toBeGreaterThan(250);
  const found = await Promise.all(
    files.map(async (file) => foundIn(commentsOf(await readFile(file, "utf8")), ofComments, file)),
  );
  expect(found.flat()).toEqual([]);
});
