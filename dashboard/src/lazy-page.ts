import { type ComponentType, lazy } from "preact/compat";

/** A file of the dashboard has not come: the server is away, or an update has given its files new names. */
export class FileMissing extends Error {}

const files: (() => Promise<unknown>)[] = [];

/**
 * What `load` imports, asked for once. A file that failed is not asked for again: browsers may remember the failure, and its styles
 * would be missing. A reload of the page gets it.
 */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  const ask = () => {
    asked ??= load().catch((cause: unknown) => {
      throw new FileMissing("A file of this page could not be loaded.", { cause });
    });
    return asked;
  };
  files.push(ask);
  return ask;
}

/** A page in a file of its own, which is loaded when the page is first opened, or before that while the browser is idle. */
export const lazyPage = <Props = object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> => {
  const file = once(load);
  return lazy(() => file().then((page) => ({ default: page })));
};

/** Something else that pages show, in a file of its own, to be loaded like a page. */
export const lazyFile = once;

/** Not every browser has it. */
const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1_000));

/**
 * Loads every file, one after the other, while the browser has nothing else to do: then all pages open at once, and also while the
 * server is away.
 */
export function loadFilesWhenIdle(at = 0): void {
  // A file that has come may name further ones.
  const next = files[at];
  if (!next) return;
  const goOn = () => loadFilesWhenIdle(at + 1);
  // What fails is told when it is needed.
  idle(() => void next().then(goOn, goOn));
}
