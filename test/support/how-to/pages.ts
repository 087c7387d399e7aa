import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = "docs/how-to";

interface Block {
  language: string;
  text: string;
  /** What a test has done with it, or why none does anything. */
  use?: string;
}

export interface Page {
  name: string;
  text: string;
  /** The only block of that language which contains the text. It counts as tested from then on. */
  take(language: string, containing: string): string;
  /** The same, for a block that cannot be run here, with the reason. */
  leave(language: string, containing: string, reason: string): string;
  /** The blocks that no test has taken or left, by their language and first line. */
  unknown(): string[];
}

/** The pages of the folder with their code blocks, whatever the languages of these. */
export async function howToPages(): Promise<Record<string, Page>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  const pages = names.map(async (name) => [
    name.slice(0, -3),
    pageOf(name, await readFile(join(folder, name), "utf8")),
  ]);
  return Object.fromEntries(await Promise.all(pages));
}

function pageOf(name: string, text: string): Page {
  const fences = text.match(/^ *```/gm)?.length ?? 0;
  const blocks = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, language = "", text = ""]): Block => ({ language, text }),
  );
  if (fences !== 2 * blocks.length) throw new Error(`${name} has a code block that cannot be read`);
  const use = (language: string, containing: string, as: string) => {
    const found = blocks.filter((one) => one.language === language && one.text.includes(containing));
    const [block] = found;
    if (block === undefined || found.length > 1)
      throw new Error(`${name} has ${found.length} blocks of ${language || "no language"} with: ${containing}`);
    block.use = as;
    return block.text;
  };
  return {
    name,
    text,
    take: (language, containing) => use(language, containing, "tested"),
    leave: use,
    unknown: () =>
      blocks.filter(({ use }) => use === undefined).map(({ language, text }) => `${language}: ${text.split("\n")[0]}`),
  };
}
