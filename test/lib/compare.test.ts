import { expect, test, vi } from "vitest";

test("a server that loads the module makes no collator, which takes 2 MiB", async () => {
  vi.resetModules();
  const made = vi.spyOn(Intl, "Collator");
  const { compareTexts } = await import("../../src/lib/compare.ts");
  expect(made).not.toHaveBeenCalled();
  made.mockRestore();
  expect(compareTexts("node-9", "node-10")).toBeLessThan(0);
});
