/** Placeholder until the bill of materials knows the packages. */
export async function sbom() {
  return [];
}
