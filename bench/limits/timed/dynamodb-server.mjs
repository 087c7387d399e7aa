import dynalite from "dynalite";

// In a process of its own, as a server is. It prints its port, and ends with whoever started it.
const server = dynalite({ createTableMs: 0 });
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().once("close", () => process.exit());
