// Loaded before the program (--import): SIGUSR2 blocks its event loop for two seconds.
process.on("SIGUSR2", () => {
  const end = performance.now() + 2000;
  while (performance.now() < end);
});
