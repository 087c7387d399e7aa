import "./compile-cache.ts";

// Not imported above: that would be compiled before the cache is there.
await import("./run.ts");
