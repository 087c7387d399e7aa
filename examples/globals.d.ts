// seed.ts uses this type without importing it. It runs anyway, since Node removes types; this file is for the editor.
type IJobProcessorInput = import("ductape-sdk").IJobProcessorInput;
