/** The environment variable with the path of the compiled catalog. Absent: the catalog is the one that `#catalog` names. */
export const catalogVariable = "DUCTAPE_CATALOG";
