// seed.ts names this type and does not import it. Node removes types, so it runs all the same; this is for the editor.
type IJobProcessorInput = import("ductape-sdk").IJobProcessorInput;
