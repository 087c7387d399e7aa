import "./runtime/compile-cache.ts";

// Not imported above: that would be compiled before the cache is there.
await import("./runtime/run.ts");
