import "./runtime/compile-cache.ts";

// Not imported statically, because it would be compiled before the cache is enabled.
await import("./runtime/run.ts");
