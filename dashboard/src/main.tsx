import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "preact";
import { queryClient } from "./api/query-client.ts";
import { openSession } from "./api/session.ts";
import { App } from "./app.tsx";
import "./ui/theme.ts";

const root = document.getElementById("root");
if (root) {
  render(
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>,
    root,
  );
  void openSession();
}
