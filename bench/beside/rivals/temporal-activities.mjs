export const step = async () => Date.now();
