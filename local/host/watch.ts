import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type FSWatcher, watch } from "chokidar";

const debounceMs = 150;

interface Watching {
  ready: Promise<void>;
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
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, debounceMs);
  };
  const watched = new Set(paths);
  const watchers = paths.map((path) => watcherOf(path).on("all", later));
  return {
    add: (more) => {
      for (const path of more) {
        if (watched.has(path)) continue;
        watched.add(path);
        watchers.push(watcherOf(path).on("all", later));
      }
    },
    ready: Promise.all(watchers.map((one) => new Promise<void>((resolve) => one.once("ready", () => resolve())))).then(
      () => {},
    ),
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
