/** The same request for a terminal and for the SDK. */
export const codesOf = (request: object, url: string): Record<string, string> => ({
  curl: curl(request, url),
  SDK: `const { job_id } = await ductape.processor.job.dispatch(${JSON.stringify(request, null, 2)});`,
});

function curl(request: object, url: string): string {
  // In a shell's single quotes, only a single quote has to be written otherwise.
  const body = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  return [
    `curl -s ${url}/v1/jobs \\`,
    `  -H "Authorization: Bearer $DUCTAPE_API_KEY" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${body}'`,
  ].join("\n");
}
