/** Where the API is: beside the page, so that a sub-path and a custom domain work. Without a slash at the end. */
export const apiUrl = (): string => new URL(".", document.baseURI.split("#")[0]).href.replace(/\/+$/, "");
