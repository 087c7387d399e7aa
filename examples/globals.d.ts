// seed.ts uses a type without importing it. It runs anyway, since Node removes types; this is for the editor.
import "ductape-sdk/globals";
