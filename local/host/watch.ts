import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type FSWatcher, watch } from "chokidar";

const debounceMs = 150;

interface Watching {
  /** Resolves once each path that was named so far is watched. */
  ready(): Promise<void>;
  /** Resolves once a change from now on has been reported. */
  next(): Promise<void>;
  /** Watches more folders or files. */
  add(paths: string[]): void;
  close(): Promise<void>;
}

/**
 * Calls `changed` after a burst of changes: to TypeScript files below one of the folders, or to one of the files, which need
 * not exist. It uses a library, because Node's recursive watcher loses a file that is replaced, which editors and git do.
 */
export function watchFolders(paths: string[], changed: () => void): Watching {
  let timer: NodeJS.Timeout | undefined;
  let next = Promise.withResolvers<void>();
  const report = () => {
    changed();
    next.resolve();
    next = Promise.withResolvers();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(report, debounceMs);
  };
  const watched = new Set<string>();
  const watchers: FSWatcher[] = [];
  const ready: Promise<void>[] = [];
  const add = (more: string[]) => {
    for (const path of more) {
      if (watched.has(path)) continue;
      watched.add(path);
      const one = watcherOf(path).on("all", later);
      watchers.push(one);
      ready.push(new Promise((resolve) => one.once("ready", () => resolve())));
    }
  };
  add(paths);
  return {
    next: () => next.promise,
    add,
    ready: async () => void (await Promise.all(ready)),
    close: async () => {
      clearTimeout(timer);
      await Promise.all(watchers.map((one) => one.close()));
    },
  };
}

function watcherOf(path: string): FSWatcher {
  if (existsSync(path) && statSync(path).isDirectory()) {
    return watch(path, {
      ignoreInitial: true,
      ignored: (name, stats) => stats?.isFile() === true && !name.endsWith(".ts"),
    });
  }
  // Watch its folder, because the file may be created later.
  const folder = dirname(path);
  return watch(folder, { ignoreInitial: true, depth: 0, ignored: (name) => name !== folder && name !== path });
}
